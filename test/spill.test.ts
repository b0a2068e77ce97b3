// A working set larger than the linear memory: in processes of their own, whose memory is limited, tensors move out and back, and what cannot fit is a typed error after which all goes on.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const source = new URL('../src/index.ts', import.meta.url).href;

function run(script: string, megabytes: number, extra: Record<string, string> = {}): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', `import * as gt from ${JSON.stringify(source)};\n${script}`],
    {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, NODE_OPTIONS: '', GRADTAPE_BACKEND: 'wasm', GRADTAPE_ISA: '', GRADTAPE_WASM_MEMORY: String(megabytes), ...extra },
    },
  );
  return stdout.trim() || stderr;
}

test('a working set ten times the memory is kept, in values and gradients', () => {
  const out = run(
    `const kept = Array.from({ length: 320 }, (_, i) => gt.full([64, 1024], i, { requiresGrad: true }));
     let loss = gt.tensor(0);
     for (const x of kept) loss = loss.add(x.mul(x).mean());
     loss.backward();
     const wrong = kept.filter((x, i) => x.sum().item() !== i * 65536 || Math.abs(x.grad.sum().item() - 2 * i) > 1e-4);
     const { liveBytes, pooledBytes } = gt.backend.memory();
     console.log(kept.length, wrong.length, liveBytes + pooledBytes <= 8 << 20);`,
    8,
  );
  expect(out).toBe('320 0 true');
});

test('a few tensors that fill the memory, all used a moment ago, make room for the next', () => {
  const out = run(
    `const kept = Array.from({ length: 14 }, (_, i) => gt.full([256, 1024], i));
     const sums = [...kept, ...kept].map((x) => x.sum().item() / 262144);
     const total = kept.reduce((a, b) => a.add(b));
     console.log(sums.join(' '), total.sum().item() / 262144);`,
    10,
  );
  const each = Array.from({ length: 14 }, (_, i) => i).join(' ');
  expect(out).toBe(`${each} ${each} 91`);
});

test('one tensor that cannot fit is an error that changes nothing', () => {
  const out = run(
    `const x = gt.ones([256, 1024], { requiresGrad: true });
     let error;
     try { gt.ones([16, 1024, 1024]); } catch (e) { error = e; }
     x.mul(x).sum().backward();
     console.log(error instanceof gt.BackendError, error.message.split(':')[0], x.grad.sum().item(), x.sum().item());`,
    8,
  );
  expect(out).toBe('true memory 524288 262144');
});

test('a limit that is no number of mebibytes is an error', () => {
  expect(run('', 0)).toMatch(/GRADTAPE_WASM_MEMORY: expected a whole number of MiB/);
});

test('what would not fit the machine stays, as a typed error after which all goes on', () => {
  const script = `const rss = () => process.memoryUsage.rss() / 2 ** 20;
     const began = rss();
     const kept = [];
     let error;
     const limit = Number(process.env.GRADTAPE_MEMORY);
     try { while (kept.length < 1000) kept.push(gt.full([1024, 1024], kept.length)); } catch (e) { error = e; }
     const right = kept.every((x, i) => i % 10 > 0 || x.at(0, 0).item() === i);
     const most = rss();
     const made = kept.length;
     kept.splice(0, 20);
     const again = gt.ones([1024, 1024]).sum().item();
     console.log(error instanceof gt.BackendError, error?.message.split(':')[0], right, made > 20, most < limit + 64, again);`;
  // 4 GB in all, of which so much may be had: in the linear memory, then besides it.
  expect(run(script, 2048, { GRADTAPE_MEMORY: '600' })).toBe('true memory true true true 1048576');
  expect(run(script, 64, { GRADTAPE_MEMORY: '600' })).toBe('true memory true true true 1048576');
});
