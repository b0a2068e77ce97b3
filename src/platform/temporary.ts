// Names of temporary files that tell whose they are, and the removal of those whose process is dead.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** `.gradtape-SPACE-PID-START-RANDOM.tmp`: short, whatever the target is called. */
const pattern = /^\.gradtape-([0-9a-f]{16})-([1-9]\d{0,9})-(\d+)-[0-9a-f]{16}\.tmp$/;

/**
 * Where process numbers mean the same. On Linux that is one boot of one machine and one namespace of
 * processes, so that other hosts of a shared folder, and other containers, are strangers. Where that
 * cannot be known, everybody is.
 */
function processSpace(): string {
  let space = `${process.platform} ${hostname()}`;
  if (process.platform === 'linux') {
    try {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
      space = boot + readlinkSync('/proc/self/ns/pid');
    } catch {
      return randomBytes(8).toString('hex');
    }
  }
  return createHash('sha256').update(space).digest('hex').slice(0, 16);
}

/** When a process started, in ticks since boot: numbers of processes are used again. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command, in parentheses, is field 2 and may hold anything; the state is field 3, the start 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(fields[0]) ? 'ended' : fields[19];
  } catch {
    return undefined;
  }
}

function isDead(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = startOf(pid);
  return now !== undefined && now !== start;
}

/** A name that nobody has and nobody can guess. */
export function temporaryName(): string {
  const { pid } = process;
  const random = randomBytes(8).toString('hex');
  return `.gradtape-${processSpace()}-${pid}-${startOf(pid) ?? 0}-${random}.tmp`;
}

/** Removes what processes that were killed have left in a folder. */
export function removeStale(folder: string): void {
  const attempt = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch {
      // Not to be listed, or another user's: it stays.
      return undefined;
    }
  };
  const space = processSpace();
  for (const name of attempt(() => readdirSync(folder)) ?? []) {
    const [, where, pid, start] = pattern.exec(name) ?? [];
    if (where === space && isDead(Number(pid), start)) attempt(() => rmSync(join(folder, name)));
  }
}
