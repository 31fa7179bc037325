import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { S3 } from '@aws-sdk/client-s3';
import { AppError } from '../../../kernel/app-error.ts';
import { readFailure, type S3Call, toS3Error } from './s3-errors.ts';
import {
  findEndpoint,
  findHost,
  isAmazon,
  requireCredentials,
  type S3Credentials,
  type S3Place,
} from './s3-place.ts';

/** How long a store may take. */
export interface S3Limits {
  /** To take a connection. */
  connectMs: number;
  /** Without a byte in either direction: before the first one of an answer, and between any two. */
  silentMs: number;
  /** For a whole answer that is not the content of an object. */
  answerMs: number;
  /** How often a call is made that was refused for the moment, and how long is waited before the second. */
  attempts: number;
  firstWaitMs: number;
}

export const s3Limits: S3Limits = {
  connectMs: 10_000,
  silentMs: 30_000,
  answerMs: 120_000,
  attempts: 4,
  firstWaitMs: 500,
};
const LONGEST_WAIT_MS = 10_000;
/** A page of a list has a thousand names of 1024 bytes at most. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface CallOptions {
  abortSignal: AbortSignal;
}

/** Calls to one bucket. */
export interface S3Session {
  readonly place: S3Place;
  readonly limits: S3Limits;
  /**
   * Makes a call, again where it was refused for the moment. Throws `destination_gone`, `destination_refused`,
   * `destination_full`, and what `pass` lets through as it is.
   */
  call<T>(
    name: S3Call,
    signal: AbortSignal,
    make: (s3: S3, options: CallOptions) => Promise<T>,
    pass?: (error: unknown) => boolean,
  ): Promise<T>;
}

/** @param credentials asked for at the first call. */
export function openSession(
  place: S3Place,
  credentials: () => S3Credentials,
  limits: S3Limits = s3Limits,
): S3Session {
  let client: Promise<S3> | null = null;
  return {
    place,
    limits,
    async call(name, signal, make, pass = () => false) {
      client ??= createClient(place, credentials(), limits);
      const s3 = await client;
      for (let attempt = 1; ; attempt++) {
        signal.throwIfAborted();
        try {
          return await make(s3, { abortSignal: signal });
        } catch (error) {
          signal.throwIfAborted();
          if (pass(error)) throw error;
          const waitMs = Math.min(limits.firstWaitMs * 2 ** (attempt - 1), LONGEST_WAIT_MS);
          if (attempt >= limits.attempts || !mayBeRepeated(error)) throw toS3Error(error, place, name);
          await wait(waitMs * (0.5 + Math.random() / 2), undefined, { signal });
        }
      }
    },
  };
}

const FOR_THE_MOMENT = [
  'SlowDown',
  'RequestTimeout',
  'TimeoutError',
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EAI_AGAIN',
  // The SDK has noted the clock of the store by then.
  'RequestTimeTooSkewed',
];

function mayBeRepeated(error: unknown): boolean {
  if (error instanceof AppError) return false;
  const { code, status } = readFailure(error);
  return FOR_THE_MOMENT.includes(code) || [429, 500, 502, 503, 504].includes(status);
}

/** SECURITY: a log line of the SDK may have what a call has. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * SECURITY: everything that the SDK would otherwise look for in the environment, in `~/.aws` or at a cloud's metadata
 * service is given here: credentials, region, endpoint, retries. It follows no redirects, and its agents know no proxies.
 */
async function createClient(place: S3Place, credentials: S3Credentials, limits: S3Limits): Promise<S3> {
  requireCredentials(credentials);
  // Large, and only of use to those who have such a destination.
  const [{ S3 }, { Agent: HttpAgent }, { Agent: HttpsAgent }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('node:http'),
    import('node:https'),
  ]);
  const checksums = isAmazon(place) ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  const agent = { keepAlive: true, maxSockets: 16 };
  const s3 = new S3({
    credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
    region: place.region,
    endpoint: findEndpoint(place).origin,
    forcePathStyle: place.isPathStyle,
    followRegionRedirects: false,
    useArnRegion: false,
    useAccelerateEndpoint: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    disableMultiregionAccessPoints: true,
    disableS3ExpressSessionAuth: true,
    expectContinueHeader: false,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    defaultsMode: 'standard',
    authSchemePreference: ['sigv4'],
    sigv4aSigningRegionSet: [place.region],
    userAgentAppId: 'temps-desktop',
    defaultUserAgentProvider: async () => [['temps-desktop', '1']],
    retryMode: 'standard',
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: limits.connectMs,
      socketTimeout: limits.silentMs,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
    logger: silent,
  });
  s3.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as { path?: string };
      // Older stores sign the address of a bucket without the slash at its end, which all take.
      if (request.path === `/${place.bucket}/`) request.path = `/${place.bucket}`;
      return await next(args);
    },
    { step: 'build', name: 'signAsOlderStores' },
  );
  s3.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const output = await next(args);
        const { response } = output as { response?: { statusCode: number; body?: unknown } };
        const isContent =
          commandName === 'GetObjectCommand' &&
          response?.statusCode !== undefined &&
          response.statusCode < 300;
        if (response?.body instanceof Readable && !isContent)
          response.body = await readAnswer(response.body, place, limits.answerMs);
        return output;
      },
    // Nearest to the connection: before anything parses an answer.
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  );
  return s3;
}

/** SECURITY: a store may be anybody: an answer that does not end is given up. */
async function readAnswer(body: Readable, place: S3Place, answerMs: number): Promise<Readable> {
  const host = findHost(place);
  const late = setTimeout(
    () => body.destroy(new AppError('destination_gone', `${host} did not answer in time.`)),
    answerMs,
  );
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES)
        throw new AppError('destination_refused', `${host} answers with more than an S3 store does.`);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(late);
    body.destroy();
  }
  return Readable.from(size === 0 ? [] : [Buffer.concat(chunks)], { objectMode: false });
}
