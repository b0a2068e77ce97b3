// gt.utils.
export * as checkpoint from './autograd/checkpoint.js';
export * as data from './data/index.js';
