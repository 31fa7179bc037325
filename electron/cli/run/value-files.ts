import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.ts';

/** Types of file systems that are in memory alone: statfs(2). */
const inMemory: readonly number[] = [0x01021994, 0x858458f6];
const PREFIX = 'temps-run-';

export interface ValueFiles {
  /** Writes a value and returns the path of its file. */
  add(name: string, value: string): string;
  remove(): void;
}

/**
 * A folder in memory for the values of one program, which this account alone can read. What a killed run left is removed first. Throws
 * `data_dir_unusable` where no file system in memory is: SECURITY: nothing of a value comes to a disk.
 */
export function openValueFiles(
  places: readonly (string | undefined)[] = [process.env.XDG_RUNTIME_DIR, '/dev/shm'],
): ValueFiles {
  const place = places.find((path): path is string => path !== undefined && isInMemory(path));
  if (place === undefined)
    throw new CommandError(
      'data_dir_unusable',
      'Values are written to files in memory alone, and there is no such place here: neither XDG_RUNTIME_DIR nor /dev/shm is a tmpfs.',
    );
  removeLeft(place);
  const folder = join(place, `${PREFIX}${process.pid}-${readStart(process.pid)}`);
  // It is new, so nobody else's: an existing one is an error.
  mkdirSync(folder, { mode: 0o700 });
  chmodSync(folder, 0o700);
  return {
    add(name, value) {
      const path = join(folder, name);
      writeFileSync(path, value, { mode: 0o600, flag: 'wx' });
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function isInMemory(path: string): boolean {
  try {
    return process.platform === 'linux' && inMemory.includes(statfsSync(path).type);
  } catch {
    return false;
  }
}

/** Those of this account whose program has ended. */
function removeLeft(place: string): void {
  for (const name of readdirSync(place)) {
    const [, pid, start] = /^temps-run-(\d+)-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || readStart(Number(pid)) === start) continue;
    const path = join(place, name);
    try {
      if (statSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another run removed it.
    }
  }
}

/** When a process began, in ticks since the system's start (proc_pid_stat(5)): a number may be given again. Empty if it has ended. */
function readStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    return stat.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
