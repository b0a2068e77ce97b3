// Everything about signals and images: convolution, pooling, padding, resizing, patches.
export { conv1d, conv2d, convTranspose1d, convTranspose2d } from './conv.js';
export { col2im, im2col } from './fold.js';
export { interpolate, upsampleBilinear, upsampleNearest } from './interpolate.js';
export { pad } from './pad.js';
export { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveMaxPool1d, adaptiveMaxPool2d, avgPool1d, avgPool2d, maxPool1d, maxPool2d } from './pool.js';
export { bilinear, localResponseNorm, pixelShuffle, pixelUnshuffle } from './vision.js';
