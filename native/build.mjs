// Builds the addon where a C++ compiler is present, into build/Release/gradtape.node. Without one, or when the build fails, gradtape still works: the loader
// takes the WebAssembly backend, so that this says so in one line and succeeds. GRADTAPE_REQUIRE_NATIVE=1 makes both of these an error (for CI).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOG_LINES = 40;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const runs = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const oneOf = (...commands) => commands.filter(Boolean).some(runs);

/** What the build needs and this machine lacks, or undefined. On Windows node-gyp itself knows where to look. */
function missing() {
  if (process.platform === 'win32') return undefined;
  const { CXX, MAKE, PYTHON, npm_config_python } = process.env;
  if (!oneOf(CXX, 'c++', 'g++', 'clang++')) return 'no C++ compiler found';
  if (!oneOf(MAKE, 'make', 'gmake')) return 'no make found';
  if (!oneOf(npm_config_python, PYTHON, 'python3', 'python')) return 'no Python found';
  return undefined;
}

function giveUp(reason) {
  console.log(`gradtape: ${reason}; the WebAssembly backend will be used`);
  process.exit(process.env.GRADTAPE_REQUIRE_NATIVE ? 1 : 0);
}

const lacking = missing();
if (lacking) giveUp(lacking);

let nodeGyp;
try {
  nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
} catch {
  giveUp('node-gyp is not installed');
}
// A Node.js that came with its headers needs no download of them; npm's `nodedir` setting wins.
const prefix = join(dirname(process.execPath), '..');
const bundled = !process.env.npm_config_nodedir && existsSync(join(prefix, 'include/node/common.gypi'));
const build = spawnSync(process.execPath, [nodeGyp, 'configure', 'build', '--release', '-j', 'max', ...(bundled ? [`--nodedir=${prefix}`] : [])], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
if (build.status !== 0) {
  const log = `${build.stdout ?? ''}${build.stderr ?? ''}${build.error ?? ''}`.trimEnd().split('\n');
  console.error(log.slice(-LOG_LINES).join('\n'));
  giveUp('the native build failed');
}
