// gt.utils.data: datasets, and the loader that makes batches of them.
export { type Collated, defaultCollate } from './collate.js';
export { ChainDataset, ConcatDataset, type Dataset, IterableDataset, randomSplit, Subset, TensorDataset } from './dataset.js';
export * as datasets from './datasets.js';
export { DataLoader, type DataLoaderOptions } from './loader.js';
export { fromModule } from './portable.js';
export {
  BatchSampler,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from './sampler.js';
export * as transforms from './transforms.js';
export { getWorkerInfo, type WorkerInfo } from './workerInfo.js';
