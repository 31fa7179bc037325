import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { constants, createZstdDecompress } from 'node:zlib';
import { answerRequests } from '../../kernel/answer-requests.ts';
import { type PartToUnpack, type Unpacking, type UnpackingFailure, unpackingProgram } from './unpacking.ts';

/** Decrypted in 64 KiB each; a frame of zstd may ask for a window of at most 128 MiB. */
const MAX_WINDOW_LOG = 27;

class Failure extends Error {
  readonly because: UnpackingFailure;

  constructor(because: UnpackingFailure) {
    super(because);
    this.because = because;
  }
}

answerRequests(unpackingProgram, async ({ parts, identity }): Promise<Unpacking> => {
  try {
    const sha256: string[] = [];
    for (const part of parts) sha256.push(await unpack(part, identity));
    return { outcome: 'unpacked', sha256 };
  } catch (error) {
    return { outcome: 'failed', because: error instanceof Failure ? error.because : nameFailure(error) };
  }
});

async function unpack({ from, to, unpackedBytes }: PartToUnpack, identity: string | null): Promise<string> {
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
  const stored = createReadStream(from);
  await pipeline(
    identity === null ? stored : await decrypt(stored, identity),
    createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG } }),
    count,
    createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }),
  );
  if (size !== unpackedBytes) throw new Failure('unpacking');
  return hash.digest('hex');
}

async function decrypt(stored: Readable, identity: string): Promise<Readable> {
  const age = await import('age-encryption');
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(identity);
  try {
    const plain = await decrypter.decrypt(Readable.toWeb(stored) as globalThis.ReadableStream<Uint8Array>);
    const readable = Readable.fromWeb(plain as ReadableStream<Uint8Array>);
    readable.on('error', (error) => Object.assign(error, { isOfDecryption: true }));
    return readable;
  } catch {
    throw new Failure('decryption');
  }
}

function nameFailure(error: unknown): UnpackingFailure {
  const { code = '', isOfDecryption } = error as { code?: string; isOfDecryption?: boolean };
  if (isOfDecryption) return 'decryption';
  if (['ENOSPC', 'EDQUOT'].includes(code)) return 'disk_full';
  return /^(E[A-Z]+)$/.test(code) ? 'disk_failed' : 'unpacking';
}
