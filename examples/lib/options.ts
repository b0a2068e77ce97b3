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

interface Named {
  readonly name: string;
  readonly description: string;
}
export interface Defaults extends Named {
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
}

const seedOption = ['--seed <n>', 'seed of weights, order and dropout: the same seed gives the same numbers', wholeNumber(0)] as const;
const backendOption = (): Option => new Option('--backend <name>', 'what the kernels run on').choices(['native', 'wasm', 'auto']).default('auto');
const command = ({ name, description }: Named): Command =>
  new Command(`node --import tsx examples/${name}.ts`).description(description).addOption(backendOption()).allowExcessArguments(false);

/** The seed given to a lesson. */
export const readSeed = (lesson: Named): number =>
  command(lesson)
    .option(...seedOption, 1)
    .parse()
    .opts<{ seed: number }>().seed;

/** The file that a lesson draws to. */
export const readFile = (lesson: Named): string =>
  command(lesson).argument('[file]', 'where the picture goes', `${lesson.name}.svg`).parse().processedArgs[0] as string;

/** The options given to a training script. */
export function readOptions({ name, description, epochs, batchSize, lr }: Defaults): Options {
  return command({ name, description })
    .option('--epochs <n>', 'passes over the training data', wholeNumber(1), epochs)
    .option('--batch-size <n>', 'samples a step', wholeNumber(1), batchSize)
    .option('--lr <x>', 'the highest learning rate of the schedule', positiveNumber, lr)
    .option(...seedOption, 1)
    .option('--threads <n>', 'threads the kernels may use (default: one a core)', wholeNumber(1))
    .option('--out <folder>', 'where checkpoints and the loss curve go', `runs/${name}`)
    .option('--resume [file]', 'go on from a checkpoint (default: the last of the folder)')
    .parse()
    .opts<Options>();
}
