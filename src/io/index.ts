// gt.io: tensors in files that other programs read too.
export { load, save } from './checkpoint.js';
export { writeFile } from './files.js';
export * as npy from './npy.js';
export * as safetensors from './safetensors.js';
