import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform, type TransformOptions } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdDecompress, type ZstdOptions } from 'node:zlib';
import { answerRequests } from '../../kernel/answer-requests.ts';
import { AgeError, decryptPayload } from '../format/age-stream.ts';
import { FRAME_BYTES } from '../format/frames.ts';
import { createPartFile } from '../format/part-file.ts';
import { type PartToUnpack, type Unpacking, type UnpackingFailure, unpackingProgram } from './unpacking.ts';

/** A frame of zstd may ask for a window of at most 128 MiB. */
const MAX_WINDOW_LOG = 27;
const READ_BYTES = 1024 * 1024;
/** Read ahead of the decompression, which runs beside the rest. */
const AHEAD_BYTES = 4 * READ_BYTES;

class Failure extends Error {
  readonly because: UnpackingFailure;

  constructor(because: UnpackingFailure) {
    super(because);
    this.because = because;
  }
}

answerRequests(unpackingProgram, async ({ parts }): Promise<Unpacking> => {
  try {
    const sha256: string[] = [];
    for (const part of parts) sha256.push(await unpack(part));
    return { outcome: 'unpacked', sha256 };
  } catch (error) {
    return { outcome: 'failed', because: error instanceof Failure ? error.because : nameFailure(error) };
  }
});

async function unpack({ from, to, unpackedBytes, encryption }: PartToUnpack): Promise<string> {
  const hash = createHash('sha256');
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      // SECURITY: before it is written: what a small part unpacks to may have no end.
      done(size > unpackedBytes ? new Failure('unpacking') : null, chunk);
    },
  });
  const stored = createReadStream(from, { start: encryption?.headerBytes ?? 0, highWaterMark: READ_BYTES });
  const decompression: ZstdOptions & TransformOptions = {
    chunkSize: FRAME_BYTES,
    writableHighWaterMark: AHEAD_BYTES,
    params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
  };
  await pipeline(
    encryption === null ? stored : decryptPayload(Buffer.from(encryption.fileKey, 'hex'))(stored),
    createZstdDecompress(decompression),
    count,
    // Not synced: what is kept of it is, once it takes the place of a database.
    createPartFile(to),
  );
  if (size !== unpackedBytes) throw new Failure('unpacking');
  return hash.digest('hex');
}

function nameFailure(error: unknown): UnpackingFailure {
  if (error instanceof AgeError) return 'decryption';
  const { code = '' } = error as { code?: string };
  if (['ENOSPC', 'EDQUOT'].includes(code)) return 'disk_full';
  return /^(E[A-Z]+)$/.test(code) ? 'disk_failed' : 'unpacking';
}
