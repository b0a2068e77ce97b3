// What reductions with places give back.
import type { Tensor } from '../tensor/tensor.js';

/** Values with the places they were found at; destructures as an object and as an array. */
export type ValuesIndices = { readonly values: Tensor; readonly indices: Tensor } & readonly [values: Tensor, indices: Tensor];
export const pairOf = (values: Tensor, indices: Tensor): ValuesIndices => Object.assign([values, indices] as const, { values, indices });
