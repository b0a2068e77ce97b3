// The page: shows what the worker tells, and sends it what is drawn. It never computes, so that it stays responsive.
import { Curve } from './curve.js';
import type { FromWorker, ToWorker } from './messages.js';
import { Pad } from './pad.js';
import { Samples } from './samples.js';

const element = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const show = (id: string, text: string): void => {
  element(id).textContent = text;
};
const whole = (n: number): string => Math.round(n).toLocaleString('en');

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
const tell = (message: ToWorker): void => worker.postMessage(message);

type State = 'loading' | 'ready' | 'training' | 'paused' | 'done' | 'failed';
const status = element<HTMLOutputElement>('status');
const toggle = element<HTMLButtonElement>('toggle');
function enter(state: State, text: string): void {
  status.dataset.state = state;
  status.textContent = text;
  toggle.disabled = state === 'loading' || state === 'failed';
  toggle.textContent = state === 'training' ? 'Pause' : state === 'done' ? 'Train on' : 'Train';
}
toggle.addEventListener('click', () => {
  const pauses = status.dataset.state === 'training';
  enter(pauses ? 'paused' : 'training', pauses ? 'Paused' : 'Training …');
  tell({ type: pauses ? 'pause' : 'train' });
});

const bars = Array.from({ length: 10 }, (_, digit) => {
  const bar = document.createElement('li');
  bar.textContent = `${digit}`;
  return bar;
});
element('bars').append(...bars);
function showGuess(probabilities: readonly number[] | null): void {
  bars.forEach((bar, digit) => {
    bar.style.setProperty('--share', `${probabilities?.[digit] ?? 0}`);
  });
  show('guess', probabilities === null ? '–' : `${probabilities.indexOf(Math.max(...probabilities))}`);
}

// One question at a time is under way; of those that come meanwhile only the last is asked.
let asking = false;
let next: Uint8Array | null = null;
function ask(): void {
  if (asking || next === null) return;
  asking = true;
  tell({ type: 'classify', image: next });
  next = null;
}
const pad = new Pad(element<HTMLCanvasElement>('pad'), (image) => {
  element('hint').hidden = image !== null;
  next = image;
  if (image === null) showGuess(null);
  else ask();
});
element('clear').addEventListener('click', () => pad.clear());

const curve = new Curve(element<HTMLCanvasElement>('curve'));
let samples: Samples | undefined;
let network = '';

worker.addEventListener('message', ({ data: message }: MessageEvent<FromWorker>) => {
  switch (message.type) {
    case 'ready':
      network = `${whole(message.parameters)} weights on ${message.backend}`;
      samples = new Samples(element('samples'), message.images, message.labels);
      return enter('ready', `Ready: ${network}`);
    case 'progress':
      curve.add(message.losses);
      show('loss', curve.mean.toFixed(3));
      show('epoch', `${message.epoch} / ${message.epochs}`);
      show('rate', whole(message.rate));
      if (status.dataset.state === 'training') status.textContent = `Training: ${network}, ${whole(message.heldBytes / 2 ** 20)} MB`;
      return;
    case 'tested':
      show('accuracy', `${(100 * message.accuracy).toFixed(1)} %`);
      samples?.show(message.guesses);
      // What is on the pad is read again, by a network that knows more now.
      next ??= pad.read();
      return ask();
    case 'classified':
      asking = false;
      if (pad.read() !== null) showGuess(message.probabilities);
      return ask();
    case 'done':
      return enter('done', 'Done');
    case 'failed':
      return enter('failed', message.reason);
  }
});
worker.addEventListener('error', (event) => enter('failed', event.message || 'The worker could not be started'));
