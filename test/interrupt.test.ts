// A training script that is told to stop, or killed, goes on where it was, to the numbers of one that nobody disturbed.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'gradtape-interrupt-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Outcome {
  out: string;
  code: number | null;
  signal: string | null;
}
type Signals = readonly (readonly [when: string, signal: NodeJS.Signals, delay: number])[];

/** Runs the script; each signal is sent when the text that it waits for has been printed, and some time later. */
function run(folder: string, args: readonly string[], signals: Signals = [], extra: Record<string, string> = {}): Promise<Outcome> {
  const env = { ...process.env, NODE_OPTIONS: '', ...extra };
  const child = spawn(process.execPath, ['--import', 'tsx', at('files/task.ts'), folder, ...args], { env, cwd: at('..') });
  const waiting = [...signals];
  let out = '';
  const heard = (text: Buffer): void => {
    out += text;
    while (waiting.length > 0 && out.includes(waiting[0][0])) {
      const [, signal, delay] = waiting.shift()!;
      setTimeout(() => child.kill(signal), delay);
    }
  };
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  return new Promise((done) => child.on('close', (code, signal) => done({ out, code, signal })));
}
/** The epochs' figures, without times. */
const figures = (out: string): string[] => [...out.matchAll(/^epoch \d\/2 {2}loss \S+ {2}validation\.loss \S+/gm)].map(([line]) => line);

const told = /stopped after step \d+; saved to .*last\.safetensors\. Go on with: .* --resume .*last\.safetensors/;

describe.skipIf(process.platform === 'win32')('a training script', () => {
  let whole: string[];
  beforeAll(async () => {
    // There is nothing yet to go on from.
    const { out } = await run(join(root, 'whole'), ['--resume']);
    whole = figures(out);
    expect([whole.length, out.includes('starting from the beginning')]).toEqual([2, true]);
  });

  it('that gets SIGTERM ends its step, saves and says how to go on', async () => {
    const folder = join(root, 'terminated');
    const stopped = await run(folder, [], [['batch 3', 'SIGTERM', 0]]);
    expect(stopped.out).toMatch(told);
    expect([stopped.code, stopped.signal]).toEqual([143, null]);
    const rest = await run(folder, ['--resume']);
    expect([figures(rest.out), rest.code]).toEqual([whole, 0]);
    expect(rest.out.match(/batch/g)!.length).toBe(12);
  });

  it('that gets SIGINT while it validates does not go on to the end of that', async () => {
    const { out, code, signal } = await run(join(root, 'interrupted'), [], [['validation 1', 'SIGINT', 0]], { VALIDATION: '5000' });
    expect(out).toMatch(told);
    expect([code, signal, figures(out), out.includes('validation 2000')]).toEqual([130, null, [], false]);
  });

  it('that is killed before its first epoch is over goes on from its beginning', async () => {
    const folder = join(root, 'killed');
    const killed = await run(folder, [], [['batch 3', 'SIGKILL', 0]]);
    expect([killed.signal, existsSync(join(folder, 'last.safetensors'))]).toEqual(['SIGKILL', true]);
    expect(figures((await run(folder, ['--resume'])).out)).toEqual(whole);
  });

  it('ends at once at a second signal', async () => {
    const second = [
      ['batch 3', 'SIGTERM', 0],
      ['finishing the step', 'SIGTERM', 300],
    ] as const;
    const { out, code } = await run(join(root, 'second'), [], second, { STUCK: '1' });
    expect([code, figures(out), out.includes('stopped after')]).toEqual([143, [], false]);
  });
});
