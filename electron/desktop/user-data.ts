import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';

/**
 * Electron keeps its lock, its window's profile and our preferences in one folder. Where that takes no writes (a
 * read-only home) a folder of this run alone stands in, so that there is a window to say what is wrong.
 * Called before the lock is asked for.
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
