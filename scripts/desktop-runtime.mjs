// Finds the program that opens the desktop, for `npm start`, or fetches it once. Node 20, Node alone.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadDesktop } from './desktop-download.mjs';

const FIRST_BYTE_MS = 10_000;
const STALL_MS = 60_000;
/** Where the program lies in Electron's folder; its installer writes the same into `path.txt`. */
const PROGRAMS = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe', linux: 'electron' };

/** See desktop-runtime.d.mts. */
export function readStartWords(words) {
  const own = ['--headless', '--fetch-desktop'];
  return {
    isHeadless: words.includes('--headless'),
    mustFetch: words.includes('--fetch-desktop'),
    rest: words.filter((word) => !own.includes(word)),
  };
}

/** See desktop-runtime.d.mts. */
export async function findDesktop(options) {
  const { modules, env, platform, isRoot, words, mustFetch, say } = options;
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return { reason: 'there is no display' };
  // SECURITY: Chromium's sandbox cannot work for root, and is switched off for nobody who did not say so.
  if (isRoot && !words.includes('--no-sandbox'))
    return {
      reason: 'it does not open for root; start it as another user, or unprotected with --no-sandbox',
    };
  const found = findProgram(modules, env, platform);
  if (found) return { program: found };
  if (env.ELECTRON_OVERRIDE_DIST_PATH)
    return { reason: `there is no Electron in ${env.ELECTRON_OVERRIDE_DIST_PATH}` };
  const version = readVersion(modules);
  const failed = readFailure(modules);
  if (failed?.version === version && !mustFetch)
    return { reason: `${failed.reason}; \`npm start -- --fetch-desktop\` tries again` };
  say(`Fetching Electron ${version} …`);
  const failure = await downloadDesktop({ firstByteMs: FIRST_BYTE_MS, stallMs: STALL_MS, ...options });
  const program = failure === null ? findProgram(modules, env, platform) : null;
  if (program) {
    rmSync(failurePath(modules), { force: true });
    return { program };
  }
  const reason = `Electron could not be fetched (${failure ?? 'its installer left no program'})`;
  // A machine without a way to it is not asked to wait at every start.
  writeFileSync(failurePath(modules), `${JSON.stringify({ version, reason })}\n`);
  return { reason };
}

/** See desktop-runtime.d.mts. */
export function startDesktop(program, root, words, env) {
  const { ELECTRON_RUN_AS_NODE: _, ...rest } = env;
  return spawn(program, [root, ...words], { stdio: 'inherit', env: rest });
}

/** As electron/index.js looks for it, but for the download. */
function findProgram(modules, env, platform) {
  const folder = join(modules, 'electron');
  const name = readText(join(folder, 'path.txt'));
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    const program = join(env.ELECTRON_OVERRIDE_DIST_PATH, name ?? PROGRAMS[platform] ?? 'electron');
    return existsSync(program) ? program : null;
  }
  // path.txt comes last: without it the installer was interrupted.
  if (name === null || readText(join(folder, 'dist', 'version'))?.replace(/^v/, '') !== readVersion(modules))
    return null;
  const program = join(folder, 'dist', name);
  return existsSync(program) ? program : null;
}

function readVersion(modules) {
  return JSON.parse(readFileSync(join(modules, 'electron', 'package.json'), 'utf8')).version;
}

function failurePath(modules) {
  return join(modules, '.desktop-runtime');
}

function readFailure(modules) {
  try {
    return JSON.parse(readFileSync(failurePath(modules), 'utf8'));
  } catch {
    return null;
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
