// What a script tells of itself as it runs.
import type * as gt from '../../../src/index.js';

export class Recorder {
  /** Every initial weight, in the order of the state dict. */
  initial: number[] = [];
  /** The indices of all samples in the order in which they came. */
  readonly order: number[] = [];
  readonly losses: number[] = [];
  weights(model: gt.nn.Module): void {
    this.initial = Object.values(model.stateDict()).flatMap((t) => Array.from(t.toTypedArray(), Number));
  }
  step(indices: gt.Tensor, loss: gt.Tensor): void {
    this.order.push(...Array.from(indices.toTypedArray(), Number));
    this.losses.push(Number(loss.item()));
  }
}
