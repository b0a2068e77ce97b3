// A small GPT learns to write like Moby Dick, character by character: node --import tsx examples/char-gpt.ts
import './lib/backend.js';
import * as gt from 'gradtape';
import { learnToWrite } from './lib/language.js';

const { nn } = gt;
const F = nn.functional;
const [LAYERS, WIDTH, HEADS, WINDOW] = [4, 128, 4, 64];

/** Attention of every place to those before it, by several heads. */
class CausalAttention extends nn.Module {
  qkv = new nn.Linear(WIDTH, 3 * WIDTH);
  out = new nn.Linear(WIDTH, WIDTH);
  override forward(x: gt.Tensor): gt.Tensor {
    const [batch, length] = x.shape;
    const [q, k, v] = this.qkv
      .forward(x)
      .reshape(batch, length, 3, HEADS, WIDTH / HEADS)
      .permute(2, 0, 3, 1, 4)
      .unbind(0);
    const [y] = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    return this.out.forward(y.transpose(1, 2).reshape(batch, length, WIDTH));
  }
}

class Block extends nn.Module {
  norm1 = new nn.LayerNorm(WIDTH);
  attention = new CausalAttention();
  norm2 = new nn.LayerNorm(WIDTH);
  mlp = new nn.Sequential(new nn.Linear(WIDTH, 4 * WIDTH), new nn.GELU(), new nn.Linear(4 * WIDTH, WIDTH));
  override forward(x: gt.Tensor): gt.Tensor {
    const y = x.add(this.attention.forward(this.norm1.forward(x)));
    return y.add(this.mlp.forward(this.norm2.forward(y)));
  }
}

class Gpt extends nn.Module {
  token: gt.nn.Embedding;
  place = new nn.Embedding(WINDOW, WIDTH);
  blocks = new nn.Sequential(...Array.from({ length: LAYERS }, () => new Block()));
  norm = new nn.LayerNorm(WIDTH);
  head: gt.nn.Linear;
  constructor(vocabulary: number) {
    super();
    this.token = new nn.Embedding(vocabulary, WIDTH);
    this.head = new nn.Linear(WIDTH, vocabulary, { bias: false });
    for (const p of [this.token.weight, this.place.weight]) nn.init.normal_(p, 0, 0.02);
  }
  override forward(tokens: gt.Tensor): gt.Tensor {
    const places = gt.arange(tokens.shape[1], { dtype: 'int32' });
    const x = this.token.forward(tokens).add(this.place.forward(places));
    return this.head.forward(this.norm.forward(this.blocks.forward(x)));
  }
}

await learnToWrite({
  name: 'char-gpt',
  description: `Trains a GPT of ${LAYERS} layers and width ${WIDTH} on Moby Dick, character by character.`,
  epochs: 16,
  batchSize: 32,
  lr: 2e-3,
  window: WINDOW,
  network: (vocabulary) => new Gpt(vocabulary),
});
