// npm run train: a perceptron learns the MNIST digits. `npm run train -- --help` lists the options.
import { readOptions } from './mnist/options.js';

const options = readOptions(process.argv);
// The backend is chosen when gradtape is imported, which therefore comes after.
if (options.backend !== 'auto') process.env.GRADTAPE_BACKEND = options.backend;
try {
  const { run } = await import('./mnist/train.js');
  run(options);
} catch (error) {
  // What the library throws on purpose explains itself; anything else is a bug, and its trace helps.
  const { name, message, stack } = error as Error;
  console.error(/^(Backend|Format|Argument)Error$/.test(name) ? message : stack);
  process.exitCode = 1;
}
