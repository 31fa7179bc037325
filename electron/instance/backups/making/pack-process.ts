import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { createChain } from '../../audit/chain.ts';
import { answerRequests } from '../../kernel/answer-requests.ts';
import { countContents } from '../../store/row-counts.ts';
import { type SnapshotSource, takeSnapshot } from '../../store/snapshot.ts';
import { encryptTo } from '../format/age-stream.ts';
import { COUNTED, type Details, formatDetails } from '../format/details.ts';
import type { ManifestPart, PartHolds } from '../format/manifest.ts';
import { leftOut } from './left-out.ts';
import { type Packed, type PackRequest, packProgram } from './pack.ts';

/** As the command zstd does it unless told otherwise. */
const LEVEL = 3;
const READ_BYTES = 1024 * 1024;
const PACKED_BYTES = 256 * 1024;
const SNAPSHOT = 'database.sqlite';

answerRequests(packProgram, async (request) => {
  try {
    return { packed: await pack(request) };
  } catch (error) {
    // What has no code is a fault of this program, and ends it.
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return { refused: code };
  }
});

async function pack({ database, folder, recipients }: PackRequest): Promise<Packed> {
  const snapshot = join(folder, SNAPSHOT);
  const { schemaVersion, auditHead, ...found } = takeSnapshot(database, snapshot, leftOut, describe);
  const { part, sha256 } = await packPart(folder, 'database', SNAPSHOT, recipients, {
    sizeBytes: (await stat(snapshot)).size,
    content: createReadStream(snapshot, { highWaterMark: READ_BYTES }),
  });
  await rm(snapshot);
  const details = formatDetails({ ...found, database: { sizeBytes: part.unpackedBytes, sha256 } });
  const listed = await packPart(folder, 'details', 'details.json', recipients, {
    sizeBytes: details.length,
    content: Readable.from([details]),
  });
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

interface Plain {
  sizeBytes: number;
  content: Readable;
}

/** Compresses and, where it has recipients, encrypts. `sha256` is of the plain bytes. */
async function packPart(
  folder: string,
  holds: PartHolds,
  plainName: string,
  recipients: readonly string[],
  { sizeBytes, content }: Plain,
): Promise<{ part: ManifestPart; sha256: string }> {
  const isEncrypted = recipients.length > 0;
  const name = `${plainName}.zst${isEncrypted ? '.age' : ''}`;
  const plain = createMeasure();
  const stored = createMeasure();
  const compress = createZstdCompress({
    chunkSize: PACKED_BYTES,
    // The size goes into the header: who unpacks it knows it before.
    pledgedSrcSize: sizeBytes,
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const target = createWriteStream(join(folder, name), { flags: 'wx', mode: 0o600 });
  if (isEncrypted) await pipeline(content, plain.pass, compress, encryptTo(recipients), stored.pass, target);
  else await pipeline(content, plain.pass, compress, stored.pass, target);
  const { sizeBytes: storedBytes, sha256 } = stored.end();
  const whole = plain.end();
  return {
    part: { name, holds, sizeBytes: storedBytes, sha256, unpackedBytes: whole.sizeBytes },
    sha256: whole.sha256,
  };
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
