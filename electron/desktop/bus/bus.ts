import { connect, type Socket } from 'node:net';
import {
  type BusMessage,
  type BusValue,
  measureMessage,
  messageKinds,
  readMessage,
  writeMessage,
} from './message.ts';

/** Longer messages are skipped: nothing asked for here is. */
const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_GREETING_BYTES = 1024;
const ANSWER_MS = 2000;
const DAEMON = 'org.freedesktop.DBus';
const DAEMON_PATH = '/org/freedesktop/DBus';
/** The interface through which every object gives its properties. */
export const PROPERTIES = `${DAEMON}.Properties`;

/** What is called: a method of an object of a program. */
export interface BusTarget {
  to: string;
  path: string;
  interface: string;
  member: string;
}

/** A connection to a message bus. */
export interface Bus {
  /** Throws for an error, and when no answer comes within two seconds. */
  call(target: BusTarget, ...args: (string | number)[]): Promise<BusValue[]>;
  /** Calls the listener for every signal that the rule selects, once this has resolved, and for any other that comes. */
  listen(rule: string, listener: (signal: BusMessage) => void): Promise<void>;
  /** Whether a program has this name. */
  hasOwner(name: string): Promise<boolean>;
  /** Calls the listener whenever a name comes to a program or goes from one, once this has resolved. */
  listenForOwner(name: string, listener: () => void): Promise<void>;
  /** A property of an object of a program. Throws as `call`. */
  getProperty(
    of: Pick<BusTarget, 'to' | 'path'>,
    ofInterface: string,
    name: string,
  ): Promise<BusValue | undefined>;
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * Where the bus of the session or the system is: a socket's path as Node takes it, or null. Of an address only sockets
 * are understood, in the file system or (Linux) without a file.
 */
export function findBusPath(which: 'session' | 'system', env: NodeJS.ProcessEnv): string | null {
  const given = which === 'session' ? env.DBUS_SESSION_BUS_ADDRESS : env.DBUS_SYSTEM_BUS_ADDRESS;
  if (!given) {
    if (which === 'system') return '/run/dbus/system_bus_socket';
    return env.XDG_RUNTIME_DIR ? `${env.XDG_RUNTIME_DIR}/bus` : null;
  }
  for (const address of given.split(';')) {
    const [, kind, value] = /^unix:(?:[^=,]+=[^,]*,)*(path|abstract)=([^,]+)/.exec(address) ?? [];
    if (value === undefined) continue;
    const path = value.replace(/%([0-9a-f]{2})/gi, (_, digits) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    return kind === 'abstract' ? `\0${path}` : path;
  }
  return null;
}

/** Throws when nothing answers there within two seconds. */
export async function connectBus(path: string, answerMs = ANSWER_MS): Promise<Bus> {
  const socket = connect(path);
  const bus = speak(socket, await withinTime(greet(socket), socket, answerMs), answerMs);
  try {
    await bus.call(daemonCall('Hello'));
    return bus;
  } catch (error) {
    bus.close();
    throw error;
  }
}

const daemonCall = (member: string): BusTarget => ({
  to: DAEMON,
  path: DAEMON_PATH,
  interface: DAEMON,
  member,
});

/** The system tells the bus whose socket this is. Resolves with what came after the greeting: nothing, usually. */
async function greet(socket: Socket): Promise<Buffer> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  let said = Buffer.alloc(0);
  while (!said.includes('\r\n')) {
    if (said.length > MAX_GREETING_BYTES) throw new Error('no bus answers there');
    said = Buffer.concat([said, await nextChunk(socket)]);
  }
  if (!said.toString('latin1').startsWith('OK ')) throw new Error('the bus refused');
  socket.write('BEGIN\r\n');
  return said.subarray(said.indexOf('\r\n') + 2);
}

function nextChunk(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new Error('the bus closed'));
    socket.once('close', end);
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.off('close', end);
      resolve(chunk);
    });
    socket.resume();
  });
}

async function withinTime<T>(work: Promise<T>, socket: Socket, ms: number): Promise<T> {
  const timer = setTimeout(() => socket.destroy(new Error('the bus did not answer')), ms);
  try {
    return await work;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface Waiting {
  answer: PromiseWithResolvers<BusValue[]>;
  timer: NodeJS.Timeout;
}

function speak(socket: Socket, first: Buffer, answerMs: number): Bus {
  const waiting = new Map<number, Waiting>();
  const listeners: ((signal: BusMessage) => void)[] = [];
  const closed = Promise.withResolvers<void>();
  let serial = 0;

  function take(message: BusMessage): void {
    if (message.kind === messageKinds.signal) {
      for (const listener of listeners) listener(message);
      return;
    }
    const asked = waiting.get(message.replySerial);
    if (!asked) return;
    waiting.delete(message.replySerial);
    clearTimeout(asked.timer);
    if (message.kind === messageKinds.answer) asked.answer.resolve(message.body);
    else asked.answer.reject(new Error(String(message.body[0] ?? 'an error of the bus')));
  }

  function call(target: BusTarget, ...args: (string | number)[]): Promise<BusValue[]> {
    const { to, path, member } = target;
    serial += 1;
    const sent = serial;
    const answer = Promise.withResolvers<BusValue[]>();
    const timer = setTimeout(() => {
      waiting.delete(sent);
      answer.reject(new Error(`${to} did not answer`));
    }, answerMs);
    waiting.set(sent, { answer, timer });
    const signature = args.map((arg) => (typeof arg === 'string' ? 's' : 'u')).join('');
    const { interface: name } = target;
    const kind = messageKinds.call;
    socket.write(
      writeMessage({ kind, serial: sent, path, interface: name, member, destination: to, signature, args }),
    );
    return answer.promise;
  }

  const collect = collectMessages(take);
  const hear = (chunk: Buffer) => {
    try {
      collect(chunk);
    } catch {
      // What follows could not be told apart any more.
      socket.destroy();
    }
  };
  socket.on('data', hear);
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const { answer, timer } of waiting.values()) {
      clearTimeout(timer);
      answer.reject(new Error('the bus closed'));
    }
    waiting.clear();
    closed.resolve();
  });
  hear(first);
  socket.resume();
  async function listen(rule: string, listener: (signal: BusMessage) => void): Promise<void> {
    listeners.push(listener);
    await call(daemonCall('AddMatch'), rule);
  }

  return {
    call,
    listen,
    async listenForOwner(name, listener) {
      const rule = `type='signal',sender='${DAEMON}',member='NameOwnerChanged',arg0='${name}'`;
      await listen(rule, ({ member, body }) => {
        if (member === 'NameOwnerChanged' && body[0] === name) listener();
      });
    },
    async getProperty(of, ofInterface, name) {
      const [value] = await call({ ...of, interface: PROPERTIES, member: 'Get' }, ofInterface, name);
      return value;
    },
    async hasOwner(name) {
      const [has] = await call(daemonCall('NameHasOwner'), name);
      return has === true;
    },
    closed: closed.promise,
    close: () => socket.destroy(),
  };
}

/** Cuts a stream into messages. A message that cannot be read, or is too long, is left out. */
export function collectMessages(onMessage: (message: BusMessage) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  return (chunk) => {
    const skipped = Math.min(skip, chunk.length);
    skip -= skipped;
    rest = rest.length === 0 ? chunk.subarray(skipped) : Buffer.concat([rest, chunk.subarray(skipped)]);
    for (let size = measureMessage(rest); size !== null; size = measureMessage(rest)) {
      if (size > MAX_MESSAGE_BYTES) {
        skip = Math.max(0, size - rest.length);
        rest = rest.subarray(Math.min(size, rest.length));
        continue;
      }
      if (rest.length < size) return;
      const message = tryToRead(rest.subarray(0, size));
      rest = rest.subarray(size);
      if (message) onMessage(message);
    }
  };
}

function tryToRead(bytes: Buffer): BusMessage | null {
  try {
    return readMessage(bytes);
  } catch {
    return null;
  }
}
