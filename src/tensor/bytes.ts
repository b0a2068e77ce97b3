// The bytes of tensors, by parts: what files are made of.
import { backend } from '../kernels/load.js';
import { addressOf, contiguousCopy, type Tensor } from './tensor.js';

/** The tensor, or a copy of it, with its elements in row-major order and without gaps. */
export const packed = contiguousCopy;

/** Fills `into` with the bytes of a packed tensor from byte `at` on. */
export const readBytes = (t: Tensor, at: number, into: Uint8Array): void => backend.copyOut(addressOf(t) + at, into);

/** Writes to a fresh tensor, whose memory is dense, from byte `at` on. */
export const writeBytes = (t: Tensor, at: number, from: Uint8Array): void => backend.copyIn(addressOf(t) + at, from);
