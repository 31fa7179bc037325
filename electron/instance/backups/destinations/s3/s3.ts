import { Readable } from 'node:stream';
import { AppError } from '../../../kernel/app-error.ts';
import { type Destination, INSTANCE_PREFIX, type StoredFile } from '../destination.ts';
import { readFailure, toS3Error } from './s3-errors.ts';
import { formatS3Place } from './s3-place.ts';
import type { S3Session } from './s3-session.ts';
import { endUploads, upload } from './s3-upload.ts';

/** As of a folder: a list that leaves something out could hide a backup. */
const MAX_FILES = 200_000;
/** SECURITY: a store whose list never ends is given up: with a thousand names a page, ten million of them. */
const MAX_PAGES = 10_000;
/** How often an object is read on from where the connection broke. */
const MAX_BREAKS = 8;
/** Of one step in a path that we write. */
const STEP = /^[\w][\w.-]{0,150}$/;

/**
 * Objects below a prefix of a bucket. SECURITY: what is written there was looked for before, and the store is asked not to
 * replace anything; paths have only names that we give.
 */
export function openS3(session: S3Session): Destination {
  const { place } = session;
  const { bucket: Bucket } = place;
  const root = place.prefix === '' ? '' : `${place.prefix}/`;
  const toKey = (path: string): string => {
    if (path.split('/').every((step) => STEP.test(step))) return `${root}${path}`;
    throw new AppError('destination_refused', 'This is no path of a file in a backup.');
  };
  const toPrefix = (folder: string): string =>
    folder === '' ? `${root}${INSTANCE_PREFIX}` : `${toKey(folder)}/`;

  async function isThere(path: string, signal: AbortSignal): Promise<boolean> {
    try {
      await session.call(
        'HeadObject',
        signal,
        (s3, options) => s3.headObject({ Bucket, Key: toKey(path) }, options),
        // What it cannot tell, the write says better: an answer to this call has no words.
        (error) => readFailure(error).status >= 300 && readFailure(error).status < 500,
      );
      return true;
    } catch (error) {
      if (error instanceof AppError || readFailure(error).status === 0) throw error;
      return false;
    }
  }

  return {
    async list(folder, signal) {
      const prefix = toPrefix(folder);
      const found: StoredFile[] = [];
      for await (const page of listPages(session, prefix, signal))
        for (const { key, sizeBytes } of page) {
          if (!key.startsWith(prefix) || key.endsWith('/')) continue;
          if (found.length >= MAX_FILES)
            throw new AppError(
              'destination_refused',
              `${formatS3Place(place)} holds more than ${MAX_FILES} objects of this instance.`,
            );
          found.push({ path: key.slice(root.length), sizeBytes });
        }
      return found;
    },

    async read(path, signal) {
      const content = readResuming(session, toKey(path), signal);
      // What is not there is said before anything is read.
      const first = await content.next();
      return Readable.from(startWith(first, content), { objectMode: false });
    },

    async write(path, content, signal) {
      const key = toKey(path);
      if (await isThere(path, signal))
        throw new AppError(
          'destination_refused',
          `There is an object ${key} in ${Bucket} already. It was not changed.`,
        );
      await upload(session, key, content, signal);
    },

    async remove(path, signal) {
      await session.call('DeleteObject', signal, (s3, options) =>
        s3.deleteObject({ Bucket, Key: toKey(path) }, options),
      );
    },

    async endWrites(folder, signal) {
      await endUploads(session, toPrefix(folder), signal);
    },
  };
}

/** One page at a time: what is foreign is not kept. */
async function* listPages(
  session: S3Session,
  Prefix: string,
  signal: AbortSignal,
): AsyncGenerator<{ key: string; sizeBytes: number }[]> {
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { IsTruncated, NextContinuationToken, EncodingType, Contents, Name } = await session.call(
      'ListObjectsV2',
      signal,
      (s3, options) =>
        s3.listObjectsV2(
          { Prefix, Bucket: session.place.bucket, EncodingType: 'url', ContinuationToken: token },
          options,
        ),
    );
    // SECURITY: whatever stands in the way and answers all calls with a page of its own says nothing of what is there.
    if (IsTruncated === undefined && Name === undefined)
      throw toS3Error({ $metadata: { httpStatusCode: 200 } }, session.place, 'ListObjectsV2');
    const decode = (text = '') => (EncodingType === 'url' ? decodeName(text) : text);
    yield (Contents ?? []).map(({ Key, Size }) => ({ key: decode(Key), sizeBytes: Size ?? 0 }));
    if (!IsTruncated) return;
    if (!NextContinuationToken || NextContinuationToken === token) break;
    token = NextContinuationToken;
  }
  throw new AppError(
    'destination_refused',
    `The list of ${formatS3Place(session.place)} does not end. Nothing was taken from it.`,
  );
}

/** Names of others may be anything; one that cannot be decoded is none of ours. */
function decodeName(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}

async function* startWith(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** The content of an object, read on where the connection broke, as long as it is the same object. */
async function* readResuming(
  session: S3Session,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let etag: string | undefined;
  for (let breaks = 0; ; ) {
    const { Body, ETag } = await getFrom(session, key, at, etag, signal);
    etag ??= ETag;
    const body = Body as Readable;
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        at += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      breaks += 1;
      // Without its ETag it could be another one by now.
      if (etag === undefined || breaks > MAX_BREAKS) throw toS3Error(error, session.place, 'GetObject');
    } finally {
      body.destroy();
    }
  }
}

async function getFrom(
  session: S3Session,
  key: string,
  at: number,
  etag: string | undefined,
  signal: AbortSignal,
) {
  const { bucket } = session.place;
  const isMissing = (error: unknown) => ['NoSuchKey', 'NotFound'].includes(readFailure(error).code);
  const onwards = { IfMatch: etag, Range: at === 0 ? undefined : `bytes=${at}-` };
  try {
    const got = await session.call(
      'GetObject',
      signal,
      (s3, options) => s3.getObject({ Bucket: bucket, Key: key, ...onwards }, options),
      isMissing,
    );
    if (at > 0 && !got.ContentRange?.startsWith(`bytes ${at}-`))
      throw new AppError('destination_gone', `The connection to the bucket ${bucket} broke. Try again.`);
    return got;
  } catch (cause) {
    if (cause instanceof AppError || !isMissing(cause)) throw cause;
    throw new AppError('not_found', `There is no object ${key} in ${bucket}.`, { cause });
  }
}
