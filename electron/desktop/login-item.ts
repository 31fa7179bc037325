import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { AppError } from '../instance/kernel/app-error.ts';
import { HIDDEN_ARGUMENT } from './hidden-argument.ts';

const AUTOSTART_FILE = 'temps-desktop.desktop';

/** Arguments of a login item reach a program on Windows only. */
const loginArgs = () => (process.platform === 'win32' ? { args: [HIDDEN_ARGUMENT] } : {});

/** Whether the system started it at sign-in: macOS says so by itself, and elsewhere the argument does. After `ready`. */
export function wasStartedAtLogin({ isHidden }: { isHidden: boolean }): boolean {
  return isHidden || (process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);
}

/** Whether Temps starts when its user signs in. Off by default. */
export function startsAtLogin(): boolean {
  if (process.platform === 'linux') return isAutostarted();
  return app.getLoginItemSettings(loginArgs()).openAtLogin;
}

/** Throws `place_unusable` for a home that cannot be written. */
export function setStartAtLogin(isEnabled: boolean): void {
  if (process.platform === 'linux') setAutostart(isEnabled);
  else app.setLoginItemSettings({ openAtLogin: isEnabled, ...loginArgs() });
}

/**
 * freedesktop.org's autostart specification: Electron has no login item on Linux. An AppImage is mounted elsewhere
 * at every start, so the path of the AppImage file itself is used.
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
  try {
    if (isEnabled) writeAutostart(path);
    else rmSync(path, { force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AppError(
      'place_unusable',
      `${path} could not be ${isEnabled ? 'written' : 'removed'} (${code}).`,
    );
  }
}

function writeAutostart(path: string): void {
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
