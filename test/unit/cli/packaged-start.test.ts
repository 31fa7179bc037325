import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateAppRunScript } from 'app-builder-lib/out/targets/appimage/appImageUtil.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownEnvironment } from '../../../electron/cli/own-environment.ts';
import { findCommand, groups } from '../../../electron/cli/registry.ts';

const root = join(import.meta.dirname, '../../..');
const SWITCHES = ['--ozone-platform=headless', '--disable-gpu', '--no-sandbox', '--'];

/** What is typed, and the command line in it; null where the window is meant. */
const starts: [typed: string[], command: string[] | null][] = [
  [[], null],
  [['--hidden'], null],
  [['--no-sandbox'], null],
  [['--'], null],
  [[''], null],
  [['temps://app/key'], null],
  [['temps://app/key', 'status'], null],
  [['x:y'], null],
  [['/home/ada/status'], null],
  [['./status'], null],
  [['Status'], null],
  [['stätus'], null],
  [['--data-dir'], null],
  [['--data-dir', 'status'], null],
  [['--https-port', '443', '--http-port', '80', '--data-dir', '/srv'], null],
  [['--ozone-platform=wayland', '--hidden'], null],
  [['status'], ['status']],
  [['statsu'], ['statsu']],
  [['--help', '--no-sandbox'], ['--help']],
  [['--no-sandbox', '-h'], ['--help']],
  [['--no-sandbox', '--version'], ['--version']],
  [
    ['--no-sandbox', 'key', 'status', '--json'],
    ['key', 'status', '--json'],
  ],
  [
    ['--', 'key', 'status'],
    ['key', 'status'],
  ],
  [
    ['--data-dir', 'key', '--enable-features=A,B', 'status'],
    ['--data-dir', 'key', 'status'],
  ],
  [
    ['--json', '--data-dir=/srv', '--hidden', 'status'],
    ['--json', '--data-dir=/srv', 'status'],
  ],
  [['--https-port', '443', 'serve'], ['serve']],
  [
    ['env', 'set', 'A', 'x:y', '-p', 'shop', 'a b', '', '--', '$(id)', '*'],
    ['env', 'set', 'A', 'x:y', '-p', 'shop', 'a b', '', '--', '$(id)', '*'],
  ],
  [
    ['run', '-p', 'shop', '--', 'node', '--inspect', 'x:y'],
    ['run', '-p', 'shop', '--', 'node', '--inspect', 'x:y'],
  ],
];

let folder: string;
/** The packaged program's folder: the script of the package, and in the binary's place one that prints what it got. */
let installed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-packaged-'));
  installed = join(folder, 'Temps of Ada');
  mkdirSync(installed);
  copyFileSync(join(root, 'resources/linux/temps-desktop'), join(installed, 'temps-desktop'));
  writeFileSync(
    join(installed, 'temps-desktop.bin'),
    '#!/bin/sh\n[ "$#" -eq 0 ] || printf "%s\\0" "$@" | od -An -v -tx1\nexit 7\n',
  );
  for (const name of ['temps-desktop', 'temps-desktop.bin']) chmodSync(join(installed, name), 0o755);
  symlinkSync(join(installed, 'temps-desktop'), join(folder, 'linked'));
  for (const [name, uid] of [
    ['ada', 1000],
    ['root', 0],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'id'), `#!/bin/sh\necho ${uid}\n`, { mode: 0o755 });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(words: string[], env: NodeJS.ProcessEnv, user: 'ada' | 'root' = 'ada') {
  const { status, stdout, stderr } = spawnSync(join(folder, 'linked'), words, {
    encoding: 'utf8',
    env: { PATH: `${join(folder, user)}:${process.env.PATH}`, ...env },
  });
  const got = Buffer.from(stdout.replace(/\s/g, ''), 'hex').toString('utf8').split('\0').slice(0, -1);
  return { status, got, stderr };
}

describe('what the packaged program is started with', () => {
  it.each(starts)('%j is the command line %j', (typed, command) => {
    expect(findCommand(typed)).toEqual(command);
  });

  it('is a command with every word that the overview lists', () => {
    for (const word of Object.keys(groups)) expect(findCommand(['--no-sandbox', word])).toEqual([word]);
  });
});

describe.skipIf(process.platform !== 'linux')('the script with its name on Linux', () => {
  it.each(
    starts,
  )('%j keeps its words, and is on the headless platform only as a command', (typed, command) => {
    const { got, status } = start(typed, { DISPLAY: ':7' });
    expect(got).toEqual(command === null ? typed : [...SWITCHES, ...typed]);
    expect(findCommand(got)).toEqual(command);
    // The code of a command is the program's own.
    expect(status).toBe(7);
  });

  it('runs a command without a display, and says what does without one in place of the window', () => {
    expect(start(['status'], {})).toMatchObject({ status: 7, got: [...SWITCHES, 'status'] });
    const window = start([], {});
    expect(window).toMatchObject({ status: 1, got: [] });
    expect(window.stderr).toContain('there is no display');
    expect(start(['--hidden'], { WAYLAND_DISPLAY: 'wayland-0' }).got).toEqual(['--hidden']);
  });

  it('tells root how it runs, and opens the window for root who gives up the sandbox', () => {
    const onScreen = (words: string[]) => start(words, { DISPLAY: ':7' }, 'root');
    for (const words of [[], ['--hidden'], ['--', '--no-sandbox']]) {
      const { status, got, stderr } = onScreen(words);
      expect({ status, got }).toEqual({ status: 1, got: [] });
      expect(stderr).toContain('as another user');
    }
    expect(onScreen(['--no-sandbox'])).toMatchObject({ status: 7, got: ['--no-sandbox'] });
    expect(onScreen(['status'])).toMatchObject({ status: 7 });
  });
});

describe.skipIf(process.platform !== 'linux')('the command line in the packages of macOS and Windows', () => {
  it('hands its words over after two dashes, which keep them from Chromium and Electron', () => {
    const contents = join(folder, 'Temps.app/Contents');
    const script = join(contents, 'Resources/bin/temps-desktop');
    for (const name of ['MacOS', 'Resources/bin']) mkdirSync(join(contents, name), { recursive: true });
    copyFileSync(join(root, 'resources/mac/temps-desktop'), script);
    copyFileSync(join(installed, 'temps-desktop.bin'), join(contents, 'MacOS/Temps'));
    symlinkSync(script, join(folder, 'linked-on-mac'));
    const words = ['env', 'set', 'A', 'x:y', '--', '--no-sandbox', 'a b', ''];
    const { status, stdout } = spawnSync(join(folder, 'linked-on-mac'), words, { encoding: 'utf8' });
    const got = Buffer.from(stdout.replace(/\s/g, ''), 'hex').toString('utf8').split('\0').slice(0, -1);
    expect([status, got]).toEqual([7, ['--', ...words]]);
    // cmd runs nothing here.
    const forCmd = readFileSync(join(root, 'resources/windows/temps-desktop.cmd'), 'utf8');
    expect(forCmd.trimEnd().split(/\r?\n/).at(-1)).toBe('"%~dp0Temps.exe" -- %*');
  });
});

describe.skipIf(process.platform !== 'linux')('a program that is started from an AppImage', () => {
  const NODE = process.execPath;
  /** The environment of what AppRun starts, in which electron-builder wrote AppRun. */
  function startAppRun(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const names = { ExecutableName: 'print', ProductName: 'Temps', ProductFilename: 'Temps' };
    const script = generateAppRunScript({
      ...names,
      DesktopFileName: 'print.desktop',
      ResourceName: 'appimagekit-print',
    });
    writeFileSync(join(installed, 'AppRun'), script, { mode: 0o755 });
    writeFileSync(
      join(installed, 'print'),
      `#!/bin/sh\nargv="$*" exec '${NODE}' -p 'JSON.stringify(process.env)'\n`,
      {
        mode: 0o755,
      },
    );
    const runtime = {
      APPDIR: installed,
      APPIMAGE: '/home/ada/Temps.AppImage',
      OWD: '/home/ada',
      ARGV0: 'Temps',
    };
    const printed = execFileSync('/bin/bash', [join(installed, 'AppRun')], {
      encoding: 'utf8',
      env: { ...env, ...runtime },
    });
    const { SHLVL: _, PWD: __, _: ___, ...told } = JSON.parse(printed) as NodeJS.ProcessEnv;
    return told;
  }

  const program = () => join(installed, 'temps-desktop.bin');

  it.each([
    { PATH: '/usr/bin:/bin', HOME: '/home/ada' },
    {
      PATH: '/home/ada/bin:/usr/bin:/bin',
      XDG_DATA_DIRS: '/home/ada/share:/usr/share/',
      LD_LIBRARY_PATH: '/home/ada/lib',
      GSETTINGS_SCHEMA_DIR: '/home/ada/schemas',
    },
  ])('gets the environment %j again', (env) => {
    const changed = startAppRun(env);
    expect(changed.PATH).toContain(installed);
    expect(changed.LD_LIBRARY_PATH).toContain(installed);
    delete changed.argv;
    expect(ownEnvironment(changed, program(), true)).toEqual(env);
  });

  it('is told when AppRun gave up the sandbox, where user namespaces are refused', () => {
    const refusing = join(folder, 'refusing');
    mkdirSync(refusing);
    writeFileSync(join(refusing, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { argv } = startAppRun({ PATH: `${refusing}:/usr/bin:/bin` });
    expect(argv).toBe('--no-sandbox');
  });

  it('keeps what another AppImage, in which this program was started, has set', () => {
    const changed = startAppRun({ PATH: '/usr/bin:/bin' });
    expect(ownEnvironment(changed, '/opt/Temps/temps-desktop.bin', true)).toEqual(changed);
  });

  it('gets the name of the desktop that Electron replaced', () => {
    const changed = {
      XDG_CURRENT_DESKTOP: 'Unity',
      ORIGINAL_XDG_CURRENT_DESKTOP: 'ubuntu:GNOME',
      CHROME_DESKTOP: 'x',
    };
    expect(ownEnvironment(changed, program(), true)).toEqual({ XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' });
  });

  it('gets everything as it is where no Electron runs', () => {
    const env = { CHROME_DESKTOP: 'mine', PATH: `${installed}:/bin`, APPDIR: installed };
    expect(ownEnvironment(env, program(), false)).toEqual(env);
  });
});
