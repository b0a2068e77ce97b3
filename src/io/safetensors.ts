// gt.io.safetensors: tensors by name in one file, the format of Hugging Face (https://github.com/huggingface/safetensors). Reading runs no code and trusts nothing.
import { type Contents, contentsOf, partsOf, type Tensors } from './container.js';
import { joined, withBytes, withFile, writeParts } from './files.js';

export type { Contents, Tensors } from './container.js';

/** The file's bytes. */
export function encodeTensors(tensors: Tensors, metadata?: Readonly<Record<string, string>>): Uint8Array {
  const { parts, bytes } = partsOf('safetensors.save', tensors, metadata);
  return joined('safetensors.save', parts, bytes);
}

/** Tensors and metadata from a file's bytes; anything that does not fit the format to the last byte is a FormatError. */
export const decodeTensors = (bytes: Uint8Array, source = 'bytes'): Contents =>
  withBytes('safetensors.load', bytes, source, (opened) => contentsOf('safetensors.load', opened));

/** Writes tensors by name, a state dict say, of any size; the old file stays until the new one is whole. */
export const save = (tensors: Tensors, path: string, metadata?: Readonly<Record<string, string>>): void =>
  writeParts('safetensors.save', path, partsOf('safetensors.save', tensors, metadata).parts);

/** Reads the tensors of a file by name. float16 and bfloat16 become float32, int8 and int16 int32. */
export const load = (path: string): Tensors => withFile('safetensors.load', path, (source) => contentsOf('safetensors.load', source).tensors);
