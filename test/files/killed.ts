// A process that is killed in the middle of a save: `tsx killed.ts PATH`.
import { writeWhole } from '../../src/platform/files.js';

function* parts(): Generator<Uint8Array> {
  yield new Uint8Array(1000);
  process.kill(process.pid, 'SIGKILL');
  for (;;) yield new Uint8Array(0);
}
writeWhole(process.argv[2], parts());
