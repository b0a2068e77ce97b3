// An LSTM learns to write like Moby Dick, character by character: node --import tsx examples/char-lstm.ts
import './lib/backend.js';
import * as gt from 'gradtape';
import { learnToWrite } from './lib/language.js';

const { nn } = gt;
const [EMBEDDING, HIDDEN] = [64, 256];

class CharLstm extends nn.Module {
  token: gt.nn.Embedding;
  lstm = new nn.LSTM(EMBEDDING, HIDDEN, { batchFirst: true });
  head: gt.nn.Linear;
  constructor(vocabulary: number) {
    super();
    this.token = new nn.Embedding(vocabulary, EMBEDDING);
    this.head = new nn.Linear(HIDDEN, vocabulary);
  }
  override forward(tokens: gt.Tensor): gt.Tensor {
    const [states] = this.lstm.forward(this.token.forward(tokens));
    return this.head.forward(states as gt.Tensor);
  }
}

await learnToWrite({
  name: 'char-lstm',
  description: 'Trains an LSTM on Moby Dick, character by character.',
  epochs: 10,
  batchSize: 32,
  lr: 5e-3,
  window: 64,
  network: (vocabulary) => new CharLstm(vocabulary),
});
