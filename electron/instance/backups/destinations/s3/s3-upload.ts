import { AppError } from '../../../kernel/app-error.ts';
import { readFailure } from './s3-errors.ts';
import type { S3Session } from './s3-session.ts';

/** Stores take parts of 5 MiB and more, all but the last of one size, and 10,000 of them. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** So many parts are in memory, and one that is being read. */
const AT_ONCE = 3;

/** Some stores answer that they know no conditional writes; what was there was looked at before. */
const knowsNoConditions = (error: unknown) => {
  const { code, status } = readFailure(error);
  return code === 'NotImplemented' || status === 501;
};

/**
 * Writes an object, in parts where it is large. Never overwrites: the store is asked to refuse that, where it can. What was cut
 * short is ended at the store too, as far as it can be reached.
 */
export async function upload(
  session: S3Session,
  key: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const parts = cutInParts(content);
  try {
    const first = await parts.next();
    const second = first.done ? first : await parts.next();
    if (second.done) await putWhole(session, key, first.value ?? Buffer.alloc(0), signal);
    else await putInParts(session, key, [first.value as Buffer, second.value], parts, signal);
  } finally {
    await parts.return(undefined);
  }
}

async function putWhole(session: S3Session, key: string, body: Buffer, signal: AbortSignal): Promise<void> {
  await conditionally((condition) =>
    session.call(
      'PutObject',
      signal,
      (s3, options) =>
        s3.putObject({ ...at(session, key), ...encryption(session), ...condition, Body: body }, options),
      knowsNoConditions,
    ),
  );
}

async function conditionally<T>(put: (condition: { IfNoneMatch?: '*' }) => Promise<T>): Promise<T> {
  try {
    return await put({ IfNoneMatch: '*' });
  } catch (error) {
    if (error instanceof AppError || !knowsNoConditions(error)) throw error;
    return await put({});
  }
}

async function putInParts(
  session: S3Session,
  key: string,
  begun: readonly Buffer[],
  rest: AsyncGenerator<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const { UploadId } = await session.call('CreateMultipartUpload', signal, (s3, options) =>
    s3.createMultipartUpload({ ...at(session, key), ...encryption(session) }, options),
  );
  if (!UploadId) throw new AppError('destination_refused', 'The store began an upload without naming it.');
  // One that fails ends the others.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  try {
    const stored = await putParts(session, { key, UploadId, failed }, chain(begun, rest), either);
    await conditionally((condition) =>
      session.call(
        'CompleteMultipartUpload',
        either,
        (s3, options) =>
          s3.completeMultipartUpload(
            { ...at(session, key), ...condition, UploadId, MultipartUpload: { Parts: stored } },
            options,
          ),
        knowsNoConditions,
      ),
    );
  } catch (error) {
    failed.abort();
    await abortUpload(session, key, UploadId);
    throw error;
  }
}

interface StoredPart {
  PartNumber: number;
  ETag: string | undefined;
}

async function putParts(
  session: S3Session,
  { key, UploadId, failed }: { key: string; UploadId: string; failed: AbortController },
  parts: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<StoredPart[]> {
  const stored: StoredPart[] = [];
  const under = new Set<Promise<void>>();
  let failure: unknown = null;
  const put = async (PartNumber: number, Body: Buffer) => {
    const { ETag } = await session.call('UploadPart', signal, (s3, options) =>
      s3.uploadPart({ ...at(session, key), UploadId, PartNumber, Body }, options),
    );
    stored.push({ PartNumber, ETag });
  };
  let number = 0;
  for await (const body of parts) {
    number += 1;
    if (number > MAX_PARTS)
      throw new AppError(
        'destination_refused',
        `One file of a backup in an S3 store may have ${(PART_BYTES * MAX_PARTS) / 1024 ** 3} GiB, and this one has more.`,
      );
    const one: Promise<void> = put(number, body)
      .catch((error: unknown) => {
        failure ??= error;
        failed.abort();
      })
      .finally(() => under.delete(one));
    under.add(one);
    if (under.size >= AT_ONCE) await Promise.race(under);
    if (failure !== null) break;
  }
  await Promise.all(under);
  if (failure !== null) throw failure;
  return stored.sort((a, b) => a.PartNumber - b.PartNumber);
}

async function* chain(begun: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* begun;
  yield* rest;
}

/** Parts of exactly one size, but for the last. */
async function* cutInParts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, undefined> {
  let part = Buffer.allocUnsafe(PART_BYTES);
  let filled = 0;
  for await (const chunk of content)
    for (let taken = 0; taken < chunk.length; ) {
      const length = Math.min(chunk.length - taken, PART_BYTES - filled);
      part.set(chunk.subarray(taken, taken + length), filled);
      taken += length;
      filled += length;
      if (filled < PART_BYTES) continue;
      yield part;
      part = Buffer.allocUnsafe(PART_BYTES);
      filled = 0;
    }
  if (filled > 0) yield part.subarray(0, filled);
  return undefined;
}

/** How long somebody waits for the end of what failed already. */
const ABORT_WITHIN_MS = 15_000;

async function abortUpload(session: S3Session, key: string, UploadId: string): Promise<void> {
  await session
    .call('AbortMultipartUpload', AbortSignal.timeout(ABORT_WITHIN_MS), (s3, options) =>
      s3.abortMultipartUpload({ ...at(session, key), UploadId }, options),
    )
    // The error that ended the upload is the one to be said; the next backup ends what is left.
    .catch(() => undefined);
}

/** So many are ended at once; the rest next time. */
const MAX_ENDED = 1000;

const hasNoList = (error: unknown) => {
  const { status } = readFailure(error);
  return status === 501 || (status >= 400 && status < 500 && status !== 429);
};

/** Ends uploads below a prefix that a kill cut short, where the store lists them and lets them be seen. */
export async function endUploads(session: S3Session, prefix: string, signal: AbortSignal): Promise<void> {
  const { place } = session;
  const { Uploads } = await session
    .call(
      'ListMultipartUploads',
      signal,
      (s3, options) =>
        s3.listMultipartUploads({ Bucket: place.bucket, Prefix: prefix, MaxUploads: MAX_ENDED }, options),
      hasNoList,
    )
    .catch((error: unknown) => {
      if (error instanceof AppError || !hasNoList(error)) throw error;
      return { Uploads: [] };
    });
  for (const { Key, UploadId } of Uploads ?? [])
    if (Key?.startsWith(prefix) && UploadId) await abortUpload(session, Key, UploadId);
}

const at = ({ place }: S3Session, key: string) => ({ Bucket: place.bucket, Key: key });

const encryption = ({ place }: S3Session) =>
  place.encryption === null ? {} : { ServerSideEncryption: place.encryption };
