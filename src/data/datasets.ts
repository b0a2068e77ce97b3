// gt.utils.data.datasets: data that is known by name.
export { FashionMNIST } from './fashion.js';
export { MNIST, type MNISTOptions } from './mnist.js';
export { TextDataset, type TextOptions, Vocabulary } from './text.js';
