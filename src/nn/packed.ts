// gt.nn.utils.rnn: sequences of different lengths as one tensor, padded or packed step by step.
import { int64 } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { type ArgsOf, asBoolean, asTensor, asTensors, readArgs } from '../ops/args.js';
import { full, tensor } from '../ops/create.js';
import { cat, indexSelect, narrow, reshape, transpose } from '../ops/index.js';
import { Tensor } from '../tensor/tensor.js';

const indices = (values: readonly number[]): Tensor => tensor(values as number[], { dtype: int64.name });
const numbersOf = (t: Tensor): number[] => t.toArray() as number[];

/**
 * Sequences packed step by step, the longest first: `data` has the rows of step 0, then those of
 * step 1.
 *
 * @example
 * const packed = gt.nn.utils.rnn.packSequence([gt.tensor([1, 2]), gt.tensor([3])]);
 * packed.data; // [1, 3, 2]
 * packed.batchSizes; // [2, 1]
 * @see PyTorch `torch.nn.utils.rnn.PackedSequence`
 */
export class PackedSequence {
  /**
   * @param data - All rows, (sum of lengths, ...).
   * @param batchSizes - How many sequences have each step, int64.
   * @param sortedIndices - Which given sequence each packed one is; null for the given order.
   * @param unsortedIndices - The inverse of sortedIndices.
   */
  constructor(
    readonly data: Tensor,
    /** How many sequences are at least that long, for every step; int64. */
    readonly batchSizes: Tensor,
    /** Which of the given sequences each one is, and back; null where they were given in order. */
    readonly sortedIndices: Tensor | null = null,
    readonly unsortedIndices: Tensor | null = null,
  ) {}
  /** batchSizes as numbers. */
  get steps(): number[] {
    return numbersOf(this.batchSizes);
  }
  /**
   * The same sequences with other rows.
   *
   * @param data - Rows in the same order.
   * @returns A new sequence.
   */
  with(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices);
  }
}

const toSteps = (lengths: readonly number[]): number[] => Array.from({ length: Math.max(...lengths) }, (_, t) => lengths.filter((length) => length > t).length);
const toLengths = (steps: readonly number[]): number[] => Array.from({ length: steps[0] ?? 0 }, (_, b) => steps.filter((rows) => rows > b).length);

/** Options of `packPaddedSequence`. */
export interface PackOptions {
  /** Whether the input is (B, T, ...) instead of (T, B, ...). */
  batchFirst?: boolean;
  /** Whether the lengths must not increase; true by default. False sorts them. */
  enforceSorted?: boolean;
}

/**
 * Packs padded sequences: (T, B, ...), or (B, T, ...) with batchFirst.
 *
 * @param input - The padded sequences.
 * @param lengths - The length of each.
 * @param args - `batchFirst` (false), `enforceSorted` (true); positional or by name.
 * @returns The packed sequences.
 * @throws ArgumentError if a length does not fit, or the lengths increase with `enforceSorted`.
 * @example
 * const packed = gt.nn.utils.rnn.packPaddedSequence(gt.tensor([[1, 2], [3, 0]]), [2, 1], true);
 * packed.data; // [1, 3, 2]
 * @see PyTorch `torch.nn.utils.rnn.pack_padded_sequence`
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Tensor | readonly number[],
  ...args: ArgsOf<PackOptions, ['batchFirst', 'enforceSorted']>
): PackedSequence {
  const op = 'packPaddedSequence';
  const { batchFirst = false, enforceSorted = true } = readArgs<PackOptions>(op, args, ['batchFirst', 'enforceSorted']);
  if (asTensor(op, 'input', input).ndim < 2) fail(ShapeError, op, 'an input of at least 2 dims', showShape(input.shape));
  const given = lengths instanceof Tensor ? numbersOf(lengths) : [...lengths];
  const x = batchFirst ? transpose(input, 0, 1) : input;
  const [longest, batch] = x.shape;
  if (given.length !== batch)
    fail(ArgumentError, op, `a length for each of ${batch} sequences`, `${given.length}: Expected \`len(lengths)\` to be equal to batch_size`);
  const wrong = given.findIndex((length) => !(Number.isInteger(length) && length > 0 && length <= longest));
  if (wrong >= 0) fail(ArgumentError, op, `lengths in [1, ${longest}]`, `${show(given[wrong])}: Length of all samples has to be greater than 0`);
  const order = Array.from(given.keys()).sort((a, b) => (enforceSorted ? 0 : given[b] - given[a]));
  const sorted = order.map((i) => given[i]);
  if (sorted.some((length, i) => i > 0 && length > sorted[i - 1])) {
    const hint = '`lengths` array must be sorted in decreasing order when `enforceSorted` is true; pass enforceSorted: false to sort them';
    fail(ArgumentError, op, 'lengths that never rise', `${show(given)}: ${hint}`);
  }
  const steps = toSteps(sorted);
  const rows = steps.flatMap((count, t) => order.slice(0, count).map((b) => t * batch + b));
  const data = indexSelect(reshape(x, [longest * batch, ...x.shape.slice(2)]), 0, indices(rows));
  if (enforceSorted) return new PackedSequence(data, indices(steps));
  const back = order.map((_, b) => order.indexOf(b));
  return new PackedSequence(data, indices(steps), indices(order), indices(back));
}

/** Options of `padPackedSequence`. */
export interface UnpackOptions {
  /** Whether the result is (B, T, ...) instead of (T, B, ...). */
  batchFirst?: boolean;
  /** The value after the end of a sequence; 0 by default. */
  paddingValue?: number;
  /** The result's T; by default the longest length. */
  totalLength?: number | null;
}

/**
 * The inverse of `packPaddedSequence`.
 *
 * @param sequence - The packed sequences.
 * @param args - `batchFirst` (false), `paddingValue` (0), `totalLength`; positional or by name.
 * @returns [padded (T, B, ...), lengths (B)].
 * @throws ArgumentError if totalLength is shorter than a sequence.
 * @example
 * const { packSequence, padPackedSequence } = gt.nn.utils.rnn;
 * const [padded] = padPackedSequence(packSequence([gt.tensor([1, 2]), gt.tensor([3])]), true);
 * padded; // [[1, 2], [3, 0]]
 * @see PyTorch `torch.nn.utils.rnn.pad_packed_sequence`
 */
export function padPackedSequence(
  sequence: PackedSequence,
  ...args: ArgsOf<UnpackOptions, ['batchFirst', 'paddingValue', 'totalLength']>
): [padded: Tensor, lengths: Tensor] {
  const op = 'padPackedSequence';
  const order = ['batchFirst', 'paddingValue', 'totalLength'] as const;
  const { batchFirst = false, paddingValue = 0, totalLength = null } = readArgs<UnpackOptions>(op, args, order);
  const { data, steps, unsortedIndices } = sequence;
  if (totalLength !== null && totalLength < steps.length) {
    fail(
      ArgumentError,
      op,
      `totalLength >= ${steps.length}`,
      `${totalLength}: expected total_length to be at least the length of the longest sequence in input`,
    );
  }
  const lengths = toLengths(steps);
  const sorted = unsortedIndices === null ? [...lengths.keys()] : numbersOf(unsortedIndices);
  const firsts: number[] = [];
  steps.reduce((first, rows, t) => {
    firsts[t] = first;
    return first + rows;
  }, 0);
  const total = totalLength ?? steps.length;
  // Every place is a row of the data, or the one row of padding behind them.
  const places = Array.from({ length: total }, (_, t) => sorted.map((b) => (t < lengths[b] ? firsts[t] + b : data.shape[0]))).flat();
  const features = data.shape.slice(1);
  const withPadding = cat([data, full([1, ...features], paddingValue, { dtype: data.dtype })]);
  const padded = reshape(indexSelect(withPadding, 0, indices(places)), [total, sorted.length, ...features]);
  return [batchFirst ? transpose(padded, 0, 1) : padded, indices(sorted.map((b) => lengths[b]))];
}

/** Options of `padSequence`. */
export interface PadOptions {
  /** Whether the result is (B, T, ...) instead of (T, B, ...). */
  batchFirst?: boolean;
  /** The value after the end of a sequence; 0 by default. */
  paddingValue?: number;
}

/**
 * Sequences (Tᵢ, ...) as one tensor (T, B, ...), T the longest length.
 *
 * @param sequences - At least one sequence; equal but for the first size.
 * @param args - `batchFirst` (false), `paddingValue` (0); positional or by name.
 * @returns (T, B, ...), or (B, T, ...) with batchFirst.
 * @throws ArgumentError if there are no sequences.
 * @example
 * gt.nn.utils.rnn.padSequence([gt.tensor([1, 2]), gt.tensor([3])], true); // [[1, 2], [3, 0]]
 * @see PyTorch `torch.nn.utils.rnn.pad_sequence`
 */
export function padSequence(sequences: readonly Tensor[], ...args: ArgsOf<PadOptions, ['batchFirst', 'paddingValue']>): Tensor {
  const { batchFirst = false, paddingValue = 0 } = readArgs<PadOptions>('padSequence', args, ['batchFirst', 'paddingValue']);
  const list = asTensors('padSequence', 'sequence', sequences);
  if (list.length === 0) fail(ArgumentError, 'padSequence', 'at least one sequence', '[]');
  const features = list[0].shape.slice(1);
  const longest = Math.max(...list.map((s) => s.shape[0]));
  const padded = list.map((s) => (s.shape[0] === longest ? s : cat([s, full([longest - s.shape[0], ...features], paddingValue, { dtype: s.dtype })])));
  const all = reshape(cat(padded), [list.length, longest, ...features]);
  return batchFirst ? all : transpose(all, 0, 1);
}

/**
 * Packs sequences (Tᵢ, ...) of different lengths.
 *
 * @param sequences - At least one sequence.
 * @param enforceSorted - Whether the lengths must not increase; false sorts them.
 * @returns The packed sequences.
 * @throws ArgumentError if the lengths increase with `enforceSorted`.
 * @example
 * gt.nn.utils.rnn.packSequence([gt.tensor([1, 2]), gt.tensor([3])]).batchSizes; // [2, 1]
 * @see PyTorch `torch.nn.utils.rnn.pack_sequence`
 */
export function packSequence(sequences: readonly Tensor[], enforceSorted = true): PackedSequence {
  const lengths = asTensors('packSequence', 'sequence', sequences).map((s) => s.shape[0]);
  return packPaddedSequence(padSequence(sequences), lengths, { enforceSorted });
}

/**
 * The sequences of a padded tensor, without their padding.
 *
 * @param padded - (T, B, ...), or (B, T, ...) with batchFirst.
 * @param lengths - The length of each.
 * @param args - `batchFirst` (false); positional or by name.
 * @returns Tensors (Tᵢ, ...).
 * @example
 * const [, second] = gt.nn.utils.rnn.unpadSequence(gt.tensor([[1, 2], [3, 0]]), [2, 1], true);
 * second!; // [3]
 * @see PyTorch `torch.nn.utils.rnn.unpad_sequence`
 */
export function unpadSequence(padded: Tensor, lengths: Tensor | readonly number[], ...args: ArgsOf<{ batchFirst?: boolean }, ['batchFirst']>): Tensor[] {
  const { batchFirst = false } = readArgs<{ batchFirst?: boolean }>('unpadSequence', args, ['batchFirst']);
  const given = lengths instanceof Tensor ? numbersOf(lengths) : lengths;
  const rows = asBoolean('unpadSequence', 'batchFirst', batchFirst) ? padded : transpose(asTensor('unpadSequence', 'padded', padded), 0, 1);
  return given.map((length, b) => reshape(narrow(narrow(rows, 0, b, 1), 1, 0, length), [length, ...rows.shape.slice(2)]));
}

/**
 * The sequences that were packed.
 *
 * @param packed - The packed sequences.
 * @returns Tensors (Tᵢ, ...), in the given order.
 * @example
 * const { packSequence, unpackSequence } = gt.nn.utils.rnn;
 * unpackSequence(packSequence([gt.tensor([1, 2]), gt.tensor([3])]))[0]; // [1, 2]
 * @see PyTorch `torch.nn.utils.rnn.unpack_sequence`
 */
export function unpackSequence(packed: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(packed, { batchFirst: true });
  return unpadSequence(padded, lengths, true);
}
