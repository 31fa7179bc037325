import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino } from 'pino';
import { type Log, logOptions } from '../instance/kernel/log.ts';

/** One file and the one before it: whoever looks for a cause finds some days, and no disk fills. */
const MAX_BYTES = 2 * 1024 * 1024;

/** The log of the desktop and its instance, at `path`. Where it cannot be written it goes to standard error. */
export function openDesktopLog(path: string): Log {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(path, `${path}.1`);
    return pino(logOptions, pino.destination({ dest: path, sync: true, mode: 0o600 }));
  } catch {
    return pino(logOptions, pino.destination({ fd: 2, sync: true }));
  }
}
