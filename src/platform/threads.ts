// Threads of Node.js.
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Parent, Thread, ThreadHandlers } from './platform.js';

/** Starts a module of this package. From the sources, which only a checkout has, a loader for TypeScript comes first. */
function start(path: string, workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`../${path}.js`, import.meta.url), { workerData });
  const url = new URL(`../${path}.ts`, import.meta.url).href;
  const loader = import.meta.resolve('tsx/esm/api');
  return new Worker(`import('${loader}').then(({ register }) => { register(); return import('${url}'); })`, { eval: true, workerData });
}

export function startThread(path: string, data: unknown, { message, ended }: ThreadHandlers): Thread {
  const worker = start(path, { gradtape: data });
  let over = false;
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    ended(reason);
  };
  worker.on('message', (value) => {
    if (!over) message(value);
  });
  worker.on('messageerror', (error) => end(String(error)));
  worker.on('error', (error) => end(String(error)));
  worker.on('exit', (code) => end(`exit code ${code}`));
  return {
    post: (value) => worker.postMessage(value),
    hold: (on) => (on ? worker.ref() : worker.unref()),
    end() {
      over = true;
      void worker.terminate();
    },
  };
}

/** Only of threads that startThread started: a program has others. */
export const parent: Parent | undefined =
  parentPort !== null && typeof workerData === 'object' && workerData !== null && 'gradtape' in workerData
    ? {
        data: workerData.gradtape,
        post: (value) => parentPort!.postMessage(value),
        listen: (onMessage) => void parentPort!.on('message', onMessage),
      }
    : undefined;
