// The command line of the MNIST example.
import { Command, InvalidArgumentError, Option } from 'commander';

export interface Options {
  epochs: number;
  batchSize: number;
  lr: number;
  backend: 'native' | 'wasm' | 'auto';
  threads?: number;
  seed: number;
}

function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    return value;
  };
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

export function readOptions(argv: readonly string[]): Options {
  return new Command('npm run train --')
    .description('Trains a 784-256-128-10 perceptron on the MNIST digits.')
    .option('--epochs <n>', 'passes over the 60,000 training images', wholeNumber(1), 5)
    .option('--batch-size <n>', 'images a step', wholeNumber(1), 128)
    .option('--lr <x>', "Adam's learning rate at the start; it falls along half a cosine", positiveNumber, 2e-3)
    .addOption(new Option('--backend <name>', 'what the kernels run on').choices(['native', 'wasm', 'auto']).default('auto'))
    .option('--threads <n>', 'threads the kernels may use (default: one a core)', wholeNumber(1))
    .option('--seed <n>', 'seed of weights and order: the same seed gives the same numbers', wholeNumber(0), 1)
    .allowExcessArguments(false)
    .parse(argv)
    .opts<Options>();
}
