// Every learning-rate schedule over 100 epochs, drawn to schedules.svg: node --import tsx examples/schedules.ts [file]
import './lib/backend.js';
import { writeFileSync } from 'node:fs';
import { readFile } from './lib/options.js';
import { drawSchedules, EPOCHS, schedules } from './lib/schedules.js';

const file = readFile({ name: 'schedules', description: `Draws every learning-rate schedule over ${EPOCHS} epochs.` });
writeFileSync(file, drawSchedules());
console.log(`${Object.keys(schedules).length} schedules drawn to ${file}`);
