// The public door.
import './methods.js';

export * as autograd from './autograd/index.js';
export * as backend from './backend.js';
export { getNumThreads, setNumThreads } from './backend.js';
export type { DType, TypedArray } from './core/dtype.js';
export {
  ArgumentError,
  BackendError,
  DatasetError,
  DTypeError,
  FormatError,
  GradientError,
  GradtapeError,
  IndexError,
  ShapeError,
  TrainingError,
  WorkerError,
} from './core/errors.js';
export { load, save } from './io/checkpoint.js';
export * as io from './io/index.js';
export { init, type WasmSource } from './kernels/init.js';
export * as nn from './nn/index.js';
export { arange, empty, emptyLike, eye, fromTypedArray, full, fullLike, linspace, logspace, ones, onesLike, tensor, zeros, zerosLike } from './ops/create.js';
export * from './ops/index.js';
export { var_ as var } from './ops/index.js';
export { type Index, Slice, slice } from './ops/indexing.js';
export * as linalg from './ops/linalg.js';
export * as masked from './ops/maskedReductions.js';
export {
  bernoulli,
  defaultGenerator,
  Generator,
  getRngState,
  initialSeed,
  manualSeed,
  multinomial,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
  seed,
  setRngState,
} from './ops/random.js';
export * as optim from './optim/index.js';
export * as special from './special.js';
export { getDefaultDtype, setDefaultDtype } from './tensor/defaults.js';
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from './tensor/node.js';
export { isInferenceModeEnabled } from './tensor/storage.js';
export { type Hook, type HookHandle, Tensor } from './tensor/tensor.js';
export * as train from './train/index.js';
export * as utils from './utils.js';
export * as viz from './viz/index.js';
