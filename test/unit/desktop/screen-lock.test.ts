import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, it as always, beforeEach, describe, expect } from 'vitest';
import { connectBus } from '../../../electron/desktop/bus/bus.ts';
import { RECONNECT_MS } from '../../../electron/desktop/bus/followed-bus.ts';
import { watchScreen } from '../../../electron/desktop/screen-lock.ts';
import type { ScreenSource } from '../../../electron/instance/instance.ts';
import { hasBus, type PrivateBus, startBus } from '../../bus.ts';
import { type BusService, openBusService } from '../../bus-service.ts';
import { hasKeyring, until } from '../../keyring.ts';
import { requires } from '../../requires.ts';

const it = requires(
  'a message bus',
  hasBus() && hasKeyring(),
  'needs dbus and gdbus (Debian: apt-get install dbus libglib2.0-bin)',
);

let folder: string;
let socketPath: string;
const undo: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-screen-'));
  socketPath = join(folder, 'bus');
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  rmSync(folder, { recursive: true, force: true });
});

/** A bus that is the session's and the system's. */
async function openBus(): Promise<PrivateBus> {
  const bus = await startBus({ PATH: process.env.PATH }, `unix:path=${socketPath}`);
  undo.push(bus.stop);
  return bus;
}

async function serve(name: string, answers: Parameters<typeof openBusService>[2]): Promise<BusService> {
  const service = await openBusService(`unix:path=${socketPath}`, name, answers);
  undo.push(service.leave);
  return service;
}

/** What the desktop was told, with a clock handed in. */
async function watch(env: NodeJS.ProcessEnv = {}) {
  const changes: boolean[] = [];
  const sources: ScreenSource[] = [];
  const later: { work: () => void; ms: number }[] = [];
  const address = `unix:path=${socketPath}`;
  await watchScreen({
    platform: 'linux',
    env: { DBUS_SESSION_BUS_ADDRESS: address, DBUS_SYSTEM_BUS_ADDRESS: address, ...env },
    events: { on: () => expect.fail('Electron tells nothing of the screen on Linux') },
    onChange: (isLocked) => changes.push(isLocked),
    onSource: (source) => sources.push(source),
    later: (work, ms) => later.push({ work, ms }),
  });
  return { changes, sources, later };
}

const emit = (path: string, signal: string, ...args: string[]) =>
  execFileSync('gdbus', ['emit', '--session', '--object-path', path, '--signal', signal, ...args], {
    env: { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: `unix:path=${socketPath}` },
  });

const SESSION = 'org.freedesktop.login1.Session';
/** A session manager with one session, found in the way that is given. */
const answersOf =
  (found: 'GetSession' | 'GetSessionByPID' | 'GetUser', isLocked = false) =>
  (member: string, args: unknown[]): ['o' | 'v', string | [string, boolean | string[]]] | undefined => {
    if (member === 'Get' && args[1] === 'LockedHint') return ['v', ['b', isLocked]];
    if (member === 'Get' && args[1] === 'Display') return ['v', ['(so)', ['2', '/session/_32']]];
    if (member !== found) return undefined;
    return ['o', found === 'GetUser' ? '/user/_0' : '/session/_32'];
  };

describe('the lock of the screen, on Linux', () => {
  it('is heard from screen savers, and from nothing else that says such a word', async () => {
    await openBus();
    await serve('org.gnome.ScreenSaver', () => ['b', false]);
    const { changes, sources } = await watch();
    expect(sources.at(-1)).toEqual({ isHeard: true });
    emit('/org/gnome/Other', 'org.gnome.Other.ActiveChanged', 'true');
    emit('/org/gnome/ScreenSaver', 'org.gnome.ScreenSaver.ActiveChanged', "'true'");
    emit('/org/gnome/ScreenSaver', 'org.gnome.ScreenSaver.ActiveChanged', 'true');
    emit('/ScreenSaver', 'org.freedesktop.ScreenSaver.ActiveChanged', 'false');
    emit('/ScreenSaver', 'org.freedesktop.ScreenSaver.ActiveChanged', 'true');
    await until(() => changes.length >= 3);
    expect(changes).toEqual([true, false, true]);
  });

  it.each([
    'GetSession',
    'GetSessionByPID',
    'GetUser',
  ] as const)('is heard from the session manager, of this session alone, found by %s', async (found) => {
    await openBus();
    const login = await serve('org.freedesktop.login1', answersOf(found));
    const { changes, sources } = await watch(found === 'GetSession' ? { XDG_SESSION_ID: '2' } : {});
    expect(sources.at(-1)).toEqual({ isHeard: true });
    login.emit('/session/_33', SESSION, 'Lock');
    login.emit('/session/_32', SESSION, 'Lock');
    const tell = (property: string, isSo: boolean) =>
      login.emit('/session/_32', 'org.freedesktop.DBus.Properties', 'PropertiesChanged', 'sa{sv}as', [
        SESSION,
        [[property, ['b', isSo]]],
        [],
      ]);
    tell('LockedHint', false);
    tell('IdleHint', true);
    tell('LockedHint', true);
    login.emit('/session/_32', SESSION, 'Unlock');
    await until(() => changes.length >= 4);
    expect(changes).toEqual([true, false, true, false]);
  });

  it('that came before the desktop is found', async () => {
    await openBus();
    await serve('org.freedesktop.login1', answersOf('GetSession', true));
    await serve('org.mate.ScreenSaver', () => ['b', true]);
    expect((await watch({ XDG_SESSION_ID: '2' })).changes).toEqual([true, true]);
  });

  it('is said not to be heard where nobody tells, until somebody does', async () => {
    await openBus();
    const { sources, changes } = await watch();
    expect(sources.at(-1)).toEqual({
      isHeard: false,
      why: 'no screen saver is on the message bus of the session; the session manager (logind) knows no session of this program',
    });
    const saver = await openBusService(`unix:path=${socketPath}`, 'org.xfce.ScreenSaver', () => undefined);
    await until(() => sources.at(-1)?.isHeard === true);
    saver.leave();
    await until(() => sources.at(-1)?.isHeard === false);
    expect(changes).toEqual([]);
  });

  it('is heard again once a bus that closed is back, and not before', async () => {
    const bus = await openBus();
    await serve('org.gnome.ScreenSaver', () => ['b', false]);
    const { sources, later, changes } = await watch();
    await bus.stop();
    await until(() => sources.at(-1)?.isHeard === false);
    expect(sources.at(-1)).toMatchObject({ why: expect.stringContaining('bus of the session closed') });
    await openBus();
    await serve('org.gnome.ScreenSaver', () => ['b', true]);
    // One of them waits for the session manager's bus from before.
    expect(new Set(later.map(({ ms }) => ms))).toEqual(new Set([RECONNECT_MS]));
    for (const { work } of later.splice(0)) work();
    await until(() => sources.at(-1)?.isHeard === true && changes.length > 0);
  });

  always('is said not to be heard without a bus', async () => {
    const { sources, later } = await watch({ DBUS_SESSION_BUS_ADDRESS: 'tcp:host=localhost' });
    expect(sources.at(-1)).toEqual({
      isHeard: false,
      why: 'no message bus of the session answers; no message bus of the system answers',
    });
    expect(later.map(({ ms }) => ms)).toEqual([RECONNECT_MS, RECONNECT_MS]);
  });
});

describe('what calls itself a bus', () => {
  async function listen(say: (bytes: Buffer) => Buffer | null): Promise<Server> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        const answer = say(bytes);
        if (answer) socket.write(answer);
      });
    }).listen(socketPath);
    await once(server, 'listening');
    undo.push(() => server.close());
    return server;
  }

  // Only who says nothing is waited for in vain.
  always.each<[what: string, say: () => Buffer | null, why: string, waitMs: number]>([
    ['says nothing', () => null, 'the bus closed', 150],
    ['refuses', () => Buffer.from('REJECTED EXTERNAL\r\n'), 'the bus refused', 30_000],
    ['talks without end', () => Buffer.alloc(100_000, 'x'), 'no bus answers there', 30_000],
    ['greets, and answers no call', () => Buffer.from('OK 1234\r\n'), 'did not answer', 1000],
  ])('and %s is given up', async (_what, say, why, waitMs) => {
    let isFirst = true;
    await listen(() => {
      const answer = isFirst ? say() : null;
      isFirst = false;
      return answer;
    });
    await expect(connectBus(socketPath, waitMs)).rejects.toThrow(why);
  });

  always('and sends what is no message is left', async () => {
    let count = 0;
    await listen(() => (++count === 1 ? Buffer.from('OK 1234\r\n') : Buffer.alloc(200, 'x')));
    await expect(connectBus(socketPath)).rejects.toThrow('the bus closed');
  });
});

describe('the lock of the screen, on macOS and Windows', () => {
  always.each(['darwin', 'win32'] as const)("is heard by Electron's events on %s", async (platform) => {
    const listeners = new Map<string, () => void>();
    const changes: boolean[] = [];
    const sources: ScreenSource[] = [];
    await watchScreen({
      platform,
      env: {},
      events: { on: (event, listener) => listeners.set(event, listener) },
      onChange: (isLocked) => changes.push(isLocked),
      onSource: (source) => sources.push(source),
      later: () => expect.fail('no bus is followed there'),
    });
    listeners.get('lock-screen')?.();
    listeners.get('unlock-screen')?.();
    expect([changes, sources]).toEqual([[true, false], [{ isHeard: true }]]);
  });
});
