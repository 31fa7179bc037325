import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const script = join(import.meta.dirname, '../../../../scripts/build-desktop.mjs');

let built: Promise<unknown> | null = null;

/** The preload where windows load it from, built from its source as it is now, once in a process. */
export async function buildPreload(): Promise<void> {
  built ??= promisify(execFile)(process.execPath, [script]);
  await built;
}
