import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { EdgeServer } from '../../../electron/instance/edge/server.ts';
import {
  ask,
  connectRaw,
  lines,
  openApp,
  openServer,
  sendRaw,
  serving,
  type TestApp,
  waitForClose,
} from './harness.ts';

let edge: EdgeServer;
let app: TestApp;
afterEach(async () => {
  await edge.close();
  await app.close();
});
type Limits = Parameters<typeof openServer>[1];
async function open(limits: Limits): Promise<void> {
  app = await openApp((request, response) => {
    if (request.url === '/large') {
      const more = () => {
        if (response.write(Buffer.alloc(256 * 1024))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    } else {
      request.resume();
      request.on('end', () => response.end('ok'));
    }
  });
  edge = await openServer([serving('shop.localhost', app.target)], limits);
}

describe('a client', () => {
  it('that does not send what it announced is cut, and the app hears of it', async () => {
    await open({ clients: { bodyMs: 300, lookMs: 50 } });
    const socket = await connectRaw(edge.port);
    socket.write(`${lines('POST / HTTP/1.1', 'Host: shop.localhost', 'Content-Length: 100')}half`);
    await waitForClose(socket);
    expect(socket.text()).toBe('');
    await expect.poll(() => edge.count(app.target)).toBe(0);
    expect((await ask(edge.port)).body).toBe('ok');
  });

  it('that does not bring its head to an end is cut', async () => {
    await open({ heads: { timeoutMs: 300, lookMs: 50 } });
    const socket = await connectRaw(edge.port);
    socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n');
    const timer = setInterval(() => socket.writable && socket.write('X: y\r\n'), 20);
    await waitForClose(socket);
    clearInterval(timer);
    expect(socket.text()).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect((await ask(edge.port)).body).toBe('ok');
  });

  it('that takes nothing of what it asked for is cut', async () => {
    await open({ clients: { readMs: 300, lookMs: 50 } });
    const socket = await connectRaw(edge.port);
    socket.pause();
    socket.write(lines('GET /large HTTP/1.1', 'Host: shop.localhost'));
    await expect.poll(() => edge.count(app.target)).toBe(1);
    await expect.poll(() => edge.count(app.target)).toBe(0);
    socket.destroy();
  });

  it('that sends the rest of a body that was refused is cut in the end', async () => {
    await open({ clients: { restMs: 300, lookMs: 50 } });
    const socket = await connectRaw(edge.port, 'blog.localhost');
    socket.write(`${lines('POST / HTTP/1.1', 'Host: blog.localhost', 'Content-Length: 1000000')}x`);
    const timer = setInterval(() => socket.writable && socket.write('x'), 20);
    await waitForClose(socket);
    clearInterval(timer);
    expect(socket.text()).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('is one of a bounded number of those that wait, and of all', async () => {
    await open({ waiting: 20, connections: 40 } as unknown as Limits);
    const sockets: Socket[] = [];
    for (let at = 0; at < 60; at++) sockets.push(await connectRaw(edge.port));
    await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(40);
    expect((await ask(edge.port)).body).toBe('ok');
    for (const socket of sockets) socket.destroy();
  });

  it('that speaks no TLS is nobody, and no other feels it', async () => {
    await open({});
    for (const text of ['GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n', '\x16\x03\x01\xff\xff']) {
      const socket = connect({ host: '127.0.0.1', port: edge.port });
      socket.on('error', () => undefined);
      socket.resume();
      socket.end(text, 'latin1');
      await waitForClose(socket);
    }
    expect((await ask(edge.port)).body).toBe('ok');
    expect(
      await sendRaw(edge.port, lines('GET / HTTP/1.1', 'Host: shop.localhost', 'Connection: close')),
    ).toContain('ok');
  });
});
