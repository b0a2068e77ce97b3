// Every learning-rate schedule over 100 epochs, drawn to schedules.svg: node --import tsx examples/schedules.ts [file]
import './lib/backend.js';
import * as gt from 'gradtape';
import { readFile } from './lib/options.js';
import { drawSchedules, EPOCHS, schedules } from './lib/schedules.js';

const file = readFile({ name: 'schedules', description: `Draws every learning-rate schedule over ${EPOCHS} epochs.` });
gt.io.writeFile(file, drawSchedules());
console.log(`${Object.keys(schedules).length} schedules drawn to ${file}`);
