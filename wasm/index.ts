// What the module exports: exactly the kernels of src/kernels/contract.ts, by their names there, and where the memory that they leave alone begins.

export * from './conv';
export * from './activation';
export * from './elementwise';
export * from './factor';
export * from './gemm';
export * from './indexing';
export * from './move';
export * from './optim';
export * from './pool';
export * from './random';
export * from './recurrent';
export * from './reduce';
export * from './scan';
export * from './softmax';
export * from './special';
export * from './sort';
export * from './standardize';
export * from './svd';
export { fail, finish, help, set_threads } from './threads';
export { FUSED } from './vector';
export { __heap_base };
