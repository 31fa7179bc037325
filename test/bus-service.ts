import { connect, type Socket } from 'node:net';
import { collectMessages, findBusPath } from '../electron/desktop/bus/bus.ts';
import {
  type BusMessage,
  type BusValue,
  messageKinds,
  type SentMessage,
  writeMessage,
} from '../electron/desktop/bus/message.ts';

/** A program on a bus that has a name, answers calls and sends signals: what a desktop has, and a test alone has not. */
export interface BusService {
  /** @param signature of `args`; a variant is a pair of its type and what is in it. */
  emit(path: string, name: string, member: string, signature?: string, args?: BusValue[]): void;
  /** Another program's answer no longer: its name is free again. */
  leave(): void;
}

/** What a call is answered with, by the member's name and its arguments; undefined for an error. */
export type Answers = (
  member: string,
  args: BusValue[],
  path: string,
) => [signature: string, BusValue] | undefined;

/** `address` as in DBUS_SESSION_BUS_ADDRESS. Resolves once the bus has given the name. */
export async function openBusService(address: string, name: string, answers: Answers): Promise<BusService> {
  const socket = connect(findBusPath('session', { DBUS_SESSION_BUS_ADDRESS: address }) ?? '');
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let serial = 0;
  const send = (message: Omit<SentMessage, 'serial'>) => {
    serial += 1;
    socket.write(writeMessage({ ...message, serial }));
  };
  const named = Promise.withResolvers<void>();
  socket.once('close', () => named.reject(new Error('the bus closed')));
  listen(socket, (message) => {
    if (message.kind === messageKinds.answer && message.replySerial === 2) named.resolve();
    if (message.kind !== messageKinds.call) return;
    const answer = answers(message.member, message.body, message.path);
    const to = { destination: message.sender, replySerial: message.serial };
    if (answer) send({ ...to, kind: messageKinds.answer, signature: answer[0], args: [answer[1]] });
    else send({ ...to, kind: messageKinds.error, errorName: 'org.example.None' });
  });
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\nBEGIN\r\n`);
  const daemon = {
    kind: messageKinds.call,
    path: '/org/freedesktop/DBus',
    destination: 'org.freedesktop.DBus',
  };
  send({ ...daemon, interface: 'org.freedesktop.DBus', member: 'Hello' });
  send({
    ...daemon,
    interface: 'org.freedesktop.DBus',
    member: 'RequestName',
    signature: 'su',
    args: [name, 0],
  });
  await named.promise;
  return {
    emit: (path, ofInterface, member, signature = '', args = []) =>
      send({ kind: messageKinds.signal, path, interface: ofInterface, member, signature, args }),
    leave: () => socket.destroy(),
  };
}

/** The bus' answer to the greeting is a line; messages follow. */
function listen(socket: Socket, onMessage: (message: BusMessage) => void): void {
  const collect = collectMessages(onMessage);
  let greeting: Buffer | null = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    if (greeting === null) return collect(chunk);
    greeting = Buffer.concat([greeting, chunk]);
    const end = greeting.indexOf('\r\n');
    if (end < 0) return;
    collect(greeting.subarray(end + 2));
    greeting = null;
  });
}
