import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';

/**
 * Electron keeps its lock, its window's profile and our preferences in one folder. If it is not writable (a
 * read-only home), a temporary folder is used, so that a window can show the error. Called before the lock is
 * requested.
 */
export function settleUserData(): void {
  try {
    const folder = app.getPath('userData');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch {
    const folder = mkdtempSync(join(tmpdir(), 'temps-desktop-'));
    app.setPath('userData', folder);
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
}
