import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Kdbx, KdbxHeader } from 'kdbxweb';
import { listSpellings } from '../../custody/passphrase-file.ts';
import type { SecretText } from '../../secret-text.ts';
import { computeHere, findUnusableReason, UnusableError } from '../../unusable-error.ts';
import { deriveArgon2 } from '../keepass/argon2.ts';
import { loadKdbxweb } from '../keepass/keepass-file.ts';

/** KDBX's magic, KeePass 2 (https://keepass.info/help/kb/kdbx.html). */
const SIGNATURE = Buffer.from('03d9a29a67fb4bb5', 'hex');

/**
 * SECURITY: what a file may ask of this machine before its passphrase is known to be right. KeePass itself chooses
 * 64 MiB and two passes of Argon2, or 60,000 rounds of AES; KeePassXC as many as take it a second.
 */
const MAX_MEMORY_MIB = 256;
const MAX_PASSES = 64;
const MAX_LANES = 16;
const MAX_AES_ROUNDS = 100_000_000;
/** A megabyte of zeros, packed, is a thousand times as much. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;
/** RFC 9106; KeePass calls it 0x13. */
const ARGON2_VERSION = 0x13;

const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

type Kdbxweb = Awaited<ReturnType<typeof loadKdbxweb>>;

export type KeePassOpening =
  /** The text of each entry, all of its fields together. */
  | { outcome: 'opened'; entries: string[] }
  | { outcome: 'closed' }
  | { outcome: 'wrong' }
  | { outcome: 'damaged' }
  | { outcome: 'unusable'; because: string };

export function looksLikeKeePass(bytes: Uint8Array): boolean {
  return SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length));
}

/**
 * Never throws for what the file says.
 *
 * @param tell the share of the work that is done, from 0 to 1, where Argon2 is most of it.
 */
export async function openKeePassFile(
  bytes: Uint8Array,
  passphrase?: SecretText,
  tell?: (share: number) => void,
): Promise<KeePassOpening> {
  const spellings = passphrase ? listSpellings(passphrase) : [];
  let tried = 0;
  const tellAll = (share: number) => tell?.((tried + share) / spellings.length);
  // Here and not in another thread: this process does nothing else.
  const kdbxweb = await loadKdbxweb((task) => computeHere(() => deriveArgon2(task, tellAll)));
  try {
    requireBearable(kdbxweb, readHeader(kdbxweb, bytes));
    if (!passphrase) return { outcome: 'closed' };
    for (const spelling of spellings) {
      const entries = await readEntries(kdbxweb, bytes, spelling);
      if (entries) return { outcome: 'opened', entries };
      tried += 1;
    }
    return { outcome: 'wrong' };
  } catch (error) {
    const because = findUnusableReason(error);
    if (because !== null) return { outcome: 'unusable', because };
    const { ErrorCodes } = kdbxweb.Consts;
    const code = error instanceof kdbxweb.KdbxError ? error.code : null;
    if (code === ErrorCodes.Unsupported || code === ErrorCodes.InvalidVersion)
      return { outcome: 'unusable', because: 'it uses an encryption that Temps does not know' };
    return { outcome: 'damaged' };
  }
}

function readHeader({ BinaryStream, Kdbx, KdbxContext, KdbxHeader }: Kdbxweb, bytes: Uint8Array): KdbxHeader {
  return KdbxHeader.read(new BinaryStream(toArrayBuffer(bytes)), new KdbxContext({ kdbx: new Kdbx() }));
}

/** Throws `UnusableError` for a file whose passphrase takes more to try than this machine should give. */
function requireBearable({ Consts, Int64, ByteUtils }: Kdbxweb, header: KdbxHeader): void {
  const { kdfParameters, keyEncryptionRounds } = header;
  const get = (name: string): number => {
    const value = kdfParameters?.get(name);
    // Its own `value` throws for what no double holds.
    if (value instanceof Int64) return value.hi * 2 ** 32 + value.lo;
    return typeof value === 'number' ? value : 0;
  };
  const kind = kdfParameters?.get('$UUID');
  const isAes = kind instanceof ArrayBuffer && ByteUtils.bytesToBase64(kind) === Consts.KdfId.Aes;
  const isBefore4 = header.versionMajor < 4;
  if (isBefore4 || isAes) {
    requireAtMost(isBefore4 ? (keyEncryptionRounds ?? 0) : get('R'), MAX_AES_ROUNDS, 'rounds of AES');
    return;
  }
  requireAtMost(get('M') / (1024 * 1024), MAX_MEMORY_MIB, 'MiB of memory for Argon2');
  requireAtMost(get('I'), MAX_PASSES, 'passes of Argon2');
  requireAtMost(get('P'), MAX_LANES, 'lanes of Argon2');
  if (get('V') !== ARGON2_VERSION) throw new UnusableError('it uses an old version of Argon2');
}

function requireAtMost(asked: number, most: number, what: string): void {
  if (asked <= most) return;
  throw new UnusableError(
    `its passphrase is protected by ${Math.round(asked)} ${what}, and ${most} is the most that is computed here: lower it in the settings of the database, and save it again`,
  );
}

/** Steps of the library's that are replaced here; its types call them private. */
interface Steps {
  load(data: ArrayBuffer): Promise<unknown>;
  decryptData(data: ArrayBuffer, key: ArrayBuffer): Promise<ArrayBuffer>;
}

/** Null for a passphrase that is not the one. */
async function readEntries(
  kdbxweb: Kdbxweb,
  bytes: Uint8Array,
  passphrase: string,
): Promise<string[] | null> {
  const kdbx = new kdbxweb.Kdbx();
  kdbx.credentials = new kdbxweb.Credentials(kdbxweb.ProtectedValue.fromString(passphrase));
  const format = new kdbxweb.KdbxFormat(kdbx) as unknown as Steps;
  // SECURITY: the library unpacks without a limit, so it is given what was unpacked here.
  const decryptData = format.decryptData.bind(format);
  format.decryptData = async (data, key) => await unpack(kdbxweb, kdbx, await decryptData(data, key));
  // Entries are all that is wanted of it. SECURITY: attachments are packed once more; they stay packed.
  let entries: string[] = [];
  kdbx.loadFromXml = async () => {
    entries = listEntries(kdbx.xml as unknown as XmlNode);
    return kdbx;
  };
  try {
    await format.load(toArrayBuffer(bytes));
    return entries;
  } catch (error) {
    const { InvalidKey } = kdbxweb.Consts.ErrorCodes;
    if (error instanceof kdbxweb.KdbxError && error.code === InvalidKey) return null;
    throw error;
  }
}

/** Decrypted data in the form that an uncompressed database of its version has. */
async function unpack(kdbxweb: Kdbxweb, { header }: Kdbx, data: ArrayBuffer): Promise<ArrayBuffer> {
  if (header.compression !== kdbxweb.Consts.CompressionAlgorithm.GZip) return data;
  if (header.versionMajor >= 4) {
    header.compression = kdbxweb.Consts.CompressionAlgorithm.None;
    return await unpackBytes(data);
  }
  // Before version 4 the packed data is in blocks with hashes, after bytes that show whether the key is right.
  const start = header.streamStartBytes ?? new ArrayBuffer(0);
  if (!kdbxweb.ByteUtils.arrayBufferEquals(data.slice(0, start.byteLength), start)) return data;
  const packed = await kdbxweb.HashedBlockTransform.decrypt(data.slice(start.byteLength));
  const blocks = await kdbxweb.HashedBlockTransform.encrypt(await unpackBytes(packed));
  header.compression = kdbxweb.Consts.CompressionAlgorithm.None;
  return toArrayBuffer(Buffer.concat([new Uint8Array(start), new Uint8Array(blocks)]));
}

async function unpackBytes(packed: ArrayBuffer): Promise<ArrayBuffer> {
  try {
    return toArrayBuffer(await unzip(Buffer.from(packed), { maxOutputLength: MAX_UNPACKED_BYTES }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw new UnusableError(
      `it unpacks to more than ${MAX_UNPACKED_BYTES / (1024 * 1024)} MiB: export the entry with the key to a database of its own`,
    );
  }
}

/** What is used of the library's XML. */
interface XmlNode {
  nodeName: string;
  textContent: string | null;
  /** Text has none. */
  childNodes?: ArrayLike<XmlNode> | null;
  protectedValue?: { getText(): string };
}

/** All entries, also former versions of them: an older key may be in one. */
function listEntries(document: XmlNode): string[] {
  const entries: string[] = [];
  const left = [document];
  for (let node = left.pop(); node; node = left.pop()) {
    const children = Array.from(node.childNodes ?? []);
    if (node.nodeName === 'Entry') entries.push(children.map(readField).join('\n'));
    for (const child of children) left.push(child);
  }
  return entries;
}

/** `<String><Key>Notes</Key><Value>…</Value></String>` */
function readField(field: XmlNode): string {
  if (field.nodeName !== 'String') return '';
  const value = Array.from(field.childNodes ?? []).find(({ nodeName }) => nodeName === 'Value');
  return value?.protectedValue?.getText() ?? value?.textContent ?? '';
}

/** Of their own: a Buffer's may hold other things. */
function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
