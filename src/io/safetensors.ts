// gt.io.safetensors: tensors by name in one file, the format of Hugging Face (https://github.com/huggingface/safetensors). Reading runs no code and trusts nothing.
import { type Contents, contentsOf, partsOf, type Tensors } from './container.js';
import { joined, withBytes, withFile, writeParts } from './files.js';

export type { Contents, Tensors } from './container.js';

/**
 * Tensors by name as the bytes of a safetensors file.
 *
 * @param tensors - The tensors.
 * @param metadata - Text by name.
 * @returns The bytes.
 * @throws ArgumentError if a value is no tensor.
 * @example
 * const bytes = gt.io.safetensors.encodeTensors({ w: gt.ones([2]) }, { by: 'gradtape' });
 * gt.io.safetensors.decodeTensors(bytes).metadata; // { by: 'gradtape' }
 * @see https://github.com/huggingface/safetensors
 */
export function encodeTensors(tensors: Tensors, metadata?: Readonly<Record<string, string>>): Uint8Array {
  const { parts, bytes } = partsOf('safetensors.save', tensors, metadata);
  return joined('safetensors.save', parts, bytes);
}

/**
 * Tensors and metadata from the bytes of a safetensors file. No code runs.
 *
 * @param bytes - The whole file.
 * @param source - What errors call it.
 * @returns Tensors and metadata; float16 and bfloat16 become float32, int8 and int16 become int32.
 * @throws FormatError if the bytes do not fit the format exactly.
 * @example
 * const bytes = gt.io.safetensors.encodeTensors({ w: gt.ones([2]) });
 * gt.io.safetensors.decodeTensors(bytes).tensors.w; // [1, 1]
 * @see https://github.com/huggingface/safetensors
 */
export const decodeTensors = (bytes: Uint8Array, source = 'bytes'): Contents =>
  withBytes('safetensors.load', bytes, source, (opened) => contentsOf('safetensors.load', opened));

/**
 * Writes tensors by name, a state dict say. The old file stays until the new one is whole.
 *
 * @param tensors - The tensors.
 * @param path - The file.
 * @param metadata - Text by name.
 * @throws ArgumentError if a value is no tensor.
 * @throws FormatError if it cannot be written.
 * @example
 * gt.io.safetensors.save(new gt.nn.Linear(2, 1).stateDict(), 'model.safetensors');
 * Object.keys(gt.io.safetensors.load('model.safetensors')).sort(); // ['bias', 'weight']
 * @see https://github.com/huggingface/safetensors
 */
export const save = (tensors: Tensors, path: string, metadata?: Readonly<Record<string, string>>): void =>
  writeParts('safetensors.save', path, partsOf('safetensors.save', tensors, metadata).parts);

/**
 * Reads the tensors of a safetensors file by name. No code runs.
 *
 * @param path - The file.
 * @returns The tensors; float16 and bfloat16 become float32, int8 and int16 become int32.
 * @throws FormatError if the file is missing, or does not fit the format exactly.
 * @example
 * gt.io.safetensors.save({ w: gt.ones([2]) }, 'w.safetensors');
 * gt.io.safetensors.load('w.safetensors').w; // [1, 1]
 * @see https://github.com/huggingface/safetensors
 */
export const load = (path: string): Tensors => withFile('safetensors.load', path, (source) => contentsOf('safetensors.load', source).tensors);
