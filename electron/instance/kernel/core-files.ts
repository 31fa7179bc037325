import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** Bit by bit, which kinds of memory a core file gets; children inherit it. */
const FILTER = '/proc/self/coredump_filter';
/** As this process was started. */
let usual: string | null = null;

/**
 * Leaves the memory of this process, and of those it starts, out of what the system writes when one crashes. On
 * Linux alone: macOS writes none unless it is told to, and elsewhere Node has no call for it.
 *
 * SECURITY: what a program of this account or root reads of a living process is not prevented by it, and what the
 * system swaps out is not either.
 */
export function leaveCoreFilesEmpty(): void {
  if (process.platform !== 'linux') return;
  try {
    usual = `0x${readFileSync(FILTER, 'utf8').trim()}`;
    // Holds for a program that cores are piped to as well.
    writeFileSync(FILTER, '0');
  } catch {
    // A kernel built without core files.
  }
}

/** Starts a program of the user's, whose core files are the user's business. */
export function withUsualCoreFiles<T>(start: () => T): T {
  if (usual === null) return start();
  writeFileSync(FILTER, usual);
  try {
    return start();
  } finally {
    writeFileSync(FILTER, '0');
  }
}

/** No core files at all, for processes that stay: it takes one of util-linux's programs some milliseconds. */
export function forbidCoreFiles(): void {
  if (process.platform !== 'linux') return;
  spawnSync('prlimit', ['--pid', String(process.pid), '--core=0:0'], { stdio: 'ignore' });
}
