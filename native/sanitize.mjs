// Builds the addon for a sanitizer, into build/<sanitizer>/, from the same binding.gyp as the ordinary one: instruction sets that are not asked for are left out, flags are added.
//   import { buildFor } from './sanitize.mjs'; buildFor('asan', ['avx2']) returns the addon's path.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Overflow is an error here, though it wraps in the ordinary build: what is meant to wrap says so by its types. */
const common = ['-O1', '-g1', '-fno-omit-frame-pointer', '-fno-wrapv', '-Wno-error', '-D_GLIBCXX_ASSERTIONS'];
const flags = {
  asan: ['-fsanitize=address,undefined,float-cast-overflow', '-fsanitize-recover=all', ...common],
  tsan: ['-fsanitize=thread', ...common],
};
export const isas = process.arch === 'x64' ? ['avx512', 'avx2', 'baseline'] : ['neon'];

const compiler = process.env.CXX || 'c++';

/** The library that has to be in the process before all others, or why there is none. */
export function runtimeOf(sanitizer) {
  const name = `lib${sanitizer}.so`;
  const { status, stdout } = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' });
  if (status !== 0) return { reason: `no C++ compiler: ${compiler} does not run` };
  const path = stdout.trim();
  return path.startsWith('/') ? { path } : { reason: `${compiler} has no ${name}: a GCC with its sanitizers is needed` };
}

/** binding.gyp is a literal of JavaScript too, but for its comments. */
function bindingFor(wanted) {
  const left = isas.filter((isa) => !wanted.includes(isa));
  const isLeft = (name) => left.some((isa) => name === `kernels_${isa}`);
  const trimmed = (value) => {
    if (Array.isArray(value)) return value.filter((item) => !isLeft(item) && !isLeft(item?.target_name)).map(trimmed);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, trimmed(item)]));
  };
  const text = readFileSync(join(root, 'binding.gyp'), 'utf8').replace(/^\s*#.*$/gm, '');
  const binding = trimmed(new Function(`return ${text}`)());
  binding.target_defaults.defines.push(...left.map((isa) => `GRADTAPE_WITHOUT_${isa}`));
  return JSON.stringify(binding, undefined, 2);
}

export function buildFor(sanitizer, wanted) {
  const folder = join(root, 'build', sanitizer);
  mkdirSync(folder, { recursive: true });
  for (const name of ['native', 'node_modules', 'package.json']) if (!existsSync(join(folder, name))) symlinkSync(join('../..', name), join(folder, name));
  const [file, binding] = [join(folder, 'binding.gyp'), bindingFor(wanted)];
  if (!existsSync(file) || readFileSync(file, 'utf8') !== binding) writeFileSync(file, binding);
  // Appended to the flags of binding.gyp, so that they win.
  const added = flags[sanitizer].join(' ');
  const prefix = join(dirname(process.execPath), '..');
  const bundled = !process.env.npm_config_nodedir && existsSync(join(prefix, 'include/node/common.gypi'));
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const addon = join(folder, 'build/Release/gradtape.node');
  rmSync(addon, { force: true });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [nodeGyp, 'configure', 'build', '--release', '-j', 'max', ...(bundled ? [`--nodedir=${prefix}`] : [])],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, CXXFLAGS: `${process.env.CXXFLAGS ?? ''} ${added}`, LDFLAGS: `${process.env.LDFLAGS ?? ''} ${added}` },
    },
  );
  if (status !== 0) throw new Error(`the build for ${sanitizer} failed\n${`${stdout}${stderr}`.trimEnd().split('\n').slice(-40).join('\n')}`);
  return addon;
}
