// What is measured, fixed in one place: names, sizes and the work in them. Every contestant, gradtape or peer, runs exactly these.

export interface Workload {
  readonly name: string;
  /** Floating point operations of one run, where a rate makes sense. */
  readonly flops?: number;
  /** How many units one run holds (scalar ops in a chain): times are given per unit. */
  readonly units?: number;
}

const gemm = (n: number): Workload => ({ name: `gemm ${n}`, flops: 2 * n ** 3 });

export const groups: Readonly<Record<string, readonly Workload[]>> = {
  'matrix product, float32': [gemm(64), gemm(256), gemm(512), gemm(1024)],
  'tiny ops': [{ name: 'scalar op, forward and backward', units: 2000 }],
  'training step': [{ name: 'MLP 784-256-128-10, Adam, batch 32' }, { name: 'MLP 784-256-128-10, Adam, batch 128' }],
};

/** A matrix that every language can make: (7919 i mod 1000) / 1000 - 1/2. */
export const pattern = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);
