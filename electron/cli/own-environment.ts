import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * What the start script of an AppImage (AppRun) puts before these variables, under the folder where it is mounted, and
 * after them.
 */
const changed: readonly [name: string, before: readonly string[], after: string][] = [
  ['PATH', ['', '/usr/sbin'], ''],
  ['XDG_DATA_DIRS', ['/usr/share/'], ':/usr/share/gnome:/usr/local/share/:/usr/share/'],
  ['LD_LIBRARY_PATH', ['/usr/lib'], ''],
  ['GSETTINGS_SCHEMA_DIR', ['/usr/share/glib-2.0/schemas'], ''],
];
/** What the AppImage's first program tells about itself. */
const aboutAppImage = ['APPIMAGE', 'APPDIR', 'OWD', 'ARGV0'];

/**
 * The environment for programs that are not ours: the one the user started us with. An AppImage and Electron change some variables
 * for their own process, with which another program would load their libraries.
 *
 * @param program what runs this process.
 */
export function ownEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  program = process.execPath,
  isElectron = 'electron' in process.versions,
): NodeJS.ProcessEnv {
  if (!isElectron) return env;
  const own = new Map(Object.entries(env));
  // https://www.electronjs.org/docs/latest/api/environment-variables#original_xdg_current_desktop
  const desktop = own.get('ORIGINAL_XDG_CURRENT_DESKTOP');
  if (desktop && own.get('XDG_CURRENT_DESKTOP') === 'Unity') own.set('XDG_CURRENT_DESKTOP', desktop);
  for (const name of ['ORIGINAL_XDG_CURRENT_DESKTOP', 'CHROME_DESKTOP']) own.delete(name);
  const mount = findMount(env, program);
  if (mount !== null) {
    for (const [name, before, after] of changed) {
      const value = removeParts(
        own.get(name) ?? '',
        before.map((part) => `${mount}${part}`).join(':'),
        after,
      );
      if (value === '') own.delete(name);
      else own.set(name, value);
    }
    for (const name of aboutAppImage) own.delete(name);
  }
  return Object.fromEntries(own);
}

/** Where the AppImage of this program is mounted, as AppRun wrote it; null when it runs from none. */
function findMount({ APPDIR }: NodeJS.ProcessEnv, program: string): string | null {
  if (!APPDIR) return null;
  try {
    // Another AppImage, such as a terminal, may have started this program: its variables are the user's.
    return realpathSync(APPDIR) === realpathSync(dirname(program)) ? APPDIR : null;
  } catch {
    return null;
  }
}

function removeParts(value: string, before: string, after: string): string {
  if (!value.startsWith(before)) return value;
  const end = value.endsWith(after) ? value.length - after.length : value.length;
  return value.slice(before.length, end).replace(/^:/, '');
}
