import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arch, build, Platform } from 'electron-builder';

/**
 * `node test/desktop/pack-linux.ts ELECTRON OUT`: packs the app as `npm run package` does, over the Electron in
 * the folder ELECTRON, into the folder OUT. Installers are prepared but not written: the programs that write them would
 * be downloaded. What they would have been told lies in OUT/deb.json, OUT/rpm.json and OUT/AppImage.desktop.
 */
const [electronDist, output] = process.argv.slice(2);
if (!electronDist || !output) throw new Error('usage: pack-linux.ts ELECTRON OUT');

/** For .deb and .rpm the arguments of fpm and the desktop file's path, for the AppImage its desktop file. */
type Told = [args: string[], desktopFile: string] | { desktop: string };

await build({
  projectDir: join(import.meta.dirname, '..', '..'),
  targets: Platform.LINUX.createTarget(
    ['AppImage', 'deb', 'rpm'],
    process.arch === 'arm64' ? Arch.arm64 : Arch.x64,
  ),
  publish: 'never',
  config: { electronDist, directories: { output } },
  effectiveOptionComputed: async (told: Told) => {
    if (!Array.isArray(told)) {
      writeFileSync(join(output, 'AppImage.desktop'), told.desktop);
      return true;
    }
    const [args, desktopFile] = told;
    const afterInstall = readFileSync(args[args.indexOf('--after-install') + 1] as string, 'utf8');
    const installer = { args, afterInstall, desktop: readFileSync(desktopFile, 'utf8') };
    const target = args.some((arg) => arg.endsWith('.deb')) ? 'deb' : 'rpm';
    writeFileSync(join(output, `${target}.json`), JSON.stringify(installer));
    return true;
  },
});
