import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { EdgeServer } from '../../../electron/instance/edge/server.ts';
import {
  CONSOLE_COOKIE,
  connectRaw,
  inState,
  lines,
  openApp,
  openServer,
  sendRaw,
  serving,
  type TestApp,
  tableOf,
  waitForClose,
} from './harness.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function openBoth(
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<{ app: TestApp; edge: EdgeServer }> {
  const app = await openApp((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('no socket here');
  }, onUpgrade);
  const edge = await openServer([serving('shop.localhost', app.target)]);
  opened.push(edge, app);
  return { app, edge };
}

const ASKING = lines(
  'GET /live?x=1 HTTP/1.1',
  'Host: shop.localhost',
  'Connection: keep-alive, Upgrade',
  'Upgrade: WebSocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  `Cookie: a=1; ${CONSOLE_COOKIE}=secret`,
);
const AGREED = lines(
  'HTTP/1.1 101 Switching Protocols',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  `Set-Cookie: ${CONSOLE_COOKIE}=evil`,
);

describe('a WebSocket', () => {
  it('passes bytes in both directions, from the first on', async () => {
    const { app, edge } = await openBoth((_request, socket, head) => {
      socket.write(`${AGREED}hello `);
      socket.write(head);
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
      socket.on('end', () => socket.end());
    });
    const client = await connectRaw(edge.port);
    client.write(`${ASKING}early `);
    await expect.poll(() => client.text()).toContain('hello EARLY ');
    expect(client.text()).toMatch(/^HTTP\/1\.1 101 /);
    expect(client.text()).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(client.text()).not.toContain(CONSOLE_COOKIE);
    const { headers, url } = app.seen[0] as IncomingMessage;
    expect([url, headers.upgrade, headers.cookie, headers['x-forwarded-proto']]).toEqual([
      '/live?x=1',
      'websocket',
      'a=1',
      'https',
    ]);
    for (const word of ['one', 'two']) {
      client.write(word);
      await expect.poll(() => client.text()).toContain(word.toUpperCase());
    }
    const large = 'x'.repeat(4 * 1024 * 1024);
    const before = client.text().length;
    client.write(large);
    await expect.poll(() => client.text().length).toBe(before + large.length);
    expect(edge.count(app.target)).toBe(1);
    client.destroy();
    await expect.poll(() => edge.count(app.target)).toBe(0);
  });

  it('whose client has said all it has to say still hears its app', async () => {
    const heard = Promise.withResolvers<void>();
    const { app, edge } = await openBoth((_request, socket) => {
      socket.write(AGREED);
      socket.resume();
      socket.once('end', () => {
        heard.resolve();
        socket.end('last words');
      });
    });
    const client = await connectRaw(edge.port, 'shop.localhost', { allowHalfOpen: true });
    client.write(ASKING);
    await expect.poll(() => client.text()).toContain('101');
    client.end('bye');
    await heard.promise;
    await expect.poll(() => client.text()).toContain('last words');
    await waitForClose(client);
    await expect.poll(() => edge.count(app.target)).toBe(0);
  });

  it('whose app has said all it has to say is still heard by it', async () => {
    let heard = '';
    const { app, edge } = await openBoth((_request, socket) => {
      socket.end(`${AGREED}over`);
      socket.on('data', (chunk) => {
        heard += chunk;
      });
    });
    const client = await connectRaw(edge.port, 'shop.localhost', { allowHalfOpen: true });
    client.write(ASKING);
    await expect.poll(() => client.text()).toContain('over');
    client.end('and out');
    await expect.poll(() => heard).toBe('and out');
    await expect.poll(() => edge.count(app.target)).toBe(0);
  });

  it('whose client is gone ends, even where the app does not notice', async () => {
    const app = await openApp(
      () => undefined,
      (_request, socket) => socket.write(AGREED),
    );
    const edge = await openServer([serving('shop.localhost', app.target)], { upgrades: { halfOpenMs: 200 } });
    opened.push(edge, app);
    const client = await connectRaw(edge.port);
    client.write(ASKING);
    await expect.poll(() => client.text()).toContain('101');
    client.destroy();
    await expect.poll(() => edge.count(app.target)).toBe(0);
  });

  it('ends with its app', async () => {
    const sockets: Duplex[] = [];
    const { edge } = await openBoth((_request, socket) => {
      socket.write(AGREED);
      sockets.push(socket);
    });
    const client = await connectRaw(edge.port);
    client.write(ASKING);
    await expect.poll(() => client.text()).toContain('101');
    sockets[0]?.destroy();
    await waitForClose(client);
  });

  it('that the app refuses gets the answer of the app', async () => {
    const app = await openApp((_request, response) => {
      response.setHeader('Set-Cookie', ['a=1', `${CONSOLE_COOKIE}=evil`]);
      response.writeHead(403).end('not you');
    });
    const edge = await openServer([serving('shop.localhost', app.target)]);
    opened.push(edge, app);
    const answer = await sendRaw(edge.port, ASKING);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\n(.*not you|7\r\nnot you)/);
    expect(answer).toContain('Set-Cookie: a=1');
    expect(answer).not.toContain(CONSOLE_COOKIE);
    await expect.poll(() => edge.count(app.target)).toBe(0);
  });

  it('to where nothing serves gets a page', async () => {
    const { app, edge } = await openBoth(() => undefined);
    edge.serve(tableOf(inState('shop.localhost', 'stopped')), null);
    expect(await sendRaw(edge.port, ASKING)).toMatch(/^HTTP\/1\.1 503 [\s\S]*shop is stopped/);
    edge.serve(tableOf(), null);
    expect(await sendRaw(edge.port, ASKING)).toMatch(/^HTTP\/1\.1 404 /);
    expect(await sendRaw(edge.port, ASKING.replace('shop.localhost', 'localhost'))).toMatch(
      /^HTTP\/1\.1 421 /,
    );
    edge.serve(tableOf(serving('shop.localhost', app.target)), null);
    await app.close();
    expect(await sendRaw(edge.port, ASKING)).toMatch(/^HTTP\/1\.1 502 /);
    expect(edge.count(app.target)).toBe(0);
  });

  it('behind a request that is still being answered is cut', async () => {
    const app = await openApp(
      () => undefined,
      (_request, socket) => socket.write(AGREED),
    );
    const edge = await openServer([serving('shop.localhost', app.target)]);
    opened.push(edge, app);
    const answer = await sendRaw(edge.port, lines('GET / HTTP/1.1', 'Host: shop.localhost') + ASKING);
    expect(answer).toBe('');
    await expect.poll(() => edge.count(app.target)).toBe(0);
  });

  it('is cut with all that is open to its target', async () => {
    const { app, edge } = await openBoth((_request, socket) => socket.write(AGREED));
    const clients = [await connectRaw(edge.port), await connectRaw(edge.port)];
    for (const client of clients) client.write(ASKING);
    await expect.poll(() => edge.count(app.target)).toBe(2);
    edge.cut({ ...app.target, port: 1 });
    expect(edge.count(app.target)).toBe(2);
    edge.cut(app.target);
    expect(edge.count(app.target)).toBe(0);
    await Promise.all(clients.map(waitForClose));
  });
});
