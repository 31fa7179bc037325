import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import { openInstance } from '../../electron/instance/instance.ts';
import { openDoor, type TestDoor } from './harness.ts';

const navigate = { headers: { 'sec-fetch-mode': 'navigate', accept: 'text/html' } };

describe('the console, served', () => {
  let door: TestDoor & { stop(): Promise<void> };
  beforeAll(async () => {
    door = await openDoor('https');
  });
  afterAll(async () => door.stop());
  const get = (path: string, who = navigate) => door.request('GET', `/${path}`, undefined, who);
  const policyOf = (headers: Record<string, unknown>) => String(headers['content-security-policy']);

  it('is one page for every path that a browser navigates to', async () => {
    const pages = await Promise.all(['/', '/projects/shop', '/link'].map((path) => get(path)));
    for (const page of pages) {
      expect(page.status).toBe(200);
      expect(page.headers['content-type']).toContain('text/html');
      expect(page.headers['cache-control']).toBe('no-store');
      expect(page.text).toContain('<div id="root">');
      expect(page.text).not.toContain('abc');
    }
  });

  it('runs nothing inline, asks nobody else, and makes no script of text', async () => {
    const policy = policyOf((await get('/')).headers);
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
      "frame-ancestors 'none'",
    ])
      expect(policy.split('; ')).toContain(rule);
  });

  it('admits style elements by a word that is new for every page', async () => {
    const [first, second] = [await get('/'), await get('/')];
    const nonceOf = (policy: string) => /'nonce-([\w+/=]+)'/.exec(policy)?.[1] ?? '';
    const nonce = nonceOf(policyOf(first.headers));
    expect(nonce).toHaveLength(24);
    expect(first.text).toContain(`content="${nonce}"`);
    expect(nonceOf(policyOf(second.headers))).not.toBe(nonce);
  });

  it('sends its files compressed as the build left them, the smallest that the browser takes', async () => {
    // The largest of those that the page names: what is less than a packet travels as it is.
    const named = [...(await get('/')).text.matchAll(/"(\/assets\/[^"]+\.js)"/g)].map(
      ([, path = '']) => path,
    );
    const sizes = await Promise.all(named.map(async (path) => (await get(path)).text.length));
    const script = named[sizes.indexOf(Math.max(...sizes))] ?? '';
    const fetchFile = async (accepted: string) =>
      await door.instance.fetch(
        new Request(`http://localhost${script}`, { headers: { 'accept-encoding': accepted } }),
        createOwner('window', door.clock.now()),
      );
    const plain = Buffer.from(await (await fetchFile('identity')).arrayBuffer());
    for (const [accepted, coding, decompress] of [
      ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
      ['zstd, gzip', 'zstd', zstdDecompressSync],
      ['gzip', 'gzip', gunzipSync],
    ] as const) {
      const file = await fetchFile(accepted);
      expect(file.headers.get('content-encoding')).toBe(coding);
      expect(file.headers.get('vary')).toBe('accept-encoding');
      expect(file.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      const bytes = Buffer.from(await file.arrayBuffer());
      expect(bytes.length).toBeLessThan(plain.length / 2);
      expect(decompress(bytes).equals(plain)).toBe(true);
    }
    // What stands beside it is no file of its own.
    expect((await get(`${script}.br`, { headers: { 'sec-fetch-mode': 'cors', accept: '*/*' } })).status).toBe(
      404,
    );
  });

  it('serves its files by what they are, for good when their name carries their hash', async () => {
    const script = /src="(\/assets\/[^"]+\.js)"/.exec((await get('/')).text)?.[1] ?? '';
    const file = await get(script, { headers: { 'sec-fetch-mode': 'cors', accept: '*/*' } });
    expect(file.status).toBe(200);
    expect(file.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(file.headers['cache-control']).toContain('immutable');
    expect(file.headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    '/assets/none.js',
    '/assets/../../../package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/assets/%00.js',
  ])('answers a program that asks for %s with a problem, never with a file or a page', async (path) => {
    const answer = await get(path, { headers: { 'sec-fetch-mode': 'cors', accept: '*/*' } });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.text).not.toContain('better-sqlite3');
  });

  it('leaves /api to the API, whoever asks', async () => {
    const answer = await get('/api/nothing');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('says what to do where it was not built', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'temps-unbuilt-'));
    const instance = await openInstance({ dataDir, consoleFolder: join(dataDir, 'nowhere') });
    const request = new Request('http://localhost/', { headers: { accept: 'text/html' } });
    const answer = await instance.fetch(request, createOwner('window', Date.now()));
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm start');
    await instance.stop();
    rmSync(dataDir, { recursive: true });
  });
});
