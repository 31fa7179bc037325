/**
 * D-Bus' wire format, as far as the desktop speaks it:
 * https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol
 *
 * SECURITY: every program of the account may send messages. Sizes are checked before anything is read, and what does not
 * follow the format throws.
 */

/** What a message carries: variants are what is in them, a dictionary is a list of its pairs. */
export type BusValue = string | number | bigint | boolean | BusValue[];

export const messageKinds = { call: 1, answer: 2, error: 3, signal: 4 } as const;

export interface BusMessage {
  kind: number;
  serial: number;
  path: string;
  interface: string;
  member: string;
  sender: string;
  /** Of an answer or error: the call it is for. */
  replySerial: number;
  body: BusValue[];
}

/** What is sent. */
export interface SentMessage {
  kind: number;
  serial: number;
  path?: string;
  interface?: string;
  member?: string;
  destination?: string;
  replySerial?: number;
  errorName?: string;
  /** Of `args`, in which a variant is a pair: its type, and what is in it. */
  signature?: string;
  args?: readonly BusValue[];
}

const HEAD_BYTES = 16;
const MAX_DEPTH = 32;
const LITTLE = 0x6c;
const BIG = 0x42;

/** The size of the message that begins here; null until its first 16 bytes have come. Throws for what is none. */
export function measureMessage(bytes: Buffer): number | null {
  if (bytes.length < HEAD_BYTES) return null;
  if (bytes[0] !== LITTLE && bytes[0] !== BIG) throw new TypeError('no message of a bus');
  const read = (at: number) => (bytes[0] === LITTLE ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return HEAD_BYTES + align(read(12), 8) + read(4);
}

/** Throws for what does not follow the format. */
export function readMessage(bytes: Buffer): BusMessage {
  const reader = new Reader(bytes);
  const [, kind, , , bodyBytes, serial] = reader.readAll('yyyyuu') as number[];
  const fields = new Map(reader.read('a(yv)', 0) as [number, BusValue][]);
  reader.align(8);
  const signature = String(fields.get(8) ?? '');
  const message = {
    kind: kind as number,
    serial: serial as number,
    path: String(fields.get(1) ?? ''),
    interface: String(fields.get(2) ?? ''),
    member: String(fields.get(3) ?? ''),
    sender: String(fields.get(7) ?? ''),
    replySerial: Number(fields.get(5) ?? 0),
    body: reader.readAll(signature),
  };
  if (reader.left !== 0 || (bodyBytes as number) > bytes.length)
    throw new TypeError('a message of another size');
  return message;
}

export function writeMessage(message: SentMessage): Buffer {
  const { kind, serial, signature = '', args = [] } = message;
  const body = new Writer().writeAll(signature, args).bytes;
  const fields: [code: number, type: string, value: BusValue | undefined][] = [
    [1, 'o', message.path],
    [2, 's', message.interface],
    [3, 's', message.member],
    [4, 's', message.errorName],
    [5, 'u', message.replySerial],
    [6, 's', message.destination],
    [8, 'g', signature || undefined],
  ];
  const given = fields.flatMap(([code, type, value]) => (value === undefined ? [] : [[code, [type, value]]]));
  const head = new Writer().writeAll('yyyyuua(yv)', [LITTLE, kind, 0, 1, body.length, serial, given]);
  return Buffer.concat([head.align(8).bytes, body]);
}

const align = (size: number, to: number) => Math.ceil(size / to) * to;

/** Where a type may begin, by its first letter; those not here are none. */
const alignments = new Map(
  Object.entries({
    ...{ y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, i: 4, u: 4, h: 4, s: 4, o: 4, a: 4 },
    ...{ x: 8, t: 8, d: 8, '(': 8, '{': 8 },
  }),
);
const alignmentOf = (type: string) => alignments.get(type.charAt(0)) ?? 1;

/** The types of a signature. Throws for one that is cut off. */
function splitTypes(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length; at += types.at(-1)?.length ?? 0)
    types.push(firstType(signature.slice(at)));
  return types;
}

function firstType(signature: string): string {
  const [first] = signature;
  if (first === 'a') return `a${firstType(signature.slice(1))}`;
  if (first !== '(' && first !== '{') {
    if (first === undefined || !alignments.has(first)) throw new TypeError('no type of a bus');
    return first;
  }
  const end = first === '(' ? ')' : '}';
  let at = 1;
  while (signature[at] !== end) at += firstType(signature.slice(at)).length;
  if (at === 1) throw new TypeError('an empty type');
  return signature.slice(0, at + 1);
}

class Reader {
  readonly #bytes: Buffer;
  readonly #isLittle: boolean;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#isLittle = bytes[0] === LITTLE;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  align(to: number): void {
    this.#at = align(this.#at, to);
  }

  readAll(signature: string, depth = 0): BusValue[] {
    return splitTypes(signature).map((type) => this.read(type, depth));
  }

  read(type: string, depth: number): BusValue {
    const [first = ''] = type;
    if (depth > MAX_DEPTH) throw new TypeError('nested too deeply');
    this.align(alignmentOf(first));
    switch (first) {
      case 'y':
        return this.#take(1).readUInt8();
      case 'b':
        return this.#readU32() !== 0;
      case 'u':
      case 'h':
        return this.#readU32();
      case 'i':
        return this.#readU32() | 0;
      case 'n':
      case 'q':
        return this.#isLittle ? this.#take(2).readUInt16LE() : this.#take(2).readUInt16BE();
      case 'x':
      case 't':
        return this.#isLittle ? this.#take(8).readBigUInt64LE() : this.#take(8).readBigUInt64BE();
      case 'd':
        return this.#isLittle ? this.#take(8).readDoubleLE() : this.#take(8).readDoubleBE();
      case 's':
      case 'o':
        return this.#readText(this.#readU32());
      case 'g':
        return this.#readText(this.#take(1).readUInt8());
      case 'v':
        return this.#readVariant(depth);
      case 'a':
        return this.#readArray(type.slice(1), depth);
      default:
        return this.readAll(type.slice(1, -1), depth + 1);
    }
  }

  #readVariant(depth: number): BusValue {
    const type = this.#readText(this.#take(1).readUInt8());
    if (firstType(type) !== type) throw new TypeError('a variant of several values');
    return this.read(type, depth + 1);
  }

  #readArray(type: string, depth: number): BusValue[] {
    const length = this.#readU32();
    this.align(alignmentOf(type));
    const end = this.#at + length;
    if (length > this.left) throw new TypeError('cut off');
    const values: BusValue[] = [];
    while (this.#at < end) values.push(this.read(type, depth + 1));
    return values;
  }

  #readU32(): number {
    return this.#isLittle ? this.#take(4).readUInt32LE() : this.#take(4).readUInt32BE();
  }

  #readText(length: number): string {
    return this.#take(length + 1).toString('utf8', 0, length);
  }

  #take(length: number): Buffer {
    if (length > this.left) throw new TypeError('cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

/** In memory of its own, and therefore aligned from its own beginning. */
class Writer {
  bytes = Buffer.alloc(0);

  align(to: number): this {
    return this.#add(Buffer.alloc(align(this.bytes.length, to) - this.bytes.length));
  }

  writeAll(signature: string, values: readonly BusValue[]): this {
    for (const [at, type] of splitTypes(signature).entries()) this.#write(type, values[at] as BusValue);
    return this;
  }

  #write(type: string, value: BusValue): this {
    const [first = ''] = type;
    this.align(alignmentOf(first));
    switch (first) {
      case 'y':
        return this.#add(Buffer.from([Number(value)]));
      case 'u':
      case 'b':
        return this.#addU32(Number(value));
      case 's':
      case 'o':
        return this.#addU32(Buffer.byteLength(String(value))).#add(Buffer.from(`${value}\0`));
      case 'g':
        return this.#add(Buffer.from([String(value).length])).#add(Buffer.from(`${value}\0`));
      case 'v': {
        const [inner, content] = value as [string, BusValue];
        return this.#write('g', inner).#write(inner, content);
      }
      case 'a':
        return this.#writeArray(type.slice(1), value as BusValue[]);
      case '(':
      case '{':
        return this.writeAll(type.slice(1, -1), value as BusValue[]);
      default:
        throw new TypeError(`nothing here writes ${type}`);
    }
  }

  #writeArray(type: string, values: readonly BusValue[]): this {
    this.#addU32(0);
    const lengthAt = this.bytes.length - 4;
    // The length does not count what aligns the first element.
    const start = this.align(alignmentOf(type)).bytes.length;
    for (const value of values) this.#write(type, value);
    this.bytes.writeUInt32LE(this.bytes.length - start, lengthAt);
    return this;
  }

  #addU32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return this.#add(bytes);
  }

  #add(bytes: Buffer): this {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    return this;
  }
}
