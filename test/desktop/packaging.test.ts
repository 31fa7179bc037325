import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { extractAll, listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_ID } from '../../electron/desktop/window/app-origin.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { serve } from '../e2e/terminal.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
/** Of @electron/fuses: what it looks for in the binary, before the wire's version and its length. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** Every fuse the other way round than it is wanted. */
const UNWANTED = '10110001';
const WANTED = '01001100';
/** The system's and the processor's: the only build of a native module that belongs in a package. */
const HERE = `${process.platform}-${process.arch}`;

let folder: string;
/** What fpm, which writes .deb and .rpm, would have got. */
interface Installer {
  args: string[];
  desktop: string;
  afterInstall: string;
}

let packed: { app: string; files: string[]; deb: Installer; rpm: Installer; appImage: string };
let repacked: typeof packed;
/** What is in the archive and beside it, in one tree. */
let extracted: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-packaging-'));
  const electron = createElectron();
  await run(process.execPath, [join(root, 'scripts', 'build-desktop.mjs'), '--package'], { cwd: root });
  packed = await pack(electron, join(folder, 'first'));
  repacked = await pack(electron, join(folder, 'second'));
  extracted = join(folder, 'extracted');
  extractAll(join(packed.app, 'resources', 'app.asar'), extracted);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Electron as electron-builder sees it: names, and a binary with a fuse wire. */
function createElectron(): string {
  const dist = join(folder, 'electron');
  mkdirSync(join(dist, 'resources'), { recursive: true });
  mkdirSync(join(dist, 'locales'));
  writeFileSync(join(dist, 'electron'), `${SENTINEL}\x01\x08${UNWANTED}`, { mode: 0o755 });
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak', 'locales/de.pak'])
    writeFileSync(join(dist, name), '');
  writeFileSync(join(dist, 'chrome-sandbox'), '', { mode: 0o755 });
  return dist;
}

async function pack(electron: string, out: string): Promise<typeof packed> {
  mkdirSync(out);
  await run(process.execPath, [join(import.meta.dirname, 'pack-linux.ts'), electron, out], {
    cwd: root,
    maxBuffer: 16 * 1024 * 1024,
  });
  const name = readdirSync(out).find((entry) => entry.endsWith('-unpacked'));
  const app = join(out, name ?? '');
  return {
    app,
    files: listPackage(join(app, 'resources', 'app.asar'), { isPack: false }).map((path) => path.slice(1)),
    deb: JSON.parse(readFileSync(join(out, 'deb.json'), 'utf8')) as Installer,
    rpm: JSON.parse(readFileSync(join(out, 'rpm.json'), 'utf8')) as Installer,
    appImage: readFileSync(join(out, 'AppImage.desktop'), 'utf8'),
  };
}

function listFiles(top: string): string[] {
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(top, join(entry.parentPath, entry.name)));
}

const own = () => packed.files.filter((path) => !path.startsWith('node_modules'));

describe('the archive of a package', () => {
  it('holds the program, its migrations, the console, the preload and the tray images', () => {
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'package.json',
        'LICENSE',
        'electron/main.js',
        'electron/headless.js',
        'electron/instance/identity/users/password-worker.js',
        'electron/instance/vault/copies/reading/copy-reader-process.js',
        'electron/instance/vault/custody/keytar-process.js',
        'electron/instance/backups/making/pack-process.js',
        'electron/instance/backups/reading/unpacking-process.js',
        'electron/instance/store/examination-process.js',
        'electron/instance/store/integrity-process.js',
        'electron/instance/vault/rotation/before-rotation-process.js',
        'electron/instance/store/migrations/meta/_journal.json',
        'dist/renderer/index.html',
        'dist/desktop/preload.cjs',
        'resources/tray/runningTemplate@2x.png',
        'resources/tray/locked-on-dark.ico',
      ]),
    );
  });

  it('holds no TypeScript, no map, no test, no document and no drawing', () => {
    expect(packed.files.filter((path) => /\.([mc]?ts|tsx|map)$/.test(path))).toEqual([]);
    expect(packed.files.filter((path) => /(^|\/)(tests?|__tests__|docs|coverage)(\/|$)/.test(path))).toEqual(
      [],
    );
    expect(own().filter((path) => /\.md$|^(test|scripts|renderer|\.github)(\/|$)/.test(path))).toEqual([]);
    expect(packed.files.filter((path) => /^resources\/.*\.svg$|^resources\/screenshots/.test(path))).toEqual(
      [],
    );
  });

  it('holds a licence of every dependency that came with one', () => {
    const packages = packed.files
      .filter((path) => /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path))
      .map((path) => path.slice(0, -'/package.json'.length));
    expect(packages.length).toBeGreaterThan(30);
    const findLicences = (names: string[]) => names.filter((name) => /^(licen[cs]e|copying)/i.test(name));
    const lost = packages.filter(
      (path) =>
        findLicences(readdirSync(join(root, path))).length >
        findLicences(readdirSync(join(extracted, path))).length,
    );
    expect(lost).toEqual([]);
  });

  it("starts at Electron's entry, under the names of its desktop file and its entry in the Start menu", () => {
    expect(readFileSync(join(root, 'electron-builder.yml'), 'utf8')).toContain(`\nappId: ${APP_ID}\n`);
    const manifest = JSON.parse(readFileSync(join(extracted, 'package.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({
      main: 'electron/main.js',
      type: 'module',
      desktopName: 'temps-desktop.desktop',
      // Of the profile's folder and of notifications, as where nothing is packaged.
      productName: 'Temps',
    });
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('devDependencies');
  });

  it('is the same list of files when it is built again', () => {
    expect(repacked.files).toEqual(packed.files);
    expect(listFiles(repacked.app)).toEqual(listFiles(packed.app));
  });
});

describe('beside the archive', () => {
  it('are the native modules, built for this system alone, and nothing else that runs', () => {
    const unpacked = join(packed.app, 'resources', 'app.asar.unpacked');
    const expected = [`node_modules/better-sqlite3/prebuilds/${HERE}.node`];
    // An optional dependency: without libsecret's headers npm leaves it out.
    if (existsSync(join(root, 'node_modules', 'keytar')))
      expected.push('node_modules/keytar/build/Release/keytar.node');
    expect(listFiles(unpacked).sort()).toEqual(expected);
  });

  it('they load', () => {
    const load = createRequire(join(packed.app, 'resources', 'app.asar.unpacked', 'package.json'));
    for (const path of listFiles(join(packed.app, 'resources', 'app.asar.unpacked')))
      expect(load(`./${path}`)).toBeTypeOf('object');
  });

  it("is no Electron's own page and no language but English", () => {
    expect(existsSync(join(packed.app, 'resources', 'default_app.asar'))).toBe(false);
    expect(readdirSync(join(packed.app, 'locales'))).toEqual(['en-US.pak']);
  });

  it('is an address for updates that leads nowhere', () => {
    const told = readFileSync(join(packed.app, 'resources', 'app-update.yml'), 'utf8');
    expect(new URL(/^url: (.*)$/m.exec(told)?.[1] ?? '').hostname).toMatch(/\.invalid$/);
  });
});

describe('the binary', () => {
  it('is of the one Electron that the lock file names, and of a line that still gets mends', () => {
    const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
    const { electron } = read('package.json').devDependencies;
    expect(electron).toMatch(/^\d+\.\d+\.\d+$/);
    expect(read('package-lock.json').packages['node_modules/electron'].version).toBe(electron);
    expect(Number.parseInt(electron, 10)).toBeGreaterThanOrEqual(45);
  });

  it('has every fuse flipped: no Node, no inspector, no options, cookies encrypted, the archive alone and whole', () => {
    const binary = readFileSync(join(packed.app, 'temps-desktop.bin'), 'latin1');
    expect(binary.slice(binary.indexOf(SENTINEL) + SENTINEL.length)).toBe(`\x01\x08${WANTED}`);
  });
});

describe("the program's name", () => {
  it('is that of the script which tells a command from a start of the window, for everyone to run', () => {
    const script = join(packed.app, 'temps-desktop');
    expect(readFileSync(script, 'utf8')).toBe(
      readFileSync(join(root, 'resources/linux/temps-desktop'), 'utf8'),
    );
    for (const path of [script, `${script}.bin`]) expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it.each(['deb', 'rpm'] as const)('is in /usr/bin, after the %s was installed', (target) => {
    expect(packed[target].afterInstall).toContain(
      "ln -sf '/opt/Temps/temps-desktop' '/usr/bin/temps-desktop'",
    );
  });
});

describe("Chromium's sandbox on Linux", () => {
  it('is not switched off in the desktop entry of the AppImage, nor of the .deb and .rpm', () => {
    expect(packed.appImage).toMatch(/^Exec=AppRun %U$/m);
    for (const { desktop } of [packed.deb, packed.rpm])
      expect(desktop).toMatch(/^Exec=\/opt\/Temps\/temps-desktop %U$/m);
  });

  it('has the AppArmor profile that Ubuntu asks for, on the path of the binary', () => {
    const profile = readFileSync(join(packed.app, 'resources', 'apparmor-profile'), 'utf8');
    expect(profile).toMatch(
      /^profile "temps-desktop" "\/opt\/Temps\/temps-desktop\.bin" flags=\(unconfined\) \{\n\s*userns,$/m,
    );
    expect(existsSync(join(packed.app, 'temps-desktop.bin'))).toBe(true);
  });

  it.each([
    'deb',
    'rpm',
  ] as const)('has its helper, set by the %s where there are no user namespaces', (target) => {
    const { afterInstall, args } = packed[target];
    expect(existsSync(join(packed.app, 'chrome-sandbox'))).toBe(true);
    expect(args).toContainEqual(expect.stringMatching(/-unpacked\/=\/opt\/Temps$/));
    expect(afterInstall).toMatch(
      /if ! .*unshare --user true.*; then\n[^\n]*\n\s*chmod 4755 '\/opt\/Temps\/chrome-sandbox'/,
    );
    expect(afterInstall).toContain("APPARMOR_PROFILE_TARGET='/etc/apparmor.d/temps-desktop'");
  });
});

describe('what a build for macOS gives up of the hardened runtime', () => {
  const readEntitlements = (name: string) =>
    [
      ...readFileSync(join(root, 'resources', name), 'utf8').matchAll(
        /<key>com\.apple\.security\.(.*)<\/key>/g,
      ),
    ].map(([, key]) => key);

  it('is what V8 needs, and the camera', () => {
    expect(readEntitlements('entitlements.mac.plist')).toEqual(['cs.allow-jit', 'device.camera']);
  });

  it('is, without a certificate, also the check of who signed a library', () => {
    expect(readEntitlements('entitlements.adhoc.plist')).toEqual([
      'cs.allow-jit',
      'cs.disable-library-validation',
      'device.camera',
    ]);
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['package:adhoc']).toContain('-c.mac.identity=- ');
    expect(scripts['package:adhoc']?.match(/resources\/entitlements\.adhoc\.plist/g)).toHaveLength(2);
  });
});

describe('the .deb', () => {
  it('has a desktop file that panels bring together with the window, and temps:// links with it', () => {
    const entries = Object.fromEntries(
      packed.deb.desktop.split('\n').flatMap((line) => {
        const at = line.indexOf('=');
        return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
      }),
    );
    expect(entries).toMatchObject({
      Name: 'Temps',
      Comment: 'A local Temps instance that guards its secrets and their key',
      Exec: '/opt/Temps/temps-desktop %U',
      Icon: 'temps-desktop',
      Terminal: 'false',
      Type: 'Application',
      StartupWMClass: 'temps-desktop',
      MimeType: 'x-scheme-handler/temps;',
      Categories: 'System;Security;',
    });
    expect(entries.Keywords).toMatch(/;$/);
    expect(packed.deb.args).toContainEqual(
      expect.stringMatching(/=\/usr\/share\/applications\/temps-desktop\.desktop$/),
    );
  });

  it.each([16, 24, 32, 48, 64, 128, 256, 512, 1024])('brings the icon of %i pixels', (size) => {
    const wanted = `=/usr/share/icons/hicolor/${size}x${size}/apps/temps-desktop.png`;
    expect(packed.deb.args.filter((arg) => arg.endsWith(wanted))).toHaveLength(1);
  });
});

describe('the packed program on Node', () => {
  it('has every dependency it names', async () => {
    const { dependencies } = JSON.parse(readFileSync(join(extracted, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    // Two that cannot be imported by their name alone.
    const parts: Record<string, string> = {
      '@noble/ciphers': '@noble/ciphers/chacha.js',
      '@noble/hashes': '@noble/hashes/argon2.js',
    };
    const names = Object.keys(dependencies)
      .filter((name) => name !== 'reflect-metadata')
      .map((name) => parts[name] ?? name);
    const probe = join(extracted, 'probe.mjs');
    // In one process of its own: this one would find the project's.
    writeFileSync(
      probe,
      `import 'reflect-metadata';\n${names.map((name) => `await import('${name}');`).join('\n')}`,
    );
    await run(process.execPath, [probe]);
  });

  it('serves, answers its command line and stops', async () => {
    const dataDir = join(folder, 'data');
    const env = commandLineEnv(dataDir);
    const headless = join(extracted, 'electron', 'headless.js');
    const served = await serve(dataDir, [], {}, headless);
    let code: number | null;
    try {
      expect(served.pid).toBe(served.child.pid);
      const { stdout } = await run(process.execPath, [headless, 'status', '--json'], { env });
      expect(JSON.parse(stdout)).toMatchObject({ state: 'running', running: true });
      // A copy that is written is read again by a process of its own.
      const copy = ['key', 'copy', '--format', 'text', '--to', join(folder, 'kit.txt'), '--keep-anyway'];
      await run(process.execPath, [headless, ...copy], { env });
      // The worker thread that hashes a password is a file of its own.
      await createAdmin(headless, env);
    } finally {
      code = await served.stop();
    }
    expect(code).toBe(0);
  });
});

async function createAdmin(headless: string, env: NodeJS.ProcessEnv): Promise<void> {
  const created = run(
    process.execPath,
    [headless, 'admin', 'create', '--email', 'ada@example.org', '--password-stdin'],
    { env },
  );
  created.child.stdin?.end('brisk lantern under seven');
  await created;
}
