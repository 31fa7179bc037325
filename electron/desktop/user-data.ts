import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';

/** Path of the desktop's preferences. */
export const preferencesPath = () => join(app.getPath('userData'), 'desktop.json');

/**
 * Electron keeps its lock, its window's profile and our preferences in one folder. If it takes no file (a read-only home, a
 * full disk), a temporary folder is used, so that a window can show the error. Called before the lock is requested: Electron
 * answers a lock that it cannot write as one that another start has.
 */
export function settleUserData(): void {
  const known = preferencesPath();
  try {
    const folder = app.getPath('userData');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    requireRoom(join(folder, '.room'));
  } catch {
    const folder = mkdtempSync(join(tmpdir(), 'temps-desktop-'));
    app.setPath('userData', folder);
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    keepKnown(known);
  }
}

/** Permissions say nothing of a disk that is full, and an empty file needs no more room than the lock. */
function requireRoom(path: string): void {
  closeSync(openSync(path, 'w', 0o600));
  rmSync(path, { force: true });
}

/** They say which data directories held an instance: one whose disk is not connected is not begun anew. */
function keepKnown(preferences: string): void {
  try {
    copyFileSync(preferences, preferencesPath());
  } catch {
    // There are none, or they cannot be read.
  }
}
