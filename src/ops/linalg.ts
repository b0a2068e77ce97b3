// gt.linalg: PyTorch's linear algebra by its names there.
export { cholesky, det, inv, solve } from './factor.js';
export { linalgNorm as norm, matrixNorm, vectorNorm } from './norms.js';
export { multiDot } from './products.js';
export { linalgSvd as svd } from './svd.js';
