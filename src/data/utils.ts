// gt.utils.
export * as data from './index.js';
