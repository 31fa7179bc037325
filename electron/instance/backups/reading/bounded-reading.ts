import { createHash } from 'node:crypto';
import { type Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../kernel/app-error.ts';
import { asStoreError } from '../../store/store-error.ts';
import { createPartFile } from '../format/part-file.ts';

/** A place that sends nothing for so long is given up. */
const SILENT_MS = 60_000;

/** At most this many bytes of a stream; null where it has more. Ends the stream. */
export async function readAtMost(stream: Readable, limit: number, place: string): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  const silence = endWhenSilent(stream, place);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      silence.refresh();
      size += chunk.length;
      if (size > limit) return null;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(silence);
    stream.destroy();
  }
}

export interface Stored {
  sizeBytes: number;
  /** In hex. */
  sha256: string;
}

/**
 * Writes a stream to a new file, and says what it was. Ends as soon as it is longer than `limit`, with a size above it.
 * Throws `disk_full` and `disk_failed` of the file.
 */
export async function storeAtMost(
  stream: Readable,
  path: string,
  limit: number,
  place: string,
  signal: AbortSignal,
): Promise<Stored> {
  try {
    return await measureAtMost(stream, createPartFile(path), limit, place, signal);
  } catch (error) {
    throw asStoreError(error, path);
  }
}

/** The same of a stream that nobody keeps. */
export async function measureAtMost(
  stream: Readable,
  sink: Writable,
  limit: number,
  place: string,
  signal: AbortSignal,
): Promise<Stored> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const silence = endWhenSilent(stream, place);
  const tooLong = new Error('longer than it may be');
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      silence.refresh();
      sizeBytes += chunk.length;
      hash.update(chunk);
      done(sizeBytes > limit ? tooLong : null, chunk);
    },
  });
  try {
    await pipeline(stream, count, sink, { signal });
  } catch (error) {
    if (error !== tooLong) throw error;
  } finally {
    clearTimeout(silence);
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

/** Destroys a stream with `place_gone`, unless the timer is refreshed by what comes from it. */
function endWhenSilent(stream: Readable, place: string): NodeJS.Timeout {
  return setTimeout(() => {
    const detail = `${place} sent nothing for ${SILENT_MS / 1000} seconds. Check that it is connected.`;
    stream.destroy(new AppError('place_gone', detail));
  }, SILENT_MS);
}
