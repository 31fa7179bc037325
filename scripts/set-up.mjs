// Installs what is missing, for `npm start` and `npm test`. Runs on the system's Node (20 or later) before
// anything is installed, so it uses Node alone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProgramBuilt } from './build-program.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Node 24 from the `node` package: better-sqlite3 13 crashes on Node 20. */
export const node = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);
const stamp = join(root, 'node_modules', '.set-up');

/** Debian packages by what needs them. */
const buildPackages = ['libsecret-1-dev', 'pkg-config', 'g++', 'make', 'python3'];
const testPackages = [
  'gnome-keyring',
  'dbus',
  'libglib2.0-bin',
  'age',
  'keepassxc',
  'zbar-tools',
  'poppler-utils',
  'strace',
  'lvm2',
  'dosfstools',
  'exfatprogs',
  'exfat-fuse',
  'zstd',
  'sqlite3',
  'python3-dotenv',
  'fusefat',
  'e2fsprogs',
  'fdisk',
  'binutils',
  'openssl',
  'curl',
  'util-linux',
  'chromium-headless-shell',
  'fonts-inter',
  'zsh',
  'fish',
  // An engine of the tests' own, what its images are made of, and what its networks need.
  'docker.io',
  'docker-registry',
  'busybox-static',
  'iptables',
  'iproute2',
];
/** The types of the API, which the routes are asked for: one file for the console, one for the rest of electron/. */
export const apiTypes = [join('renderer', 'api', 'schema.ts'), join('electron', 'api-types.d.ts')];
/** What capabilities declare in words: permissions, kinds of secrets, reasons of the key's health. */
export const apiWords = join('renderer', 'api', 'words.ts');
/** What is generated from the instance, and is no source. */
const generated = [...apiTypes, apiWords];
/** What the console, its window's preload and the types of the API are made from. */
const consoleSources = [
  'renderer',
  'electron/instance',
  'electron/preload.ts',
  'vite.config.ts',
  'scripts/build-desktop.mjs',
  'scripts/generate-api-types.mjs',
  'package-lock.json',
];
const consoleStamp = join(root, 'dist', '.console');

/** @param {'start' | 'test'} purpose */
export function setUp(purpose) {
  installSystemPackages(purpose === 'test' ? [...buildPackages, ...testPackages] : buildPackages);
  installDependencies();
  if (purpose === 'test') installBun();
  buildConsole();
  buildProgram();
}

function installSystemPackages(wanted) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg-query')) return;
  const missing = findMissing(wanted);
  if (missing.length === 0) return;
  const asRoot = process.getuid() === 0 ? [] : findSudo();
  if (asRoot === null) {
    say(`These system packages are missing: ${missing.join(' ')}`);
    say(`To install them: sudo apt-get install -y ${missing.join(' ')}`);
    say('Going on without them: the OS keychain, or some tests, will not be there.');
    return;
  }
  say(`Installing system packages: ${missing.join(' ')}`);
  const apt = (...args) =>
    run([...asRoot, 'apt-get', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      quiet: true,
    });
  if (!apt('install', '-y', '--no-install-recommends', ...missing)) {
    apt('update');
    if (!apt('install', '-y', '--no-install-recommends', ...missing))
      say('Some could not be installed; going on without them.');
  }
}

function findMissing(packages) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  });
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/** Without a password or not at all: a start never waits for one. */
function findSudo() {
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : null;
}

/** By the lock file; again when it changed, or when the keychain module can be built now and was not. */
function installDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  // Noted with the lock file's state: a keychain module that cannot be built is not tried at every start.
  const state = canBuildKeytar() ? `${lock} with libsecret` : lock;
  const installed = existsSync(stamp) && existsSync(node) ? readFileSync(stamp, 'utf8') : '';
  if (!installed.startsWith(lock)) {
    say('Installing dependencies …');
    if (!installByLockFile()) {
      say('npm ci failed. Its output is above.');
      process.exit(1);
    }
    // It is optional: what npm could not fetch or build of it is no error there, and it is left out.
    if (canBuildKeytar() && !hasKeytar()) buildKeytar();
    if (!existsSync(node)) run(['npm', 'rebuild', 'node', '--loglevel=error'], { quiet: true });
    writeFileSync(stamp, state);
  } else if (installed !== state && canBuildKeytar() && !hasKeytar()) {
    buildKeytar();
    writeFileSync(stamp, state);
  }
}

function buildKeytar() {
  say('Building the keychain module …');
  installByLockFile();
}

/**
 * bun, which brings Electron's crypto library to the tests, where npm has it for this system. Apart from the other
 * dependencies, so that who starts Temps does not download it.
 */
function installBun() {
  const folder = join(root, 'test', 'boringssl');
  const stamp = join(folder, 'node_modules', '.set-up');
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('Installing bun …');
  if (!installByLockFile(folder)) process.exit(1);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
}

function installByLockFile(folder = root) {
  return run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    env: { ...process.env, ...findHeaders() },
    quiet: true,
  });
}

/**
 * Where the keychain module finds Node's headers when it is built: those of the Node that runs here, if they came
 * with it, so that none are downloaded. Its interface (N-API) is the same in every version. What the user set stays.
 */
function findHeaders() {
  if (Object.keys(process.env).some((name) => /^npm_config_nodedir$/i.test(name))) return {};
  const folder = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(folder, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: folder } : {};
}

/** Again when something it is made from changed. */
function buildConsole() {
  const hash = createHash('sha256');
  for (const path of consoleSources.flatMap(listFiles).sort())
    hash.update(path).update(readFileSync(join(root, path)));
  const state = hash.digest('hex');
  const isMade = [consoleStamp, ...generated.map((file) => join(root, file))].every(existsSync);
  if (isMade && readFileSync(consoleStamp, 'utf8') === state) return;
  say('Building the console …');
  const types = [
    node,
    '--disable-warning=ExperimentalWarning',
    join(root, 'scripts', 'generate-api-types.mjs'),
  ];
  const build = [node, join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'error'];
  const preload = [node, join(root, 'scripts', 'build-desktop.mjs')];
  if (![types, build, preload].every((command) => run(command, { quiet: true }))) {
    say('The console could not be built. The output is above.');
    process.exit(1);
  }
  mkdirSync(dirname(consoleStamp), { recursive: true });
  writeFileSync(consoleStamp, state);
}

/** The command line in few files. Without them it starts from its source. */
function buildProgram() {
  if (!isProgramBuilt()) run([node, join(root, 'scripts', 'build-program.mjs')], { quiet: true });
}

/** Files under a path of the project, or the path itself; what the build makes is none of its sources. */
function listFiles(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !generated.includes(file));
}

function hasKeytar() {
  try {
    createRequire(join(root, 'package.json'))('keytar');
    return true;
  } catch {
    return false;
  }
}

function canBuildKeytar() {
  return (
    process.platform === 'linux' &&
    spawnSync('pkg-config', ['--exists', 'libsecret-1'], { stdio: 'ignore' }).status === 0
  );
}

/** Shows the output of what failed only. */
function run([command, ...args], { cwd = root, env = process.env, quiet = false } = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0 && quiet) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  return status === 0;
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}
