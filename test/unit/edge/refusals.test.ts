import { type AddressInfo, createServer as createTcp } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeServer } from '../../../electron/instance/edge/server.ts';
import {
  ask,
  inState,
  lines,
  openApp,
  openServer,
  sendRaw,
  serving,
  type TestApp,
  tableOf,
} from './harness.ts';

let app: TestApp;
let edge: EdgeServer;
const names = { shop: 'shop.localhost', blog: 'blog.localhost' };
beforeEach(async () => {
  app = await openApp((_request, response) => response.end('the app'));
  edge = await openServer([serving(names.shop, app.target), serving(names.blog, app.target)]);
});
afterEach(async () => {
  await edge.close();
  await app.close();
});

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('a name', () => {
  it.each([
    'localhost',
    '127.0.0.1',
    '[::1]',
    '192.168.1.7',
    'attic.lan',
    'LOCALHOST',
    'attic.lan.',
  ])('of the console is not served: %s', async (name) => {
    const answer = await ask(edge.port, { headers: { host: name }, servername: '' });
    expect([answer.status, app.seen.length]).toEqual([421, 0]);
  });

  it('of the console is not served, even where an app has it', async () => {
    edge.serve(tableOf(serving('attic.lan', app.target)), null);
    expect((await ask(edge.port, { name: 'attic.lan' })).status).toBe(421);
  });

  it('that is unknown leads to a page that tells of no other', async () => {
    const answer = await ask(edge.port, { name: 'other.localhost', headers: html });
    expect(answer.status).toBe(404);
    for (const name of ['shop', 'blog', 'other', String(edge.port)]) expect(answer.body).not.toContain(name);
  });

  it('is the one that the connection was opened for', async () => {
    const of = async (host: string, servername: string) =>
      (await ask(edge.port, { headers: { host }, servername })).status;
    expect(await of('shop.localhost', 'shop.localhost')).toBe(200);
    expect(await of('SHOP.localhost.:1234', 'shop.localhost')).toBe(200);
    expect(await of('shop.localhost', '')).toBe(200);
    expect(await of('shop.localhost', 'blog.localhost')).toBe(421);
    expect(await of('shop.localhost', 'other.localhost')).toBe(421);
  });

  it.each([
    'shop.localhost/x',
    'a@shop.localhost',
    'shop localhost',
    '',
    '[::1',
    'shop.localhost:x',
  ])('that is none is refused: "%s"', async (host) => {
    const answer = await sendRaw(edge.port, lines('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close'));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(app.seen.length).toBe(0);
  });
});

describe('an app', () => {
  it.each([
    ['starting', 'shop is starting', '3'],
    ['stopped', 'shop is stopped', undefined],
    ['failed', 'shop could not be started', undefined],
    ['locked', 'shop waits for the key', '30'],
  ] as const)('that is %s has a page that says so, and since when', async (state, title, retryAfter) => {
    edge.serve(tableOf(inState(names.shop, state, Date.now() - 5 * 60_000)), null);
    const answer = await ask(edge.port, { headers: html });
    expect([answer.status, answer.headers['retry-after'], answer.headers['cache-control']]).toEqual([
      503,
      retryAfter,
      'no-store',
    ]);
    expect(answer.body).toContain(`<h1>${title}</h1>`);
    expect(answer.body).toContain('For 5 minutes.');
    expect(answer.body.includes('http-equiv="refresh"')).toBe(state === 'starting');
    expect(app.seen.length).toBe(0);
  });

  it('that cannot be connected to has another page', async () => {
    await app.close();
    const answer = await ask(edge.port, { headers: html });
    expect([answer.status, edge.count(app.target)]).toEqual([502, 0]);
    expect(answer.body).toContain('shop does not answer');
    expect((await ask(edge.port, { method: 'POST', body: 'x' })).status).toBe(502);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['an end', ''],
    ['a head without an end', 'HTTP/1.1 200 OK\r\nX: y\r\n'],
    ['two lengths', lines('HTTP/1.1 200 OK', 'Content-Length: 1', 'Content-Length: 2')],
    ['an upgrade nobody asked for', lines('HTTP/1.1 101 Switching', 'Connection: upgrade', 'Upgrade: x')],
    ['too large a head', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['a broken header', 'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n'],
  ])('that answers with %s is told from one that does not run', async (_what, text) => {
    const server = createTcp((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(text, 'latin1'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    edge.serve(tableOf(serving(names.shop, { host: '127.0.0.1', port })), null);
    const answer = await ask(edge.port, { method: 'POST', body: 'x' });
    expect([answer.status, answer.body]).toEqual([502, expect.stringContaining('shop does not answer')]);
    // And the next name is served as before.
    edge.serve(tableOf(serving(names.blog, app.target)), null);
    expect((await ask(edge.port, { name: names.blog })).status).toBe(200);
    server.close();
  });

  it('that does not answer in time has a page that says so', async () => {
    const silent = await openApp(() => undefined);
    const quick = await openServer([serving(names.shop, silent.target)], { targets: { answerMs: 300 } });
    const answer = await ask(quick.port, { headers: html });
    expect([answer.status, quick.count(silent.target)]).toEqual([504, 0]);
    expect(answer.body).toContain('shop took too long');
    await quick.close();
    await silent.close();
  });

  it('is named on its page as text, whatever it is called', async () => {
    const route = { ...inState(names.shop, 'stopped'), app: `<script>alert("1")</script> & '` };
    edge.serve(tableOf(route), null);
    const answer = await ask(edge.port, { headers: html });
    expect(answer.body).not.toContain('<script');
    expect(answer.body).toContain(
      '&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; &#39; is stopped',
    );
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
  });
});

describe('a page', () => {
  it('is in the form that is asked for', async () => {
    edge.serve(tableOf(inState(names.shop, 'stopped')), null);
    const of = async (accept?: string) => await ask(edge.port, { headers: accept ? { accept } : {} });
    expect((await of(html.accept)).headers['content-type']).toBe('text/html; charset=utf-8');
    const json = await of('application/json');
    expect(json.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(json.body)).toEqual({
      type: 'about:blank',
      title: 'shop is stopped',
      status: 503,
      detail: 'Start it in Temps, and load this page again. For less than a minute.',
    });
    for (const plain of [undefined, '*/*', 'text/plain'])
      expect((await of(plain)).body).toBe(
        'shop is stopped. Start it in Temps, and load this page again. For less than a minute.\n',
      );
    expect(await ask(edge.port, { method: 'HEAD' })).toMatchObject({ status: 503, body: '' });
  });

  it('is shown for a request whose body was sent for nothing', async () => {
    edge.serve(tableOf(inState(names.shop, 'stopped')), null);
    const answer = await ask(edge.port, { method: 'POST', body: Buffer.alloc(3 * 1024 * 1024) });
    expect([answer.status, answer.isWhole]).toEqual([503, true]);
  });
});
