// The house rules, read off the sources as text: who imports whom, how long a file is, that the three languages have the same kernels, and that nothing is left for later.
// That every public function has a case row is in completeness.test.ts, that every op has run in ops.test.ts; that every kernel has a reference, in cases/kernels.ts by type; that it ran, in kernels.test.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kernelWords } from '../src/kernels/contract.js';

const root = fileURLToPath(new URL('..', import.meta.url));

function filesIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules/')); // bench's peers
}
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const isSource = (path: string): boolean => /\.(ts|mts|mjs|js|cc|h|def|py)$/.test(path);
const sources = ['src', 'native', 'wasm', 'test', 'bench', 'examples'].flatMap(filesIn).filter(isSource);

/** What a file imports from, as written; type imports count too. */
const importsOf = (path: string): string[] =>
  [...read(path).matchAll(/^\s*(?:import|export)\b[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm)].map((match) => match[1] ?? match[2]);
/** The files inside the project that a file imports. */
const targetsOf = (path: string): string[] =>
  importsOf(path).flatMap((from) => (from.startsWith('.') ? [relative(root, resolve(root, dirname(path), from)).replace(/\.js$/, '.ts')] : []));

// Rooms from right to left: a room imports only rooms that stand before it, and itself.
const floors = [
  ['core'],
  ['platform'],
  ['kernels'],
  ['tensor'],
  ['ops'],
  ['nn', 'optim', 'data', 'io', 'viz', 'autograd', 'methods.ts', 'backend.ts', 'special.ts'],
  ['utils.ts', 'train'],
  ['index.ts'],
];
const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room));
const roomOf = (path: string): string => path.split('/')[1];
/** Neighbours on one floor that may be imported: modules are what optimizers, data and files are about; methods and nn use the derivatives that autograd gives. */
const neighbours: Record<string, readonly string[]> = { 'methods.ts': ['autograd'], nn: ['autograd'], optim: ['nn'], io: ['nn'], data: ['io'], viz: ['nn'] };

describe('imports', () => {
  it('run one way: index -> nn optim data io viz autograd methods backend -> ops -> tensor -> kernels -> platform -> core', () => {
    const wrong = filesIn('src').flatMap((path) =>
      targetsOf(path)
        .filter((target) => {
          const [from, to] = [roomOf(path), roomOf(target)];
          if (!target.startsWith('src/')) return true;
          return from !== to && !(floorOf(to) >= 0 && floorOf(to) < floorOf(from)) && !neighbours[from]?.includes(to);
        })
        .map((target) => `${path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });
  it('every room is known', () => {
    expect([...new Set(filesIn('src').map(roomOf))].filter((room) => floorOf(room) < 0)).toEqual([]);
  });
  it('core imports nothing from outside', () => {
    expect(filesIn('src/core').flatMap((path) => importsOf(path).filter((from) => !from.startsWith('./')))).toEqual([]);
  });
  it('only platform knows built-in modules and the process', () => {
    const knowing = filesIn('src').filter(
      (path) => importsOf(path).some((from) => from.startsWith('node:')) || /\b(?:process|Buffer)\./.test(read(path).replace(/\/\/.*/g, '')),
    );
    expect(knowing.filter((path) => roomOf(path) !== 'platform')).toEqual([]);
  });
  it('nn knows no kernel', () => {
    expect(
      ['nn', 'optim', 'data', 'io', 'viz', 'train'].flatMap((room) =>
        filesIn(`src/${room}`).filter((path) => targetsOf(path).some((target) => target.startsWith('src/kernels/'))),
      ),
    ).toEqual([]);
  });
  it('examples and bench know only the public door', () => {
    const inside = ['examples', 'bench'].flatMap((folder) =>
      filesIn(folder)
        .filter((path) => /\.m?ts$/.test(path))
        .flatMap((path) =>
          targetsOf(path)
            .filter(
              (target) =>
                !target.startsWith(`${folder}/`) && !/^(src|dist)\/index\.ts$/.test(target) && !(folder === 'bench' && target.startsWith('test/cases/')),
            )
            .map((target) => `${path} -> ${target}`),
        ),
    );
    expect(inside).toEqual([]);
  });
  it('native and wasm import nothing from src', () => {
    expect(
      [...filesIn('native'), ...filesIn('wasm')].filter((path) => isSource(path) && /['"<][^'"<>\n]*\bsrc\//.test(read(path).replace(/\/\/.*/g, ''))),
    ).toEqual([]);
  });
});

describe('files', () => {
  it('are at most 400 lines long, docstrings and case tables aside', () => {
    const code = (path: string): string => read(path).replace(/^ *\/\*\*.*?\*\/\n/gms, '');
    const files = sources.filter((path) => !path.startsWith('test/cases/'));
    const long = files.map((path) => [code(path).split('\n').length - 1, path] as const).filter(([lines]) => lines > 400);
    expect(long.map(([lines, path]) => `${path}: ${lines}`)).toEqual([]);
  });
  it('leave nothing for later', () => {
    const marks = new RegExp(`\\b(?:${['TO', 'FIX', 'XX'].map((mark, i) => mark + ['DO', 'ME', 'X'][i]).join('|')})\\b`);
    expect(sources.filter((path) => marks.test(read(path)))).toEqual([]);
  });
  it('begin with what they are for', () => {
    // A .cc beside its .h says it there.
    const silent = sources.filter((path) => /^(src|native|wasm)\//.test(path) && !/^(\/\/|\/\*|#!)/.test(read(path)));
    expect(silent.filter((path) => !(path.endsWith('.cc') && existsSync(join(root, path.replace(/cc$/, 'h')))))).toEqual([]);
  });
});

describe('the kernels are the contract’s, by name', () => {
  const names = [...kernelWords().keys()].sort();
  it('in native/kernels.def', () => {
    const dtypes: Record<string, readonly string[]> = { O: [''], F: ['_f32', '_f64'], S: ['_f32', '_f64', '_i64'], N: ['_f32', '_f64', '_i32', '_i64', '_u8'] };
    const rows = [...read('native/kernels.def').matchAll(/^\s+([OFSN])\((\w+)\)/gm)];
    expect(rows.flatMap(([, kind, name]) => dtypes[kind].map((suffix) => name + suffix)).sort()).toEqual(names);
  });
  it('in the exports of wasm/', () => {
    const rooms = [...read('wasm/index.ts').matchAll(/export \* from '\.\/(\w+)'/g)].map(([, file]) => `wasm/${file}.ts`);
    expect(rooms.flatMap((path) => [...read(path).matchAll(/^export function (\w+)\(/gm)].map(([, name]) => name)).sort()).toEqual(names);
  });
});
