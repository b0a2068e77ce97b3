// Every kernel of the contract against its plain reference on the current backend (and, in the projects native-<isa>, on other instruction sets): odd sizes, several
// stride layouts, aliasing, n = 0.
import { describe, expect, it } from 'vitest';
import { dtypes } from '../src/core/dtype.js';
import { contract, type KernelName, type Row } from '../src/kernels/contract.js';
import { backend } from '../src/kernels/load.js';
import { references } from './cases/kernels.js';
import { casts, elementwise, indexed } from './kernels/elementwise.js';
import { gemm } from './kernels/gemm.js';
import { convolution, maxPool, resample } from './kernels/images.js';
import { choleskys, lus, searching, singular, sorting, triangles } from './kernels/lines.js';
import { arena, dtypeOf, dtypeOfSuffix, edges, fillWith, Memory, parametersOf, range, run, widths } from './kernels/memory.js';
import { normals, random } from './kernels/random.js';
import { cell } from './kernels/recurrent.js';
import { standardizing, standardizingBackward } from './kernels/standardize.js';

const triples = [1, 2, 3, 5, 8, 17, 33, 130, 515].flatMap((r) => [
  [1, r, 1],
  [3, r, 1],
  [1, r, 7],
  [2, r, 17],
  [2, r, 33],
]);
function reduction(name: KernelName, suffix: string): void {
  const names = parametersOf(name).filter(({ kind }) => 'rwu'.includes(kind));
  const lines = name.includes('softmax') || name.startsWith('cum') || ['logcumsumexp', 'recurrence'].includes(name);
  const wide = parametersOf(name).some(({ name: n }) => n === 'wide') ? widths : [0];
  const variants = references[name].numbers.flatMap((given) => wide.map((w) => ({ ...(given as Record<string, number>), wide: w })));
  const empty = ['sum', 'prod', 'logsumexp', 'var'].includes(name) || lines ? [[3, 0, 2]] : [];
  for (const given of variants) {
    for (const [outer, r, inner] of [...triples, ...empty, [0, 5, 3], [3, 5, 0]]) {
      const buffers = Object.fromEntries(
        names.map(({ name: buffer, kind }) => {
          const memory = new Memory(dtypeOf(name, buffer, suffix, given.wide), kind === 'w' && !lines ? outer * inner : outer * r * inner);
          if (kind === 'r') fillWith(memory, range(name, buffer));
          return [buffer, memory];
        }),
      );
      run({ name, suffix, buffers, numbers: { ...given, outer, r, inner }, what: `of (${outer}, ${r}, ${inner})` });
    }
  }
}

function vectors(name: KernelName, suffix: string): void {
  for (const given of references[name].numbers) {
    for (const n of [0, ...edges]) {
      const buffers = Object.fromEntries(
        parametersOf(name)
          .filter(({ kind }) => 'rwu'.includes(kind))
          .map(({ name: buffer, kind }) => {
            const memory = new Memory(dtypeOf(name, buffer, suffix), buffer === 'bad' ? 1 : n);
            if (kind !== 'w') fillWith(memory, range(name, buffer));
            return [buffer, memory];
          }),
      );
      run({ name, suffix, buffers, numbers: { ...(given as Record<string, number>), n }, what: `of ${n}` });
      if (name === 'wrap_index')
        run({ name, suffix, buffers: { ...buffers, y: buffers.idx }, numbers: { ...(given as Record<string, number>), n }, what: `of ${n} in place` });
    }
  }
}

// The suite ------------------------------------------------------------------------------------------------------------------------------------------------------

const kinds: Partial<Record<KernelName, (suffix: string) => void>> = {
  gather: (s) => indexed('gather', s),
  scatter: (s) => indexed('scatter', s),
  scatter_add: (s) => indexed('scatter_add', s),
  scatter_reduce: (s) => indexed('scatter_reduce', s),
  gemm,
  cast: casts,
  conv: (s) => convolution('conv', s),
  conv_bwd_input: (s) => convolution('conv_bwd_input', s),
  conv_bwd_weight: (s) => convolution('conv_bwd_weight', s),
  max_pool: maxPool,
  resample,
  sort: sorting,
  searchsorted: searching,
  lu: lus,
  cholesky: choleskys,
  solve_triangular: triangles,
  svd: singular,
  uniform: (s) => random('uniform', s),
  bernoulli: (s) => random('bernoulli', s),
  box_muller: normals,
  standardize: standardizing,
  standardize_bwd: standardizingBackward,
  lstm_cell: (s) => cell('lstm_cell', 4, s),
  lstm_cell_bwd: (s) => cell('lstm_cell_bwd', 4, s),
  gru_cell: (s) => cell('gru_cell', 3, s),
  gru_cell_bwd: (s) => cell('gru_cell_bwd', 3, s),
};

if (process.env.GRADTAPE_ISA && backend.name === 'native')
  it('runs on the instruction set that was asked for', () => {
    expect(backend.isa).toBe(process.env.GRADTAPE_ISA);
  });

if (backend.name === 'wasm')
  it('traps past the end of the memory that the kernels are tested in', () => {
    const [end, neg] = [arena.address + arena.bytes, backend.kernels.neg[0]];
    neg(end - 20, end - 40, 1, [5, 1, 1]);
    expect(() => neg(end - 20, end - 40, 1, [6, 1, 1])).toThrow('got a trap');
    expect(() => neg(end - 40, end - 20, 1, [6, 1, 1])).toThrow('got a trap');
  });

describe.each(Object.entries<Row>(contract) as [KernelName, Row][])('%s', (name, [suffixes, parameters]) => {
  it.each(suffixes === '' ? [''] : suffixes.split(' '))('%s', (suffix) => {
    const special = kinds[name];
    if (special !== undefined) special(suffix);
    else if (parameters.includes('dims:v')) elementwise(name, suffix);
    else if (parameters.includes('inner:i')) reduction(name, suffix);
    else vectors(name, suffix);
  });
});

describe('integers wrap around', () => {
  it.each(['i32', 'i64'])('%s', (suffix) => {
    for (const name of ['add', 'mul', 'neg'] as const) {
      for (const n of [1, 7, 33, 130]) {
        const names = parametersOf(name).filter(({ kind }) => 'rw'.includes(kind));
        const buffers = Object.fromEntries(
          names.map(({ name: buffer }) => {
            const memory = new Memory(dtypeOfSuffix(suffix), n);
            fillWith(memory, [0, 0], { big: true });
            return [buffer, memory];
          }),
        );
        run({ name, suffix, buffers, numbers: { nd: 1, alpha: -1 }, dims: [n, ...names.map(() => 1)], what: `of ${n} large numbers` });
      }
    }
  });
  it('sums and products of int64', () => {
    for (const name of ['sum', 'prod'] as const) {
      const [x, y] = [new Memory(dtypes[3], 37 * 5), new Memory(dtypes[3], 5)];
      fillWith(x, [0, 0], { big: true });
      run({ name, suffix: 'i64', buffers: { x, y }, numbers: { outer: 5, r: 37, inner: 1 }, what: 'of large numbers' });
    }
  });
});
