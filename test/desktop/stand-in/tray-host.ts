import { connect, type Socket } from 'node:net';

const WATCHER = 'org.kde.StatusNotifierWatcher';
const METHOD_RETURN = 2;

/**
 * Makes a session bus one of a desktop that shows tray icons: owns the name that programs look for, until what is
 * returned is called. `address` is as in DBUS_SESSION_BUS_ADDRESS, a socket in the file system.
 */
export async function ownTrayHost(address: string): Promise<() => void> {
  const path = /unix:path=([^,]+)/.exec(address)?.[1];
  if (!path) throw new Error(`no bus at a path: ${address}`);
  const socket = connect(path);
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\nBEGIN\r\n`);
  socket.write(call(1, 'Hello', '', Buffer.alloc(0)));
  const [name, flags] = [text(WATCHER), Buffer.alloc(4)];
  socket.write(call(2, 'RequestName', 'su', Buffer.concat([pad(name, 4), flags])));
  await waitForReturns(socket, 2);
  return () => socket.destroy();
}

/** Resolves after so many answers of the bus. */
function waitForReturns(socket: Socket, wanted: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = Buffer.alloc(0);
    let isAuthenticated = false;
    let count = 0;
    socket.once('close', () => reject(new Error('the bus closed')));
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      if (!isAuthenticated) {
        const end = rest.indexOf('\r\n');
        if (end < 0) return;
        isAuthenticated = true;
        rest = rest.subarray(end + 2);
      }
      while (rest.length >= 16) {
        const length = 16 + Math.ceil(rest.readUInt32LE(12) / 8) * 8 + rest.readUInt32LE(4);
        if (rest.length < length) return;
        if (rest[1] === METHOD_RETURN && ++count === wanted) resolve();
        rest = rest.subarray(length);
      }
    });
  });
}

/** A call of the bus itself, in D-Bus' wire format. */
function call(serial: number, member: string, signature: string, body: Buffer): Buffer {
  const bus = 'org.freedesktop.DBus';
  const fields = [field(1, 'o', '/org/freedesktop/DBus'), field(2, 's', bus), field(3, 's', member)];
  fields.push(field(6, 's', bus));
  if (signature) {
    const type = Buffer.from([8, 1, 0x67, 0, signature.length]);
    fields.push(Buffer.concat([type, Buffer.from(`${signature}\0`)]));
  }
  const last = fields.pop() as Buffer;
  const listed = Buffer.concat([...fields.map((part) => pad(part, 8)), last]);
  const head = Buffer.alloc(16);
  head.set([0x6c, 1, 0, 1]);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(serial, 8);
  head.writeUInt32LE(listed.length, 12);
  return Buffer.concat([head, pad(listed, 8), body]);
}

function field(code: number, type: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), text(value)]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(`${value}\0`)]);
}

function pad(part: Buffer, to: number): Buffer {
  return Buffer.concat([part, Buffer.alloc((to - (part.length % to)) % to)]);
}
