import { appendFileSync, mkdirSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino } from 'pino';
import { type Log, logOptions } from '../instance/kernel/log.ts';

/** One file and its predecessor: enough for some days without filling the disk. */
const MAX_BYTES = 2 * 1024 * 1024;

/**
 * The log of the desktop and its instance, at `path`. A line that would exceed `maxBytes` starts a new file, and
 * the old one becomes `<path>.1`. If the file cannot be written, lines go to standard error.
 */
export function openDesktopLog(path: string, maxBytes = MAX_BYTES): Log {
  return pino(logOptions, {
    // Each line is written immediately, so that a crash loses none; there are few.
    write(line: string) {
      try {
        append(path, line, maxBytes);
      } catch {
        writeToStandardError(line);
      }
    },
  });
}

function append(path: string, line: string, maxBytes: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes > 0 && sizeBytes + Buffer.byteLength(line) > maxBytes) renameSync(path, `${path}.1`);
  appendFileSync(path, line, { mode: 0o600 });
}

/** A program started from a menu may have no standard error: that must not stop anything. */
function writeToStandardError(line: string): void {
  try {
    writeSync(2, line);
  } catch {}
}
