// The worked examples in the order in which they build on each other.
import { graph, scalarChain, vectorChain } from './chains.js';
import { dotProduct, matrixMatrix, matrixVector, outerProduct } from './products.js';
import { crossEntropyLoss, hingeLoss, softmaxJacobian } from './softmax.js';

export { distance, type Example, type Row, type Value } from './row.js';
export const examples = [scalarChain, vectorChain, dotProduct, outerProduct, matrixVector, matrixMatrix, softmaxJacobian, graph, crossEntropyLoss, hingeLoss];
