import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { HIDDEN_ARGUMENT } from './hidden-argument.ts';

export interface LoginItem {
  isSupported: boolean;
  isEnabled: boolean;
}

const AUTOSTART_FILE = 'temps-desktop.desktop';

/** Whether Temps starts when its user signs in. Off until they ask for it. */
export function findLoginItem(): LoginItem {
  if (process.platform === 'linux') return { isSupported: true, isEnabled: isAutostarted() };
  const { openAtLogin } = app.getLoginItemSettings({ args: [HIDDEN_ARGUMENT] });
  return { isSupported: true, isEnabled: openAtLogin };
}

export function setLoginItem(isEnabled: boolean): LoginItem {
  if (process.platform === 'linux') setAutostart(isEnabled);
  else app.setLoginItemSettings({ openAtLogin: isEnabled, args: [HIDDEN_ARGUMENT] });
  return findLoginItem();
}

/**
 * freedesktop.org's autostart specification: Electron has no login item on Linux. An AppImage moves with every
 * update but keeps its own name, so its path is taken from what started it.
 */
function autostartPath(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'autostart', AUTOSTART_FILE);
}

function isAutostarted(): boolean {
  try {
    return !/^(Hidden=true|X-GNOME-Autostart-enabled=false)$/m.test(readFileSync(autostartPath(), 'utf8'));
  } catch {
    return false;
  }
}

function setAutostart(isEnabled: boolean): void {
  const path = autostartPath();
  if (!isEnabled) {
    rmSync(path, { force: true });
    return;
  }
  mkdirSync(join(path, '..'), { recursive: true });
  const program = process.env.APPIMAGE ?? process.execPath;
  const parts = app.isPackaged ? [program, HIDDEN_ARGUMENT] : [program, app.getAppPath(), HIDDEN_ARGUMENT];
  writeFileSync(
    path,
    [
      '[Desktop Entry]',
      'Type=Application',
      'Name=Temps',
      `Exec=${parts.map(quoteForExec).join(' ')}`,
      'Terminal=false',
      'X-GNOME-Autostart-enabled=true',
      '',
    ].join('\n'),
  );
}

/** Quoting of the Exec key (Desktop Entry Specification): reserved characters escaped, `%` doubled. */
function quoteForExec(part: string): string {
  return `"${part
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
}
