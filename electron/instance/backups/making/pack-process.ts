import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { zstdCompress as compressAsync, constants } from 'node:zlib';
import { createChain } from '../../audit/chain.ts';
import { answerRequests } from '../../kernel/answer-requests.ts';
import { countContents } from '../../store/row-counts.ts';
import { type SnapshotSource, takeSnapshot } from '../../store/snapshot.ts';
import { encryptTo } from '../format/age-stream.ts';
import { COUNTED, type Details, formatDetails } from '../format/details.ts';
import { FRAME_BYTES } from '../format/frames.ts';
import { createPartFile } from '../format/part-file.ts';
import { type ManifestPart, namePart, type PartHolds } from '../format/parts.ts';
import { leftOut } from './left-out.ts';
import { type Packed, type PackRequest, packProgram } from './pack.ts';

/** As the command zstd does it unless told otherwise. */
const LEVEL = 3;
/** On their way at once: enough that the threads which compress do not wait for what reads and encrypts. */
const FRAMES_AT_ONCE = 4;
/** A percent is the least that is told. */
const LEAST_SHARE = 0.01;
const SNAPSHOT = 'database.sqlite';

const zstdCompress = promisify(compressAsync);

answerRequests(packProgram, async (request, tell) => {
  try {
    return { packed: await pack(request, tell) };
  } catch (error) {
    // What has no code is a fault of this program, and ends it.
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return { refused: code };
  }
});

async function pack(
  { database, folder, recipients }: PackRequest,
  tell: (share: number) => void,
): Promise<Packed> {
  const snapshot = join(folder, SNAPSHOT);
  const { schemaVersion, auditHead, ...found } = takeSnapshot(database, snapshot, leftOut, describe);
  const content = telling(readFrames(snapshot), statSync(snapshot).size, tell);
  const { part, sha256 } = await packPart(folder, 'database', recipients, content);
  await rm(snapshot);
  const details = formatDetails({ ...found, database: { sizeBytes: part.unpackedBytes, sha256 } });
  const listed = await packPart(folder, 'details', recipients, only(details));
  return { schemaVersion, auditHead, parts: [part, listed.part] };
}

function describe({
  sqlite,
  identity,
  schemaVersion,
}: SnapshotSource): Omit<Details, 'database'> & Omit<Packed, 'parts'> {
  const { id, hash } = createChain({ sqlite, identity }).findHead();
  const { rows, groups } = countContents(sqlite, COUNTED);
  return {
    instance: identity,
    tables: rows,
    sealedValues: groups,
    schemaVersion,
    auditHead: id === 0 ? null : { id, hash: hash.toString('hex') },
  };
}

/** Compresses and, where it has recipients, encrypts. `sha256` is of the plain bytes. */
async function packPart(
  folder: string,
  holds: PartHolds,
  recipients: readonly string[],
  content: AsyncIterable<Uint8Array>,
): Promise<{ part: ManifestPart; sha256: string }> {
  const isEncrypted = recipients.length > 0;
  const name = namePart(holds, isEncrypted);
  const plain = createMeasure();
  const stored = createMeasure();
  const target = createPartFile(join(folder, name));
  // Who follows it is told of what is in it, and finds it.
  await once(target, 'open');
  if (isEncrypted) await pipeline(plain.pass(content), compress, encryptTo(recipients), stored.pass, target);
  else await pipeline(plain.pass(content), compress, stored.pass, target);
  const { sizeBytes: storedBytes, sha256 } = stored.end();
  const whole = plain.end();
  return {
    part: { name, holds, sizeBytes: storedBytes, sha256, unpackedBytes: whole.sizeBytes },
    sha256: whole.sha256,
  };
}

/** The content of one frame after the other, in buffers that are used again: each is compressed by then. */
async function* readFrames(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const buffers = Array.from({ length: FRAMES_AT_ONCE + 1 }, () => Buffer.allocUnsafeSlow(FRAME_BYTES));
    for (let turn = 0; ; turn++) {
      const buffer = buffers[turn % buffers.length] as Buffer;
      let length = 0;
      // Whole, however little the system reads at once: see FRAME_BYTES.
      for (let read = 1; read > 0 && length < FRAME_BYTES; length += read)
        ({ bytesRead: read } = await file.read(buffer, length, FRAME_BYTES - length, null));
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

/** From the first frame on the snapshot is there, and the part that it goes to. */
async function* telling(
  frames: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  tell: (share: number) => void,
): AsyncGenerator<Uint8Array> {
  let passed = 0;
  for await (const frame of frames) {
    passed += frame.length;
    tell(Math.max(passed / sizeBytes, LEAST_SHARE));
    yield frame;
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * One zstd frame for each piece, one behind the other, as a file may have them (RFC 8878, section 3): they are compressed
 * beside each other, and what is unpacked is bounded in memory.
 */
async function* compress(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const begun: Promise<Uint8Array>[] = [];
  try {
    for await (const piece of pieces) {
      begun.push(compressFrame(piece));
      if (begun.length === FRAMES_AT_ONCE) yield await (begun.shift() as Promise<Uint8Array>);
    }
    for (const frame of begun) yield await frame;
  } finally {
    // Those that nobody waits for any more.
    await Promise.allSettled(begun);
  }
}

/** With its size and a checksum. */
async function compressFrame(piece: Uint8Array): Promise<Uint8Array> {
  return await zstdCompress(piece, {
    // In one buffer: what does not compress takes a little more than it is.
    chunkSize: piece.length + piece.length / 128 + 1024,
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
  });
}

/** Passes a stream on, and knows afterwards how long it was and what its SHA-256 is, in hex. */
function createMeasure() {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    async *pass(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        yield chunk;
      }
    },
    end: () => ({ sizeBytes, sha256: hash.digest('hex') }),
  };
}
