// gt.utils.data.datasets: data that is known by name.
export { MNIST, type MNISTOptions } from './mnist.js';
