// gt.linalg: PyTorch's linear algebra by its names there.
export { cholesky, det, inv, solve } from './ops/factor.js';
export { linalgNorm as norm, matrixNorm, vectorNorm } from './ops/norms.js';
export { multiDot } from './ops/products.js';
export { linalgSvd as svd } from './ops/svd.js';
