// The command line that all training scripts have.
import { Command, InvalidArgumentError, Option } from 'commander';

export interface Options {
  epochs: number;
  batchSize: number;
  lr: number;
  seed: number;
  backend: 'native' | 'wasm' | 'auto';
  threads?: number;
  out: string;
  resume?: string | true;
}

export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    return value;
  };

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

export interface Defaults {
  readonly name: string;
  readonly description: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
}

/** The options given to this program. */
export function readOptions({ name, description, epochs, batchSize, lr }: Defaults): Options {
  return new Command(`npx tsx examples/${name}.ts`)
    .description(description)
    .option('--epochs <n>', 'passes over the training data', wholeNumber(1), epochs)
    .option('--batch-size <n>', 'samples a step', wholeNumber(1), batchSize)
    .option('--lr <x>', 'the highest learning rate of the schedule', positiveNumber, lr)
    .option('--seed <n>', 'seed of weights, order and dropout: the same seed gives the same numbers', wholeNumber(0), 1)
    .addOption(new Option('--backend <name>', 'what the kernels run on').choices(['native', 'wasm', 'auto']).default('auto'))
    .option('--threads <n>', 'threads the kernels may use (default: one a core)', wholeNumber(1))
    .option('--out <folder>', 'where checkpoints and the loss curve go', `runs/${name}`)
    .option('--resume [file]', 'go on from a checkpoint (default: the last of the folder)')
    .allowExcessArguments(false)
    .parse()
    .opts<Options>();
}
