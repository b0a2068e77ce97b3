// What modules take: every argument of a constructor is checked by its name, so that a wrong one is refused there and not in the first forward.
import { lookupDType } from '../core/dtype.js';
import { ArgumentError, fail, show } from '../core/errors.js';
import { readArgs } from '../ops/args.js';
import { Tensor } from '../tensor/tensor.js';

type Kind = readonly [requirement: string, holds: (value: unknown) => boolean];

const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value);
const isInteger = (least: number) => (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
/** Lists are read by plain loops, as deep as they may be. */
const isList = (value: unknown, holds: (item: unknown) => boolean): boolean => Array.isArray(value) && value.length > 0 && Array.from(value).every(holds);
const sizesFrom = (least: number): Kind => {
  const isSize = (value: unknown): boolean => isInteger(least)(value) && (value as number) < 2 ** 31;
  return [`an integer >= ${least}, or one a dim`, (value) => isSize(value) || isList(value, isSize)];
};
const orNull = ([requirement, holds]: Kind): Kind => [`${requirement}, or null`, (value) => value === null || holds(value)];

const number: Kind = ['a number', isNumber];
const flag: Kind = ['true or false', (value) => typeof value === 'boolean'];
const whole: Kind = ['an integer', isInteger(Number.MIN_SAFE_INTEGER)];
const fraction: Kind = ['a number in [0, 1]', (value) => typeof value === 'number' && value >= 0 && value <= 1];
const layers: Kind = ['an integer in [0, 65536]', (value) => isInteger(0)(value) && (value as number) <= 65536];
/** Of resizing, and of bags. */
const modes: readonly unknown[] = ['nearest', 'nearest-exact', 'linear', 'bilinear', 'trilinear', 'bicubic', 'area', 'sum', 'mean', 'max'];
const count: Kind = ['an integer >= 0', isInteger(0)];
const positive: Kind = ['an integer >= 1', isInteger(1)];
const text: Kind = ['a string', (value) => typeof value === 'string'];
const tensor: Kind = ['a tensor', (value) => value instanceof Tensor];
const callable: Kind = ['a function', (value) => typeof value === 'function'];
const shape: Kind = ['a size or a list of sizes', (value) => isInteger(0)(value) || (Array.isArray(value) && Array.from(value).every(isInteger(0)))];
const factors: Kind = ['a number, or one a dim', (value) => isNumber(value) || isList(value, isNumber)];
/** PyTorch's None stands for the input's own size. */
const target: Kind = [
  'a size, or one a dim',
  (value) => value === null || isInteger(0)(value) || isList(value, (size) => size === null || size === undefined || isInteger(0)(size)),
];
const dtype: Kind = ['a dtype', (value) => lookupDType(value) !== undefined];

/** By the names of arguments, which mean the same in all modules. */
const kinds = {
  bias: flag,
  inplace: flag,
  ceilMode: flag,
  countIncludePad: flag,
  returnIndices: flag,
  affine: flag,
  trackRunningStats: flag,
  elementwiseAffine: flag,
  addBiasKv: flag,
  addZeroAttn: flag,
  batchFirst: flag,
  bidirectional: flag,
  scaleGradByFreq: flag,
  sparse: flag,
  includeLastOffset: flag,
  freeze: flag,
  headBias: flag,
  normFirst: flag,
  keepdim: flag,
  logInput: flag,
  logTarget: flag,
  full: flag,
  swap: flag,
  zeroInfinity: flag,
  alignCorners: orNull(flag),
  recomputeScaleFactor: orNull(flag),
  antialias: flag,
  alpha: number,
  beta: number,
  k: number,
  negativeSlope: number,
  lower: number,
  upper: number,
  minVal: number,
  maxVal: number,
  threshold: number,
  value: number,
  lambd: number,
  p: number,
  eps: number,
  momentum: orNull(number),
  dropout: number,
  layerNormEps: number,
  divValue: number,
  maxNorm: orNull(number),
  normType: number,
  margin: number,
  labelSmoothing: fraction,
  delta: number,
  init: number,
  dim: orNull(whole),
  startDim: whole,
  endDim: whole,
  groups: positive,
  numGroups: positive,
  numParameters: count,
  numFeatures: count,
  numChannels: count,
  paddingIdx: orNull(whole),
  numLayers: layers,
  numEncoderLayers: layers,
  numDecoderLayers: layers,
  projSize: count,
  kdim: orNull(count),
  vdim: orNull(count),
  dModel: count,
  nhead: positive,
  ignoreIndex: whole,
  blank: whole,
  dimFeedforward: count,
  divisorOverride: orNull(whole),
  upscaleFactor: positive,
  downscaleFactor: positive,
  windowSize: positive,
  kernelSize: sizesFrom(1),
  stride: orNull(sizesFrom(1)),
  dilation: sizesFrom(1),
  padding: ["an integer, one a dim, 'same' or 'valid'", (value) => value === 'same' || value === 'valid' || sizesFrom(0)[1](value)],
  outputPadding: sizesFrom(0),
  /** Of the padding layers, which also crop. */
  margins: ['an integer, or one for each side', (value) => whole[1](value) || isList(value, whole[1])],
  size: orNull(['a size, or one a dim', (value) => isInteger(1)(value) || isList(value, isInteger(1))]),
  scaleFactor: orNull(factors),
  outputSize: target,
  outputRatio: orNull(factors),
  randomSamples: orNull(tensor),
  normalizedShape: shape,
  mode: ['a mode of its function', (value) => modes.includes(value)],
  paddingMode: text,
  nonlinearity: text,
  approximate: ["'none' or 'tanh'", (value) => value === 'none' || value === 'tanh'],
  reduction: text,
  dtype: orNull(dtype),
  weight: orNull(tensor),
  posWeight: orNull(tensor),
  distanceFunction: orNull(callable),
  activation: ['a name or a function', (value) => typeof value === 'string' || typeof value === 'function'],
  customEncoder: ['a module, or null', (value) => typeof value === 'object'],
  customDecoder: ['a module, or null', (value) => typeof value === 'object'],
} as const satisfies Readonly<Record<string, Kind>>;
type Known = keyof typeof kinds;

/** The value of a module's argument, refused if it is not of the kind that the name stands for. */
export function checked<T>(module: string, role: Known, value: T): T {
  const [requirement, holds] = kinds[role];
  return holds(value) ? value : fail(ArgumentError, module, `${role} to be ${requirement}`, show(value));
}

/** The arguments after a module's required ones, as readArgs reads them, and checked. */
export function readOptions<O>(
  module: string,
  given: readonly unknown[],
  positional: readonly (keyof O & string)[],
  keywords: readonly (keyof O & string)[] = [],
): Partial<O> {
  const options = readArgs<O>(module, given, positional, keywords);
  for (const [role, value] of Object.entries(options)) checked(module, role as Known, value);
  return options;
}
