// Valid calls of optimizers and schedules, and what must hold once one was made: weights and rates stay numbers.
import * as gt from '../../src/index.js';

const { optim } = gt;
const { lrScheduler } = optim;
type Arguments = () => unknown[];

const weights = (): gt.Tensor => {
  const p = gt.tensor([1, -2, 3], { requiresGrad: true });
  p.grad = gt.tensor([0.5, 0.25, -1]);
  return p;
};
const common = { lr: 0.1, weightDecay: 0.01 };
/** Each optimizer with all of its options. */
export const optimizers: readonly (readonly [name: string, Class: new (...args: never[]) => gt.optim.Optimizer, args: Arguments])[] = [
  ['SGD', optim.SGD, () => [[weights()], { ...common, momentum: 0.9, dampening: 0, nesterov: true, maximize: false }]],
  ['SGD', optim.SGD, () => [[{ params: [weights()], lr: 0.1 }], 0.1, 0.9, 0.1, 0.01]],
  ['Adam', optim.Adam, () => [[weights()], { ...common, betas: [0.9, 0.99], eps: 1e-8, amsgrad: true, maximize: false }]],
  ['AdamW', optim.AdamW, () => [[weights()], 0.1, [0.9, 0.99], 1e-8, 0.01]],
  ['Adamax', optim.Adamax, () => [[weights()], { ...common, betas: [0.9, 0.99], eps: 1e-8, maximize: false }]],
  ['NAdam', optim.NAdam, () => [[weights()], { ...common, betas: [0.9, 0.99], eps: 1e-8, momentumDecay: 0.004 }]],
  ['RAdam', optim.RAdam, () => [[weights()], { ...common, betas: [0.9, 0.99], eps: 1e-8 }]],
  ['Adagrad', optim.Adagrad, () => [[weights()], { ...common, lrDecay: 0.1, initialAccumulatorValue: 0.1, eps: 1e-10, maximize: false }]],
  ['Adadelta', optim.Adadelta, () => [[weights()], { ...common, rho: 0.9, eps: 1e-6, maximize: false }]],
  ['RMSprop', optim.RMSprop, () => [[weights()], { ...common, alpha: 0.9, eps: 1e-8, momentum: 0.1, centered: true, maximize: false }]],
  ['Rprop', optim.Rprop, () => [[weights()], { lr: 0.1, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false }]],
  ['ASGD', optim.ASGD, () => [[weights()], { ...common, lambd: 1e-4, alpha: 0.75, t0: 1e6, maximize: false }]],
  [
    'LBFGS',
    optim.LBFGS,
    () => [[weights()], { lr: 0.1, maxIter: 2, maxEval: 3, toleranceGrad: 1e-7, toleranceChange: 1e-9, historySize: 3, lineSearchFn: null }],
  ],
];

const sgd = (): gt.optim.Optimizer => new optim.SGD([weights()], { lr: 0.1, momentum: 0.9 });
const cycle = { baseMomentum: 0.8, maxMomentum: 0.9, cycleMomentum: true };
const both = { lastEpoch: -1, verbose: false };
export const schedules: readonly (readonly [name: string, Class: new (...args: never[]) => gt.optim.lrScheduler.Scheduler, args: Arguments])[] = [
  ['StepLR', lrScheduler.StepLR, () => [sgd(), 2, { gamma: 0.5, ...both }]],
  ['MultiStepLR', lrScheduler.MultiStepLR, () => [sgd(), [1, 3], { gamma: 0.5, ...both }]],
  ['ExponentialLR', lrScheduler.ExponentialLR, () => [sgd(), 0.9, both]],
  ['ConstantLR', lrScheduler.ConstantLR, () => [sgd(), { factor: 0.5, totalIters: 2, ...both }]],
  ['LinearLR', lrScheduler.LinearLR, () => [sgd(), { startFactor: 0.5, endFactor: 1, totalIters: 2, ...both }]],
  ['PolynomialLR', lrScheduler.PolynomialLR, () => [sgd(), { totalIters: 2, power: 2, ...both }]],
  ['CosineAnnealingLR', lrScheduler.CosineAnnealingLR, () => [sgd(), 3, { etaMin: 0.01, ...both }]],
  ['CosineAnnealingWarmRestarts', lrScheduler.CosineAnnealingWarmRestarts, () => [sgd(), 3, { TMult: 2, etaMin: 0.01, ...both }]],
  ['LambdaLR', lrScheduler.LambdaLR, () => [sgd(), () => 0.5, both]],
  ['MultiplicativeLR', lrScheduler.MultiplicativeLR, () => [sgd(), () => 0.5, both]],
  [
    'CyclicLR',
    lrScheduler.CyclicLR,
    () => [sgd(), 0.1, 0.2, { stepSizeUp: 2, stepSizeDown: 2, mode: 'triangular', gamma: 1, scaleFn: null, scaleMode: 'cycle', ...cycle, ...both }],
  ],
  [
    'OneCycleLR',
    lrScheduler.OneCycleLR,
    () => [sgd(), 0.2, { totalSteps: 8, pctStart: 0.3, annealStrategy: 'cos', divFactor: 25, finalDivFactor: 1e4, threePhase: false, ...cycle, ...both }],
  ],
  ['OneCycleLR', lrScheduler.OneCycleLR, () => [sgd(), 0.2, { epochs: 2, stepsPerEpoch: 4 }]],
  [
    'ReduceLROnPlateau',
    lrScheduler.ReduceLROnPlateau,
    () => [sgd(), { mode: 'min', factor: 0.5, patience: 1, threshold: 1e-4, thresholdMode: 'rel', cooldown: 0, minLr: 0, eps: 1e-8, verbose: false }],
  ],
  ['ChainedScheduler', lrScheduler.ChainedScheduler, () => [[new lrScheduler.ExponentialLR(sgd(), 0.9)]]],
  [
    'SequentialLR',
    lrScheduler.SequentialLR,
    () => {
      const optimizer = sgd();
      return [optimizer, [new lrScheduler.ExponentialLR(optimizer, 0.9), new lrScheduler.ConstantLR(optimizer)], [2], both];
    },
  ],
];

const isNumbers = (values: readonly unknown[]): boolean => values.every((v) => typeof v === 'number' && Number.isFinite(v));

/** Takes three steps; tells what stopped being a number. */
export function optimize(optimizer: gt.optim.Optimizer): string | undefined {
  for (let step = 0; step < 3; step++) optimizer.step(() => gt.tensor(1) as never);
  const odd = optimizer.paramGroups.flatMap(({ params }) => params).find((p) => !isNumbers(Array.from(p.toTypedArray() as Float32Array)));
  return odd === undefined ? undefined : `weights become ${odd.toTypedArray()}`;
}
export function schedule(scheduler: gt.optim.lrScheduler.Scheduler): string | undefined {
  for (let epoch = 0; epoch < 6; epoch++) {
    scheduler.optimizer.step();
    scheduler.step(1);
  }
  for (let epoch = 0; epoch < 3; epoch++)
    (scheduler as gt.optim.lrScheduler.LRScheduler).step(scheduler instanceof lrScheduler.ReduceLROnPlateau ? 1 : undefined);
  for (const { lr, momentum } of scheduler.optimizer.paramGroups) if (!isNumbers([lr, momentum])) return `lr ${lr}, momentum ${momentum}`;
  return optimize(scheduler.optimizer as gt.optim.Optimizer);
}
