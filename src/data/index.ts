// gt.utils.data: datasets, and the loader that makes batches of them.
export { type Collated, defaultCollate } from './collate.js';
export { type Dataset, Subset, TensorDataset } from './dataset.js';
export * as datasets from './datasets.js';
export { DataLoader, type DataLoaderOptions } from './loader.js';
export { BatchSampler, RandomSampler, type Sampler, SequentialSampler } from './sampler.js';
