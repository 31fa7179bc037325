import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { compiledOnce } from '../command-line-env.ts';
import { hasChromium } from '../console/support/browser.ts';
import { requires } from '../requires.ts';

const it = requires('a browser for the stand-in', hasChromium(), 'needs chromium');

/** A preload that offers a bit of everything. */
const PRELOAD = `
const { contextBridge, ipcRenderer } = require('electron');
let missing = '';
try { ipcRenderer.sendSync('a'); } catch (error) { missing = error.message; }
let other = '';
try { require('node:fs'); } catch (error) { other = error.message; }
contextBridge.exposeInMainWorld('probe', {
  missing, other,
  ask: (channel, ...args) => ipcRenderer.invoke(channel, ...args),
  twice: (listener) => [listener(1), listener(2)],
  fail: () => { throw new Error('said no'); },
  later: async (value) => value,
  bytes: new Uint8Array([1, 2, 255]),
  nested: { list: [{ deep: true }] },
});`;

/** The page's own script: it runs after the preload, and tells what it found. */
const PAGE = `
const tried = async (work) => { try { return await work(); } catch (error) { return 'threw: ' + error.message; } };
const found = {
  missing: probe.missing, other: probe.other,
  sum: await tried(() => probe.ask('add', 1, 2)),
  kinds: await tried(() => probe.ask('kinds', { at: new Date(5), big: 7n, none: undefined, set: new Set([1]) })),
  frame: await tried(() => probe.ask('frame')),
  unknown: await tried(() => probe.ask('nothing')),
  failing: await tried(() => probe.ask('fail')),
  unclonable: await tried(() => probe.ask('unclonable')),
  argument: await tried(() => probe.ask('add', () => 1)),
  twice: probe.twice((value) => value * 10),
  thrown: await tried(() => probe.fail()),
  later: await tried(() => probe.later({ a: 1 })),
  bytes: probe.bytes instanceof Uint8Array && [...probe.bytes],
  isFrozen: Object.isFrozen(probe.nested.list[0]),
  globals: ['require', 'process', 'module', 'standInPost', 'standInHear'].filter((name) => name in globalThis),
};
if (document.readyState !== 'complete') await new Promise((resolve) => addEventListener('load', resolve));
location.href = 'https://example.org/away';
await probe.ask('found', found);`;

/** A program of its own: refuses every way out, and prints what its page found and where it wanted to go. */
const program = (preload: string) => `
import { app, BrowserWindow, ipcMain, session } from 'electron';
await app.whenReady();
const pages = session.fromPartition('probe');
const page = ${JSON.stringify(PAGE)};
const bodies = {
  '/': ['text/html', '<script type="module" src="/page.js"></script><iframe src="/framed"></iframe>'],
  '/framed': ['text/html', 'framed'],
  '/page.js': ['text/javascript', page],
};
pages.protocol.handle('temps', ({ url }) => {
  const [type, body] = bodies[new URL(url).pathname] ?? ['text/plain', ''];
  return new Response(body, { headers: { 'content-type': type } });
});
const window = new BrowserWindow({ webPreferences: { session: pages, preload: ${JSON.stringify(preload)} } });
const contents = window.webContents;
const ways = [];
for (const name of ['will-frame-navigate', 'will-navigate'])
  contents.on(name, (event) => { ways.push([name, event.url]); if (!event.url.startsWith('temps:') && name === 'will-navigate') event.preventDefault(); });
const handled = {
  add: (_event, a, b) => a + b,
  kinds: (_event, { at, big, none, set }) => [at.getTime(), big === 7n, none === undefined, set.has(1)],
  frame: ({ senderFrame, sender }) => [senderFrame === contents.mainFrame, sender === contents, senderFrame.url],
  fail: () => { throw new TypeError('not today'); },
  unclonable: () => ({ run: () => 1 }),
};
for (const [channel, handle] of Object.entries(handled)) ipcMain.handle(channel, handle);
const found = new Promise((resolve) => ipcMain.handle('found', (_event, all) => resolve(all)));
await window.loadURL('temps://app/');
const all = await found;
while (!ways.some(([name]) => name === 'will-navigate')) await new Promise((resolve) => setTimeout(resolve, 20));
console.log(JSON.stringify({ ...all, ways, url: contents.getURL() }));
app.exit(0);`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-stand-in-bridge-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a preload on the stand-in', () => {
  it('crosses to the page and to the program as in Electron', () => {
    const preload = join(folder, 'preload.cjs');
    writeFileSync(preload, PRELOAD);
    writeFileSync(join(folder, 'main.mjs'), program(preload));
    const register = join(import.meta.dirname, 'stand-in/register.ts');
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', register, join(folder, 'main.mjs')], {
      encoding: 'utf8',
      env: { ...compiledOnce, PATH: process.env.PATH, HOME: folder, TMPDIR: folder },
      timeout: 120_000,
    });
    const refused = (channel: string, why: string) =>
      `threw: Error invoking remote method '${channel}': ${why}`;
    expect(JSON.parse(stdout || `"${stderr}"`)).toEqual({
      missing: expect.stringContaining('offers no ipcRenderer.sendSync'),
      other: 'module not found: node:fs',
      sum: 3,
      kinds: [5, true, true, true],
      frame: [true, true, 'temps://app/'],
      unknown: refused('nothing', "Error: No handler registered for 'nothing'"),
      failing: refused('fail', 'TypeError: not today'),
      unclonable: refused('unclonable', 'Error: An object could not be cloned.'),
      argument: 'threw: An object could not be cloned.',
      twice: [10, 20],
      thrown: 'threw: said no',
      later: { a: 1 },
      bytes: [1, 2, 255],
      isFrozen: true,
      globals: [],
      ways: [
        ['will-frame-navigate', 'temps://app/framed'],
        ['will-frame-navigate', 'https://example.org/away'],
        ['will-navigate', 'https://example.org/away'],
      ],
      url: 'temps://app/',
    });
  });
});
