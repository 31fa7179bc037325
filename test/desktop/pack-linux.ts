import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arch, build, Platform } from 'electron-builder';

/**
 * `node test/desktop/pack-linux.ts ELECTRON OUT`: packs the app as `npm run package` does, over the Electron in
 * the folder ELECTRON, into the folder OUT. The .deb is prepared but not written: the program that writes it
 * (fpm) would be downloaded. What it would have been told lies in OUT/deb.json and OUT/deb.desktop.
 */
const [electronDist, output] = process.argv.slice(2);
if (!electronDist || !output) throw new Error('usage: pack-linux.ts ELECTRON OUT');

await build({
  projectDir: join(import.meta.dirname, '..', '..'),
  targets: Platform.LINUX.createTarget(['deb'], process.arch === 'arm64' ? Arch.arm64 : Arch.x64),
  publish: 'never',
  config: { electronDist, directories: { output } },
  effectiveOptionComputed: async ([args, desktopFile]: [string[], string]) => {
    writeFileSync(join(output, 'deb.json'), JSON.stringify(args));
    cpSync(desktopFile, join(output, 'deb.desktop'));
    return true;
  },
});
