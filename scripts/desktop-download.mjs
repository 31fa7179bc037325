// Runs the installer of the package electron, and gives it up when nothing comes. Node 20, Node alone.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LOOK_MS = 200;

/** See desktop-download.d.mts. */
export async function downloadDesktop({ modules, node, env, firstByteMs, stallMs, onProgress }) {
  const folder = join(modules, '.desktop-download');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  let said = '';
  let givenUp = null;
  const child = spawn(node, [join(modules, 'electron', 'install.js')], {
    // Its temporary folder, by each system's name: what it loads grows in there and nowhere else.
    env: {
      ...env,
      ...findProxy(env),
      TMPDIR: folder,
      TEMP: folder,
      TMP: folder,
      ELECTRON_GET_NO_PROGRESS: '1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-10_000);
  });
  const stopWatching = watch(folder, { firstByteMs, stallMs, onProgress }, (reason) => {
    givenUp = reason;
    child.kill('SIGKILL');
  });
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      said = error.message;
      resolve(1);
    });
    child.once('close', resolve);
  });
  stopWatching();
  rmSync(folder, { recursive: true, force: true });
  return givenUp ?? (code === 0 ? null : findCause(said));
}

/**
 * The size of the folder says whether anything comes, whatever mirrors, redirects and proxies lie between: a
 * request of our own to the same address could fare otherwise.
 */
function watch(folder, { firstByteMs, stallMs, onProgress }, giveUp) {
  let size = 0;
  let hasBegun = false;
  let changedAt = performance.now();
  const timer = setInterval(() => {
    const now = sizeOf(folder);
    const waitedMs = performance.now() - changedAt;
    if (now !== size) {
      size = now;
      hasBegun = true;
      changedAt = performance.now();
      if (size > 0) onProgress?.(size);
    } else if (!hasBegun && waitedMs > firstByteMs) {
      giveUp(`nothing came within ${Math.ceil(firstByteMs / 1000)} s`);
      // Empty again: it is being unpacked, which takes what it takes.
    } else if (size > 0 && waitedMs > stallMs) {
      giveUp(`nothing more came for ${Math.ceil(stallMs / 1000)} s`);
    }
  }, LOOK_MS);
  return () => clearInterval(timer);
}

function sizeOf(folder) {
  try {
    return readdirSync(folder, { recursive: true })
      .map((path) => statSync(join(folder, path)))
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + entry.size, 0);
  } catch {
    // A file went while it was looked at: at the next look.
    return 0;
  }
}

/** npm's proxy, under the names the installer knows; it looks at none unless it is told to. */
function findProxy(env) {
  const proxy = env.npm_config_https_proxy || env.npm_config_proxy || env.HTTPS_PROXY || env.https_proxy;
  if (!proxy) return {};
  const { NO_PROXY = env.no_proxy ?? env.npm_config_noproxy } = env;
  return {
    ELECTRON_GET_USE_PROXY: '1',
    HTTPS_PROXY: proxy,
    HTTP_PROXY: env.npm_config_proxy || env.HTTP_PROXY || env.http_proxy || proxy,
    ...(NO_PROXY === undefined ? {} : { NO_PROXY }),
  };
}

/** The first line of a stack, without the name of its class. */
function findCause(said) {
  const line = said.split('\n').find((text) => /\S/.test(text)) ?? 'its installer failed';
  return line.trim().replace(/^\w*Error: /, '');
}
