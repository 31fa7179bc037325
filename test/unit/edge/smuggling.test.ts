import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeServer } from '../../../electron/instance/edge/server.ts';
import { ask, lines, openApp, openServer, sendRaw, serving, type TestApp } from './harness.ts';

let app: TestApp;
let edge: EdgeServer;
beforeAll(async () => {
  app = await openApp((request, response) => {
    request.resume();
    request.on('end', () => response.end(`seen ${request.url}`));
  });
  edge = await openServer([serving('shop.localhost', app.target)]);
});
afterAll(async () => {
  await edge.close();
  await app.close();
});
beforeEach(() => {
  app.seen.length = 0;
});

const SMUGGLED = lines('GET /smuggled HTTP/1.1', 'Host: shop.localhost');
const post = (...more: string[]) => ['POST / HTTP/1.1', 'Host: shop.localhost', ...more];

/** Requests that two servers could read in two ways. */
const inputs: [what: string, text: string][] = [
  [
    'a length, then an encoding',
    `${lines(...post('Content-Length: 5', 'Transfer-Encoding: chunked'))}0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'an encoding, then a length',
    `${lines(...post('Transfer-Encoding: chunked', 'Content-Length: 5'))}0\r\n\r\n${SMUGGLED}`,
  ],
  ['an unknown encoding', `${lines(...post('Transfer-Encoding: xchunked'))}0\r\n\r\n${SMUGGLED}`],
  [
    'two encodings in two lines',
    `${lines(...post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity'))}0\r\n\r\n${SMUGGLED}`,
  ],
  ['two encodings in one', `${lines(...post('Transfer-Encoding: gzip, chunked'))}0\r\n\r\n${SMUGGLED}`],
  [
    'the same encoding twice',
    `${lines(...post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'))}0\r\n\r\n${SMUGGLED}`,
  ],
  ['a blank before the colon', `${lines(...post('Transfer-Encoding : chunked'))}0\r\n\r\n${SMUGGLED}`],
  [
    'an encoding in HTTP/1.0',
    `${lines('POST / HTTP/1.0', 'Host: shop.localhost', 'Transfer-Encoding: chunked')}0\r\n\r\n${SMUGGLED}`,
  ],
  ['two lengths', `${lines(...post('Content-Length: 0', 'Content-Length: 44'))}${SMUGGLED}`],
  ['a list of lengths', `${lines(...post('Content-Length: 0, 0'))}${SMUGGLED}`],
  ['a length with a sign', `${lines(...post('Content-Length: +0'))}${SMUGGLED}`],
  ['a length in hex', `${lines(...post('Content-Length: 0x0'))}${SMUGGLED}`],
  ['a folded line', lines('GET / HTTP/1.1', 'Host: shop.localhost', 'X-A: b', ' c')],
  ['a folded encoding', `${lines(...post('Transfer-Encoding:', ' chunked'))}0\r\n\r\n${SMUGGLED}`],
  ['lines that end without CR', 'GET / HTTP/1.1\nHost: shop.localhost\n\n'],
  ['one line that ends without CR', 'GET / HTTP/1.1\r\nHost: shop.localhost\nX: y\r\n\r\n'],
  ['a CR within a line', 'GET / HTTP/1.1\r\nHost: shop.localhost\r\nX: a\rb\r\n\r\n'],
  ['a NUL', 'GET / HTTP/1.1\r\nHost: shop.localhost\r\nX: a\0b\r\n\r\n'],
  ['chunks that end without CR', `${lines(...post('Transfer-Encoding: chunked'))}1\nx\n0\n\n${SMUGGLED}`],
  [
    'a chunk extension with a line end',
    `${lines(...post('Transfer-Encoding: chunked'))}1;a\nb\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['a chunk size that is too large', `${lines(...post('Transfer-Encoding: chunked'))}fffffffffffffffff\r\nx`],
  ['two hosts', lines('GET / HTTP/1.1', 'Host: shop.localhost', 'Host: localhost')],
  ['the same host twice', lines('GET / HTTP/1.1', 'Host: shop.localhost', 'HOST: shop.localhost')],
  ['no host', lines('GET / HTTP/1.1')],
  ['no host, in HTTP/1.0', lines('GET / HTTP/1.0')],
  ['HTTP/2 in clear text', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['a tunnel', lines('CONNECT shop.localhost:22 HTTP/1.1', 'Host: shop.localhost')],
];

describe('a request with', () => {
  it.each(inputs)('%s is refused', async (_what, text) => {
    const answer = await sendRaw(edge.port, text);
    expect(answer).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect(app.seen.map(({ url }) => url)).not.toContain('/smuggled');
    // What one client sends is felt by no other.
    expect((await ask(edge.port)).body).toBe('seen /');
  });

  it.each([
    ['one line', `X: ${'a'.repeat(1024 * 1024)}`],
    ['many lines', Array.from({ length: 2000 }, (_, at) => `X-${at}: ${'a'.repeat(512)}`).join('\r\n')],
  ])('a head of a megabyte in %s is refused', async (_what, head) => {
    const answer = await sendRaw(edge.port, lines('GET / HTTP/1.1', 'Host: shop.localhost', head));
    // It may not be read to its end, and then a connection that is cut takes the answer with it.
    expect(answer).toMatch(/^(HTTP\/1\.1 431 |$)/);
    expect(app.seen.length).toBe(0);
    expect((await ask(edge.port)).body).toBe('seen /');
  });

  it('another protocol than WebSocket to go over to is answered as if it had not asked', async () => {
    const answer = await sendRaw(
      edge.port,
      lines(
        'GET /plain HTTP/1.1',
        'Host: shop.localhost',
        'Connection: Upgrade, HTTP2-Settings, close',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
      ),
    );
    expect(answer).toContain('seen /plain');
    const headers = app.seen[0]?.headers ?? {};
    expect([headers.upgrade, headers['http2-settings']]).toEqual([undefined, undefined]);
  });
});

describe('requests that are sent at once', () => {
  it('are answered in their order, one after another', async () => {
    const get = (path: string, ...more: string[]) =>
      lines(`GET ${path} HTTP/1.1`, 'Host: shop.localhost', ...more);
    const answer = await sendRaw(edge.port, get('/1') + get('/2') + get('/3', 'Connection: close'));
    expect([...answer.matchAll(/seen \/\d/g)].map(([text]) => text)).toEqual([
      'seen /1',
      'seen /2',
      'seen /3',
    ]);
  });

  it('are too many from a number on', async () => {
    const one = lines('GET /many HTTP/1.1', 'Host: shop.localhost');
    expect(await sendRaw(edge.port, one.repeat(500))).not.toContain('seen /many'.repeat(20));
    expect(app.seen.length).toBeLessThan(100);
    expect((await ask(edge.port)).body).toBe('seen /');
  });
});
