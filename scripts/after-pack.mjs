// Called by electron-builder once the files of a package lie in their folder (`afterPack`).
import { chmodSync, copyFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * On Linux the program's name goes to the script that tells a command from a start of the window
 * (resources/linux/temps-desktop); Electron's binary gets `.bin`. The fuses are set before: electron-builder would look
 * for them under the name that is the script's now.
 */
export default async function afterPack(context) {
  if (context.electronPlatformName !== 'linux') return;
  const { packager, appOutDir } = context;
  const name = join(appOutDir, packager.executableName);
  // An earlier processor's packing may have left it without its own.
  delete packager.doAddElectronFuses;
  await packager.doAddElectronFuses(context);
  packager.doAddElectronFuses = async () => undefined;
  renameSync(name, `${name}.bin`);
  copyFileSync(join(root, 'resources', 'linux', 'temps-desktop'), name);
  chmodSync(name, 0o755);
}
