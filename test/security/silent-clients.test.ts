import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_WAITING_CLIENTS } from '../../electron/instance/doors/waiting-clients.ts';
import { openDoor, type TestDoor } from '../api/harness.ts';
import { until } from '../keyring.ts';

let door: TestDoor & { stop(): Promise<void> };
beforeAll(async () => {
  door = await openDoor('https');
});
afterAll(async () => door.stop());

const TOO_MANY = MAX_WAITING_CLIENTS + 100;
const open: Socket[] = [];
afterAll(() => {
  for (const socket of open) socket.destroy();
});

/** A connection of which it is known whether the door closed it. */
function track<Kind extends Socket>(socket: Kind): Kind {
  open.push(socket);
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  return socket;
}
const countClosed = (sockets: readonly Socket[]) => sockets.filter((socket) => socket.closed).length;
const sayHello = () => door.request('GET', '/auth/email-status');

describe('connections that wait for their client', () => {
  it('are closed from a number on, the oldest first, and keep nobody out', async () => {
    const silent: Socket[] = [];
    for (let at = 0; at < TOO_MANY; at++) {
      const socket = track(connect({ host: '127.0.0.1', port: door.port }));
      await new Promise((resolve) => socket.once('connect', resolve));
      silent.push(socket);
    }
    await until(() => countClosed(silent) >= TOO_MANY - MAX_WAITING_CLIENTS);
    expect((await sayHello()).status).toBe(200);
    expect(countClosed(silent.slice(0, 50))).toBe(50);
    expect(countClosed(silent.slice(-100))).toBe(0);
    for (const socket of silent) socket.destroy();
  });

  it('are not those that are being answered', async () => {
    const { cookie = '' } = await door.signIn('ada@example.org', 'a long enough password');
    const stream = track(connectTls({ host: '127.0.0.1', port: door.port, rejectUnauthorized: false }));
    const head = new Promise<string>((resolve) => stream.once('data', (bytes) => resolve(String(bytes))));
    stream.write(
      `GET /api/events HTTP/1.1\r\nHost: localhost:${door.port}\r\nCookie: ${cookie}\r\nAccept: text/event-stream\r\n\r\n`,
    );
    expect(await head).toContain('200 OK');
    const silent = Array.from({ length: TOO_MANY }, () =>
      track(connect({ host: '127.0.0.1', port: door.port })),
    );
    await until(() => countClosed(silent) >= TOO_MANY - MAX_WAITING_CLIENTS);
    expect(stream.closed).toBe(false);
    for (const socket of [stream, ...silent]) socket.destroy();
  });

  it('are those that send half a body, too', async () => {
    const slow = Array.from({ length: TOO_MANY }, () =>
      track(
        connectTls(
          { host: '127.0.0.1', port: door.port, rejectUnauthorized: false },
          function (this: Socket) {
            this.write(
              `POST /api/auth/login HTTP/1.1\r\nHost: localhost:${door.port}\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n{`,
            );
          },
        ),
      ),
    );
    await until(() => countClosed(slow) >= TOO_MANY - MAX_WAITING_CLIENTS);
    expect((await sayHello()).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});
