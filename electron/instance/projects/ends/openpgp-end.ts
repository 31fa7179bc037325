import { ByteReader } from './byte-reader.ts';

/**
 * When an OpenPGP key ends (RFC 9580, and RFC 4880 before it), by the signatures that its owner made on it. They are not
 * verified: whoever can change the text could as well remove them.
 */

const BEGIN = /-----BEGIN PGP (?:PUBLIC|PRIVATE) KEY BLOCK-----/g;
const END = '-----END PGP ';
/** A key that many have signed has hundreds. */
const MAX_PACKETS = 2000;

const tags = { signature: 2, secretKey: 5, publicKey: 6, secretSubkey: 7, publicSubkey: 14 } as const;
/** Types of signatures on a key. */
const types = { direct: 0x1f, binding: 0x18, revoked: 0x20, subkeyRevoked: 0x28 } as const;
const isCertification = (type: number) => type >= 0x10 && type <= 0x13;
/** Types of what a signature says. */
const says = { madeAt: 2, keyLife: 9, keyFlags: 27 } as const;
/** That, preferences and features: what only the owner of a key says of it, and nobody else who signs it. */
const ofOwner: readonly number[] = [9, 11, 21, 22, 23, 24, 25, 27, 30, 34];
const mayDo = { sign: 0x02, encrypt: 0x04 | 0x08 } as const;

interface Packet {
  tag: number;
  body: Buffer;
}

/** A primary key or a subkey, with what the newest signature of its owner says. */
interface Key {
  createdAt: number;
  isPrimary: boolean;
  isRevoked: boolean;
  signedAt: number;
  /** Seconds after its creation; 0 for one without an end. */
  life: number;
  flags: number;
}

/** The earliest end of the keys in an armored text; null where none ends. Throws for what is no key, or is cut short. */
export function findOpenPgpEnd(text: string): number | null {
  const keys = listBlocks(text).flatMap((block) => groupKeys(readPackets(removeArmor(block))));
  const end = Math.min(...keys.map(findKeyEnd));
  return Number.isFinite(end) ? end * 1000 : null;
}

/** What is between the lines that begin and end a block. */
function listBlocks(text: string): string[] {
  const blocks: string[] = [];
  for (const begin of text.matchAll(BEGIN)) {
    const from = begin.index + begin[0].length;
    const to = text.indexOf(END, from);
    if (to === -1) throw new RangeError('a block without an end');
    blocks.push(text.slice(from, to));
  }
  return blocks;
}

/** What comes after its headers, without the checksum. */
function removeArmor(armor: string): Buffer {
  const lines = armor.split(/\r?\n/).map((line) => line.trim());
  const blank = lines.indexOf('', 1);
  const body = lines.slice(blank + 1).filter((line) => !line.startsWith('='));
  return Buffer.from(body.join(''), 'base64');
}

function readPackets(bytes: Buffer): Packet[] {
  const reader = new ByteReader(bytes);
  const packets: Packet[] = [];
  while (!reader.isAtEnd && packets.length < MAX_PACKETS) {
    const header = reader.number(1);
    if ((header & 0x80) === 0) throw new RangeError('no packet');
    const isNew = (header & 0x40) !== 0;
    const tag = isNew ? header & 0x3f : (header >> 2) & 0x0f;
    const length = isNew ? readLength(reader) : readOldLength(reader, header & 0x03);
    packets.push({ tag, body: reader.take(length) });
  }
  return packets;
}

/** Of a packet of the new format, or of a subpacket, where 224 to 254 are lengths of two bytes. */
function readLength(reader: ByteReader, isSubpacket = false): number {
  const first = reader.number(1);
  if (first < 192) return first;
  if (first === 255) return reader.number(4);
  // Lengths in parts are for messages, not for keys.
  if (first >= 224 && !isSubpacket) throw new RangeError('a length in parts');
  return ((first - 192) << 8) + reader.number(1) + 192;
}

function readOldLength(reader: ByteReader, lengthType: number): number {
  if (lengthType === 3) throw new RangeError('a length that is not said');
  return reader.number(2 ** lengthType);
}

/** Each primary key with its subkeys. */
function groupKeys(packets: readonly Packet[]): Key[][] {
  const groups: Key[][] = [];
  for (const { tag, body } of packets) {
    const keys = groups.at(-1);
    if (tag === tags.publicKey || tag === tags.secretKey) groups.push([readKey(body, true)]);
    else if (tag === tags.publicSubkey || tag === tags.secretSubkey) keys?.push(readKey(body, false));
    else if (tag === tags.signature) {
      const key = keys?.at(-1);
      if (key) noteSignature(key, body);
    }
  }
  return groups;
}

function readKey(body: Buffer, isPrimary: boolean): Key {
  const reader = new ByteReader(body);
  // Before version 4 the life of a key was elsewhere; such keys are from the nineties.
  if (reader.number(1) < 4) throw new RangeError('a key of version 3');
  return { createdAt: reader.number(4), isPrimary, isRevoked: false, signedAt: -1, life: 0, flags: 0 };
}

function noteSignature(key: Key, body: Buffer): void {
  const reader = new ByteReader(body);
  const version = reader.number(1);
  if (version !== 4 && version !== 6) return;
  const type = reader.number(1);
  if (type === (key.isPrimary ? types.revoked : types.subkeyRevoked)) key.isRevoked = true;
  // The algorithms of the key and of the hash.
  reader.take(2);
  const said = readSubpackets(reader.string(version === 6 ? 4 : 2));
  const isOwn = key.isPrimary
    ? type === types.direct || (isCertification(type) && ofOwner.some((each) => said.has(each)))
    : type === types.binding;
  const signedAt = said.get(says.madeAt)?.readUInt32BE(0) ?? 0;
  if (!isOwn || signedAt < key.signedAt) return;
  const life = said.get(says.keyLife)?.readUInt32BE(0) ?? 0;
  const flags = said.get(says.keyFlags)?.[0] ?? 0;
  // One of version 6 says by one signature what it may do, and by others for whom.
  Object.assign(key, { signedAt, life, flags: flags === 0 ? key.flags : flags });
}

/** By type: the part of a signature that is signed itself. */
function readSubpackets(bytes: Buffer): Map<number, Buffer> {
  const reader = new ByteReader(bytes);
  const said = new Map<number, Buffer>();
  while (!reader.isAtEnd) {
    const subpacket = reader.take(readLength(reader, true));
    said.set(subpacket.readUInt8(0) & 0x7f, subpacket.subarray(1));
  }
  return said;
}

/** Seconds since 1970: when the primary key ends, or the last of those that can sign, or of those that can encrypt. */
function findKeyEnd(keys: readonly Key[]): number {
  const [primary, ...subkeys] = keys;
  if (!primary) return Number.POSITIVE_INFINITY;
  const inUse = [primary, ...subkeys.filter(({ isRevoked }) => !isRevoked)];
  const lastOf = (flag: number) => {
    const ends = inUse.filter(({ flags }) => (flags & flag) !== 0).map(endOf);
    return ends.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...ends);
  };
  return Math.min(endOf(primary), lastOf(mayDo.sign), lastOf(mayDo.encrypt));
}

const endOf = ({ createdAt, life }: Key) => (life === 0 ? Number.POSITIVE_INFINITY : createdAt + life);
