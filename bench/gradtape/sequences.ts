// LSTM, attention and a small GPT, as a user writes them.
import { labelsOf } from '../inputs.js';
import type { Tasks } from '../serve.js';
import type { Gpt } from '../workloads.js';
import { fill, gt, input, type Tensor, taskOf, training } from './common.js';

const { nn, optim } = gt;
const F = nn.functional;
const integers = (values: readonly number[], shape: readonly number[]): Tensor =>
  gt
    .tensor([...values])
    .to('int64')
    .reshape(shape);

class Block extends nn.Module {
  norm1: gt.nn.LayerNorm;
  qkv: gt.nn.Linear;
  proj: gt.nn.Linear;
  norm2: gt.nn.LayerNorm;
  up: gt.nn.Linear;
  down: gt.nn.Linear;
  constructor(
    width: number,
    readonly heads: number,
  ) {
    super();
    this.norm1 = new nn.LayerNorm(width);
    this.qkv = new nn.Linear(width, 3 * width);
    this.proj = new nn.Linear(width, width);
    this.norm2 = new nn.LayerNorm(width);
    this.up = new nn.Linear(width, 4 * width);
    this.down = new nn.Linear(4 * width, width);
  }
  override forward(x: Tensor): Tensor {
    const [batch, steps, width] = x.shape;
    const [q, k, v] = this.qkv
      .forward(this.norm1.forward(x))
      .chunk(3, 2)
      .map((t: Tensor) => t.reshape([batch, steps, this.heads, width / this.heads]).transpose(1, 2));
    const [attended] = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    x = x.add(this.proj.forward(attended.transpose(1, 2).reshape([batch, steps, width])));
    return x.add(this.down.forward(F.gelu(this.up.forward(this.norm2.forward(x)))));
  }
}
class GptModel extends nn.Module {
  tokens: gt.nn.Embedding;
  positions: gt.nn.Embedding;
  blocks: gt.nn.Sequential;
  norm: gt.nn.LayerNorm;
  head: gt.nn.Linear;
  constructor({ layers, width, heads, steps, vocabulary }: Gpt) {
    super();
    this.tokens = new nn.Embedding(vocabulary, width);
    this.positions = new nn.Embedding(steps, width);
    this.blocks = new nn.Sequential(...Array.from({ length: layers }, () => new Block(width, heads)));
    this.norm = new nn.LayerNorm(width);
    this.head = new nn.Linear(width, vocabulary);
  }
  override forward(tokens: Tensor, positions: Tensor): Tensor {
    const x = this.tokens.forward(tokens).add(this.positions.forward(positions));
    return this.head.forward(this.norm.forward(this.blocks.forward(x)));
  }
}

export const sequences: Tasks = {
  lstm({ batch, steps, hidden }) {
    const model = new nn.LSTM(hidden, hidden);
    fill(model);
    const x = input([steps, batch, hidden]);
    return taskOf('backward', [...model.parameters()], () => model.forward(x)[0]);
  },
  attention({ batch, heads, steps, head, mode }) {
    const [q, k, v] = [0, 20, 40].map((offset) => input([batch, heads, steps, head], offset, 2));
    return taskOf(mode, [q, k, v], () => F.scaledDotProductAttention(q, k, v)[0]);
  },
  GPT(params) {
    const { steps, batch, vocabulary } = params;
    const model = new GptModel(params);
    fill(model);
    const text = labelsOf(batch * (steps + 1), vocabulary);
    const tokens = integers(text.slice(0, -batch), [batch, steps]);
    const next = integers(text.slice(1, batch * steps + 1), [batch * steps]);
    const positions = gt.arange(steps).to('int64');
    return training(new optim.AdamW(model.parameters(), { lr: 1e-3 }), () =>
      F.crossEntropy(model.forward(tokens, positions).reshape([batch * steps, vocabulary]), next),
    );
  },
};
