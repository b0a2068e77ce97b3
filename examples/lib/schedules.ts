// The learning-rate schedules that are drawn, each over 100 epochs.
import * as gt from 'gradtape';

const { lrScheduler: S, SGD } = gt.optim;
export const EPOCHS = 100;
type Scheduler = { step(): void } | InstanceType<typeof S.ReduceLROnPlateau>;
type Sgd = InstanceType<typeof SGD>;

export const schedules: Record<string, (o: Sgd) => Scheduler> = {
  LambdaLR: (o) => new S.LambdaLR(o, (epoch) => 1 / (1 + 0.05 * epoch)),
  MultiplicativeLR: (o) => new S.MultiplicativeLR(o, () => 0.98),
  StepLR: (o) => new S.StepLR(o, 25, 0.5),
  MultiStepLR: (o) => new S.MultiStepLR(o, [20, 50, 80], 0.4),
  ConstantLR: (o) => new S.ConstantLR(o, { factor: 0.3, totalIters: 30 }),
  LinearLR: (o) => new S.LinearLR(o, { startFactor: 0.1, totalIters: 40 }),
  ExponentialLR: (o) => new S.ExponentialLR(o, 0.96),
  PolynomialLR: (o) => new S.PolynomialLR(o, { totalIters: 90, power: 2 }),
  CosineAnnealingLR: (o) => new S.CosineAnnealingLR(o, 50),
  CosineAnnealingWarmRestarts: (o) => new S.CosineAnnealingWarmRestarts(o, 15, 2),
  CyclicLR: (o) => new S.CyclicLR(o, 0.1, 1, { stepSizeUp: 12, mode: 'triangular2' }),
  OneCycleLR: (o) => new S.OneCycleLR(o, 1, { totalSteps: EPOCHS + 1 }),
  ReduceLROnPlateau: (o) => new S.ReduceLROnPlateau(o, { factor: 0.5, patience: 8 }),
  SequentialLR: (o) => new S.SequentialLR(o, [new S.LinearLR(o, { startFactor: 0.1, totalIters: 20 }), new S.ExponentialLR(o, 0.97)], [20]),
  ChainedScheduler: (o) => new S.ChainedScheduler([new S.LinearLR(o, { startFactor: 0.2, totalIters: 15 }), new S.StepLR(o, 40, 0.4)]),
};

/** The rate at each epoch; the loss that a plateau is sought in falls to 0.3 and stays there. */
export function ratesOf(make: (o: Sgd) => Scheduler): number[] {
  const optimizer = new SGD([gt.zeros([1], { requiresGrad: true })], { lr: 1, momentum: 0.9 });
  const scheduler = make(optimizer);
  return Array.from({ length: EPOCHS }, (_, epoch) => {
    const rate = optimizer.paramGroups[0].lr;
    optimizer.step();
    // To all others a number is an epoch, to be jumped to.
    if (scheduler instanceof S.ReduceLROnPlateau) scheduler.step(Math.max(0.3, 1 - 0.03 * epoch));
    else scheduler.step();
    return rate;
  });
}

const [columns, width, height] = [3, 420, 260];
/** All schedules as one picture. */
export function drawSchedules(): string {
  const epochs = Array.from({ length: EPOCHS }, (_, i) => i);
  const panels = Object.entries(schedules).map(([title, make], i) => {
    const chart = gt.viz.lineChart([{ x: epochs, y: ratesOf(make) }], { title, xLabel: 'epoch', yLabel: 'learning rate', width, height, yRange: [0, 1.05] });
    return chart.replace('<svg ', `<svg x="${(i % columns) * width}" y="${Math.floor(i / columns) * height}" `);
  });
  const rows = Math.ceil(panels.length / columns);
  const [wide, high] = [columns * width, rows * height];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}">\n${panels.join('')}</svg>\n`;
}
