// npm run test:asan | test:tsan [-- --isa NAME,... | --part | --missing]: builds the addon for a sanitizer, shows that it reports faults committed on purpose, then runs the tests under it and
// prints every report. Exits with 1 unless there is none. --part is what CI has time for; --missing only says what this machine lacks.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildFor, isas, root, runtimeOf } from '../../native/sanitize.mjs';

const [sanitizer, ...options] = process.argv.slice(2);
const reports = join(root, 'build', sanitizer, 'reports');
const option = (name) => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);
const part = options.includes('--part');
const wanted = option('--isa')?.split(',') ?? (part ? [process.arch === 'x64' ? 'avx2' : 'neon'] : isas);

/** Reports go to files, one a process (those of undefined behaviour, from a GCC, to the standard error), and the process goes on: one run shows all faults. */
const log = `log_path=${reports}/report`;
const settings = {
  // Node.js frees nothing at its end.
  ASAN_OPTIONS: `detect_leaks=0:halt_on_error=0:allocator_may_return_null=1:${log}`,
  UBSAN_OPTIONS: `print_stacktrace=1:${log}`,
  // Node.js itself is not instrumented: its locks are seen, its atomic variables are not.
  TSAN_OPTIONS: `ignore_noninstrumented_modules=1:report_signal_unsafe=0:exitcode=0:${log}`,
};

/** Fault by the words of its report. */
const faults = {
  asan: {
    overrun: 'AddressSanitizer',
    overwrite: 'AddressSanitizer',
    freed: 'AddressSanitizer',
    misaligned: 'misaligned address',
    overflow: 'signed integer overflow',
  },
  tsan: { race: 'data race' },
}[sanitizer];
const kernels = 'test/kernels.test.ts test/accuracy.test.ts';
const tests = {
  asan: part
    ? ['test/kernels.test.ts']
    : `${kernels} test/ops.test.ts test/programs.test.ts test/fuzz.test.ts test/optim.test.ts test/views.test.ts test/random.test.ts`.split(' '),
  tsan: [],
}[sanitizer];

function missing() {
  if (process.platform !== 'linux') return 'the sanitizers are run on Linux only';
  return runtimeOf(sanitizer).reason;
}

/** Runs Node.js under the sanitizer; all that it reported, and what it printed. */
function run(isa, ...command) {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const env = { ...process.env, ...settings, LD_PRELOAD: runtimeOf(sanitizer).path, GRADTAPE_ADDON: addon, GRADTAPE_BACKEND: 'native', GRADTAPE_ISA: isa };
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, env });
  const printed = stdout + stderr;
  const texts = readdirSync(reports).map((name) => readFileSync(join(reports, name), 'utf8'));
  if (printed.includes('runtime error: ')) texts.push(printed);
  return { reported: texts.join('\n'), printed, status };
}

if (faults === undefined) throw new Error(`expected asan or tsan, got ${sanitizer}`);
const lacking = missing();
if (options.includes('--missing')) {
  if (lacking !== undefined) console.log(lacking);
  process.exit();
}
if (lacking !== undefined) {
  console.error(`${sanitizer}: ${lacking}`);
  process.exit(1);
}

const addon = buildFor(sanitizer, wanted);
for (const isa of wanted) {
  for (const [name, words] of Object.entries(faults)) {
    const { reported, printed } = run(isa, '--import', 'tsx', 'test/sanitize/faults.ts', name);
    if (reported.includes(words)) continue;
    process.exitCode = 1;
    console.error(`${isa}: the fault "${name}" was not reported\n${printed}`);
  }
  const { reported, printed, status } = run(
    isa,
    ...(sanitizer === 'asan'
      ? ['node_modules/vitest/vitest.mjs', 'run', '--project', 'native', '--reporter=dot', ...tests]
      : ['--import', 'tsx', 'test/sanitize/threads.ts']),
  );
  const count = reported.split(/ERROR: AddressSanitizer: |WARNING: ThreadSanitizer: |runtime error: /).length - 1;
  if (count > 0 || status !== 0) {
    process.exitCode = 1;
    console.error(`${reported}\n${printed}`);
  }
  console.log(`${sanitizer} on ${isa}: ${Object.keys(faults).length} planted faults, ${count} reports, tests ${status === 0 ? 'passed' : 'failed'}`);
}
