import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FindDesktopOptions,
  findDesktop,
  readStartWords,
  startDesktop,
} from '../../scripts/desktop-runtime.mjs';

const real = join(import.meta.dirname, '..', '..', 'node_modules');
const { version } = JSON.parse(readFileSync(join(real, 'electron', 'package.json'), 'utf8')) as {
  version: string;
};
/** A zip archive with nothing in it (PKWARE's APPNOTE, 4.3.16: the end of central directory record alone). */
const EMPTY_ZIP = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');

let folder: string;
let modules: string;
let server: Server | null;
let said: string[];

/** A node_modules with the package electron as npm leaves it: its own installer, no program. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-start-'));
  modules = join(folder, 'node_modules');
  server = null;
  said = [];
  mkdirSync(join(modules, 'electron'), { recursive: true });
  for (const name of ['package.json', 'install.js', 'checksums.json'])
    cpSync(join(real, 'electron', name), join(modules, 'electron', name));
  for (const name of ['@electron', '@electron-internal'])
    if (existsSync(join(real, name))) symlinkSync(join(real, name), join(modules, name));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function find(env: NodeJS.ProcessEnv, options: Partial<FindDesktopOptions> = {}) {
  return findDesktop({
    modules,
    node: process.execPath,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_CACHE_HOME: join(folder, 'cache'),
      DISPLAY: ':99',
      ...env,
    },
    platform: 'linux',
    isRoot: false,
    words: [],
    mustFetch: false,
    say: (text) => said.push(text),
    ...options,
  });
}

/** A mirror of Electron's releases; returns the environment that names it. */
async function serve(answer: RequestListener): Promise<NodeJS.ProcessEnv> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { ELECTRON_MIRROR: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** A port that nobody listens on. */
async function findClosedPort(): Promise<number> {
  const listening = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  const { port } = listening.address() as AddressInfo;
  await new Promise((resolve) => listening.close(resolve));
  return port;
}

/** A program in Electron's place that writes down how it was started. */
function writeProgram(at: string, out: string): void {
  mkdirSync(join(at, '..'), { recursive: true });
  writeFileSync(at, `#!/bin/sh\nprintf '%s\\n' "$@" "run as node: \${ELECTRON_RUN_AS_NODE-no}" > '${out}'\n`);
  chmodSync(at, 0o755);
}

describe('the words of npm start', () => {
  it('keeps its own two and passes on what it does not know', () => {
    expect(readStartWords(['--headless', '--data-dir', '/d', '--fetch-desktop', '--hidden'])).toEqual({
      isHeadless: true,
      mustFetch: true,
      rest: ['--data-dir', '/d', '--hidden'],
    });
    expect(readStartWords([])).toEqual({ isHeadless: false, mustFetch: false, rest: [] });
  });
});

describe('a program that is there', () => {
  it('finds the entry in the project, which it is started with', () => {
    const project = join(real, '..');
    const { main } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { main: string };
    expect(join(project, main)).toBe(join(project, 'electron', 'main.ts'));
    expect(existsSync(join(project, main))).toBe(true);
  });

  it.each([
    'installed',
    'overridden',
  ])('is found where it is %s, and started with the project and the words', async (how) => {
    const out = join(folder, 'started');
    const env: NodeJS.ProcessEnv = {};
    if (how === 'installed') {
      writeProgram(join(modules, 'electron', 'dist', 'electron'), out);
      writeFileSync(join(modules, 'electron', 'dist', 'version'), version);
      writeFileSync(join(modules, 'electron', 'path.txt'), 'electron');
    } else {
      env.ELECTRON_OVERRIDE_DIST_PATH = join(folder, 'elsewhere');
      writeProgram(join(folder, 'elsewhere', 'electron'), out);
    }
    const found = await find(env);
    if (!('program' in found)) throw new Error(found.reason);
    const child = startDesktop(found.program, '/the project', ['--data-dir', '/d d', '--odd'], {
      ...process.env,
      ELECTRON_RUN_AS_NODE: '1',
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    expect(readFileSync(out, 'utf8').split('\n')).toEqual([
      '/the project',
      '--data-dir',
      '/d d',
      '--odd',
      'run as node: no',
      '',
    ]);
    expect(said).toEqual([]);
  });

  it('is not taken when its installer was interrupted, or it is of another version', async () => {
    const env = { ELECTRON_MIRROR: `http://127.0.0.1:${await findClosedPort()}/` };
    writeProgram(join(modules, 'electron', 'dist', 'electron'), join(folder, 'started'));
    writeFileSync(join(modules, 'electron', 'dist', 'version'), version);
    expect(await find(env)).toHaveProperty('reason');
    writeFileSync(join(modules, 'electron', 'path.txt'), 'electron');
    writeFileSync(join(modules, 'electron', 'dist', 'version'), '1.2.3');
    expect(await find(env, { mustFetch: true })).toHaveProperty('reason');
  });
});

describe('a machine that cannot show a window', () => {
  it('is asked for nothing without a display', async () => {
    expect(await find({ DISPLAY: '' })).toEqual({ reason: 'there is no display' });
    expect(said).toEqual([]);
    expect(existsSync(join(modules, '.desktop-runtime'))).toBe(false);
  });

  it('counts as having one on macOS and Windows, and with Wayland', async () => {
    const env = { DISPLAY: undefined, ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'none') };
    const reason = { reason: `there is no Electron in ${join(folder, 'none')}` };
    expect(await find({ ...env, WAYLAND_DISPLAY: 'wayland-0' })).toEqual(reason);
    for (const platform of ['darwin', 'win32'] as const)
      expect(await find(env, { platform })).toEqual(reason);
  });

  it('does not open one for root, unless root gives up the sandbox', async () => {
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder };
    writeProgram(join(folder, 'electron'), join(folder, 'started'));
    expect(await find(env, { isRoot: true })).toEqual({
      reason: 'it does not open for root; start it as another user, or unprotected with --no-sandbox',
    });
    expect(await find(env, { isRoot: true, words: ['--no-sandbox'] })).toHaveProperty('program');
  });
});

describe('a program that has to be fetched', () => {
  it('is given up when no byte comes, once: the failure is remembered', async () => {
    const env = await serve(() => undefined);
    const failed = 'Electron could not be fetched (nothing came within 1 s)';
    const remembered = () => JSON.parse(readFileSync(join(modules, '.desktop-runtime'), 'utf8')) as object;
    expect(await find(env, { firstByteMs: 1000 })).toEqual({ reason: failed });
    expect(said).toEqual([`Fetching Electron ${version} …`]);
    expect(remembered()).toEqual({ version, reason: failed });

    expect(await find(env)).toEqual({ reason: `${failed}; \`npm start -- --fetch-desktop\` tries again` });
    expect(said).toHaveLength(1);
    await find(env, { firstByteMs: 1000, mustFetch: true });
    expect(said).toHaveLength(2);
    expect(remembered()).toEqual({ version, reason: failed });
  });

  it("is asked for through npm's proxy", async () => {
    const asked: (string | undefined)[] = [];
    const { ELECTRON_MIRROR: proxy } = await serve((request, response) => {
      asked.push(request.headers.host);
      response.writeHead(403).end();
    });
    server?.on('connect', (request, socket) => {
      asked.push(request.headers.host);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await find({ npm_config_proxy: proxy, ELECTRON_MIRROR: 'http://mirror.invalid/' });
    expect(asked).toEqual([expect.stringMatching(/^mirror\.invalid/)]);
  });

  it('is tried again for another version', async () => {
    writeFileSync(join(modules, '.desktop-runtime'), JSON.stringify({ version: '1.2.3', reason: 'old' }));
    await find({ ELECTRON_MIRROR: `http://127.0.0.1:${await findClosedPort()}/` });
    expect(said).toEqual([`Fetching Electron ${version} …`]);
    expect(JSON.parse(readFileSync(join(modules, '.desktop-runtime'), 'utf8'))).toMatchObject({ version });
  });

  it('is given up when it stands still midway', async () => {
    const env = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write(Buffer.alloc(100_000));
    });
    const seen: number[] = [];
    const found = await find(env, { stallMs: 500, onProgress: (bytes) => seen.push(bytes) });
    expect(found).toHaveProperty('reason', expect.stringContaining('nothing more came'));
    expect(seen.at(-1)).toBe(100_000);
  });

  it.each([
    ['refuses the connection', null, /fetch failed/],
    ['does not have it', 404, /404/],
    ['serves what the release does not', 200, /checksum/],
  ])('says so when the mirror %s', async (_what, status, reason) => {
    const env =
      status === null
        ? { ELECTRON_MIRROR: `http://127.0.0.1:${await findClosedPort()}/` }
        : await serve((_request, response) => response.writeHead(status).end(EMPTY_ZIP));
    expect(await find(env)).toHaveProperty('reason', expect.stringMatching(reason));
    // Nothing of it stays: neither in Electron's folder nor beside it.
    expect(readdirSync(join(modules, 'electron')).sort()).toEqual([
      'checksums.json',
      'install.js',
      'package.json',
    ]);
    expect(readdirSync(modules).filter((name) => name.startsWith('.'))).toEqual(['.desktop-runtime']);
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });
});
