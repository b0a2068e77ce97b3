// Backpropagation by hand and by machine: every value and gradient of the worked examples, in float64, beside the one derived on paper.
// Run it with: node --import tsx examples/backprop.ts
import { distance, examples, type Value } from './backprop/index.js';

const TOLERANCE = 1e-12;
/** Longer values stand one below the other. */
const BESIDE = 50;

const show = (value: Value): string => (typeof value === 'number' ? String(Number(value.toPrecision(7))) : `[${value.map(show).join(', ')}]`);

let wrong = 0;
for (const example of examples) {
  const { title, derivation, rows } = example();
  console.log(`\n${title}\n  ${derivation}`);
  const widths = rows.map(({ got }) => show(got).length);
  const width = Math.max(...widths.filter((w) => w <= BESIDE));
  for (const { name, got, expected } of rows) {
    const agrees = distance(got, expected) <= TOLERANCE;
    if (!agrees) wrong++;
    const [machine, hand] = [show(got), show(expected)];
    const gap = machine.length > BESIDE ? `\n${' '.repeat(15)}` : ' '.repeat(width - machine.length + 2);
    console.log(`  ${agrees ? 'ok   ' : 'WRONG'} ${name.padEnd(6)} gradtape ${machine}${gap}by hand  ${hand}`);
  }
}
console.log(wrong === 0 ? '\nAll values and gradients agree.' : `\n${wrong} values disagree.`);
process.exitCode = wrong === 0 ? 0 : 1;
