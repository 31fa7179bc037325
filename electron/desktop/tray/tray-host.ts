import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 2000;
const WATCHER = 'org.kde.StatusNotifierWatcher';

/** The same query for each of these tools, whichever is installed. */
const questions: [command: string, ...args: string[]][] = [
  [
    'gdbus',
    ...['call', '--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus'],
    ...['--method', 'org.freedesktop.DBus.NameHasOwner', WATCHER],
  ],
  [
    'busctl',
    ...['--user', 'call', 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'],
    ...['NameHasOwner', 's', WATCHER],
  ],
  [
    'dbus-send',
    ...['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'],
    ...['org.freedesktop.DBus.NameHasOwner', `string:${WATCHER}`],
  ],
];

/**
 * Whether this desktop shows tray icons. On Linux that is whether a watcher is registered on the session bus
 * (StatusNotifierItem, https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem): GNOME without its
 * extension has none and shows no icons.
 */
export async function findTrayHost(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  for (const [command, ...args] of questions) {
    try {
      const { stdout } = await promisify(execFile)(command, args, { timeout: TIMEOUT_MS });
      return stdout.includes('true');
    } catch {
      // Not installed, or no bus: try the next.
    }
  }
  return false;
}
