// How much memory a program can still have. Linux counts what a page holds when it is first written, and by then there is nobody to tell.
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import process from 'node:process';

/** The files of a container's limit (control groups 2 and 1), and their names for what the kernel keeps of files and gives up when asked. */
const groups = [
  ['/sys/fs/cgroup/memory.stat', /^inactive_file (\d+)$/m],
  ['/sys/fs/cgroup/memory/memory.stat', /^total_inactive_file (\d+)$/m],
] as const;

/** Bytes of files that count against a container's limit, though they go when memory is wanted: a checkpoint that was just written, say. */
function reclaimable(): number {
  for (const [path, pattern] of groups) {
    try {
      return Number(pattern.exec(readFileSync(path, 'latin1'))?.[1] ?? 0);
    } catch {
      // The next kind.
    }
  }
  return 0;
}

function systemMemory(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const free = freemem();
  const available = process.availableMemory?.() ?? free;
  // Without a limit of its own, the process has what the machine has.
  return available < free ? Math.min(available + reclaimable(), free) : available;
}

/**
 * The least of what the system has left, and of what is left of GRADTAPE_MEMORY, the MiB that the process may have in all.
 * Of `reserved` bytes, those that were not written to yet are still to come.
 */
export function availableMemory(reserved: number): number {
  const used = process.memoryUsage.rss();
  const asked = Number(process.env.GRADTAPE_MEMORY);
  const left = asked > 0 ? asked * 2 ** 20 - used : Number.POSITIVE_INFINITY;
  return Math.min(systemMemory(), left) - Math.max(0, reserved - used);
}
