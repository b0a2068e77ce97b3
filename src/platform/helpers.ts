// The threads that help the kernels of the WebAssembly build: workers that run another instance of the module over the same memory and never return from it. The script is
// the same text for Node's workers and for Web Workers; it never asks its own event loop for anything once it runs.

export interface HelperTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** How far its scratch memory is from the first thread's. */
  readonly distance: number;
}

const body = `const run = ({ module, memory, distance }) => {
  const { help, fail } = new WebAssembly.Instance(module, { env: { memory, start: () => 1 } }).exports;
  for (;;) {
    try { help(distance); } catch { fail(); }
  }
};`;

/** For node:worker_threads with `eval`, the task as workerData. */
export const nodeHelper = `${body} run(require('node:worker_threads').workerData);`;
/** For a Web Worker, the task as the first message. */
export const webHelper = `${body} onmessage = ({ data }) => run(data);`;
