import { AppError } from '../../../kernel/app-error.ts';
import { findHost, type S3Place } from './s3-place.ts';

/** Every call that is made to a store, with what somebody may not do who may not make it. */
export const callWords = {
  PutObject: 'write objects',
  CreateMultipartUpload: 'write objects in parts',
  UploadPart: 'write objects in parts',
  CompleteMultipartUpload: 'write objects in parts',
  AbortMultipartUpload: 'end uploads that were cut short',
  ListMultipartUploads: 'list uploads that were cut short',
  HeadObject: 'look at objects',
  GetObject: 'read objects',
  ListObjectsV2: 'list objects (s3:ListBucket)',
  DeleteObject: 'delete objects',
  GetBucketVersioning: 'see whether versions are kept',
  GetObjectLockConfiguration: 'see whether objects are locked',
  GetBucketEncryption: 'see the default encryption',
  GetPublicAccessBlock: 'see whether public access is blocked',
  GetBucketPolicyStatus: 'see whether the bucket is public',
} as const;
export type S3Call = keyof typeof callWords;

/** What the SDK throws, of what it may have. */
interface Thrown {
  name?: unknown;
  code?: unknown;
  Code?: unknown;
  Region?: unknown;
  $metadata?: { httpStatusCode?: number };
  $response?: { statusCode?: number; headers?: Record<string, string> };
}

const NAME = /^[A-Za-z][A-Za-z0-9_.]{0,60}$/;
const REGION = /^[a-z0-9-]{1,40}$/;

/** SECURITY: only names of errors are taken from an answer: a message may quote the request, or be anybody's text. */
export function readFailure(error: unknown): { code: string; status: number; region: string | null } {
  const { name, code, Code, Region, $metadata, $response } = (error ?? {}) as Thrown;
  const named = [Code, code, name].find((text) => typeof text === 'string' && NAME.test(text));
  const region = [Region, $response?.headers?.['x-amz-bucket-region']].find(
    (text): text is string => typeof text === 'string' && REGION.test(text),
  );
  return {
    code: typeof named === 'string' ? named : '',
    status: $metadata?.httpStatusCode ?? $response?.statusCode ?? 0,
    region: region ?? null,
  };
}

const OTHER_REGION = [
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
];
const WRONG_KEY = [
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'ExpiredToken',
  'InvalidSecurity',
];
const BUSY = [
  'SlowDown',
  'ServiceUnavailable',
  'TooManyRequests',
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
];
const FULL = [
  'QuotaExceeded',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'InsufficientStorage',
  'InsufficientCapacity',
  'StorageQuotaExceeded',
  'ServiceQuotaExceededException',
];
const UNTRUSTED = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH)/;
const SILENT = ['TimeoutError', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'RequestTimeout'];
const BROKEN = [
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'aborted',
];

/**
 * What a store, or the way to it, answered, as what it means for a backup there. What is named already stays what it is; so
 * does a stop that was asked for, which the caller looks for first.
 */
export function toS3Error(error: unknown, place: S3Place, call: S3Call): AppError {
  if (error instanceof AppError) return error;
  const { code, status, region } = readFailure(error);
  const host = findHost(place);
  const { bucket } = place;
  const details = { call, ...(region === null ? {} : { region }) };
  const gone = (text: string) => new AppError('destination_gone', text, { details });
  const refused = (text: string) => new AppError('destination_refused', text, { details });

  if (code === 'NoSuchBucket')
    return gone(`There is no bucket ${bucket} at ${host}. Nothing was written elsewhere.`);
  if (OTHER_REGION.includes(code) || status === 301 || status === 307)
    return refused(
      region === null || region === place.region
        ? `${host} says that the bucket ${bucket} is to be called elsewhere. Check its region, and its endpoint.`
        : `The bucket ${bucket} is in the region ${region}, and not in ${place.region}. Give ${region} as its region.`,
    );
  if (status >= 300 && status < 400)
    return refused(`${host} sends calls elsewhere, which is not followed. Give the endpoint itself.`);
  if (code === 'RequestTimeTooSkewed')
    return refused(
      `${host} refuses calls because the clock of this computer differs from its own by too much. Set the clock.`,
    );
  if (WRONG_KEY.includes(code))
    return refused(
      code === 'SignatureDoesNotMatch'
        ? `${host} does not accept the secret access key. Enter the credentials again.`
        : `${host} does not know the access key. Enter the credentials again.`,
    );
  if (FULL.includes(code) || status === 507)
    return new AppError(
      'destination_full',
      `There is not enough space in the bucket ${bucket}. Free some space, or choose another place.`,
      { details },
    );
  if (call === 'GetObject' && status === 412)
    return gone(`An object in ${bucket} was changed while it was read. Try again.`);
  if (code === 'PreconditionFailed' || code === 'ConditionalRequestConflict' || status === 412)
    return refused(`There is an object of that name in ${bucket} already. It was not changed.`);
  if (/lock|worm|retention/i.test(code) || (call === 'DeleteObject' && status === 400))
    return refused(
      `An object in ${bucket} is locked against being changed or deleted until its time has passed (${code}).`,
    );
  if (code === 'AccessDenied' || status === 403 || status === 401)
    return refused(
      `These credentials may not ${callWords[call]} in the bucket ${bucket} (${call} was refused).`,
    );
  if (BUSY.includes(code) || status === 503 || status === 429)
    return gone(`${host} is busy and asked to be called later, several times. Try again later.`);
  if (UNTRUSTED.test(code))
    return refused(
      `The certificate of ${host} is not one that this computer trusts (${code}). Nothing was sent.`,
    );
  if (SILENT.includes(code)) return gone(`${host} did not answer in time. Check that it can be reached.`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return gone(
      place.endpoint !== null && !place.isPathStyle
        ? `The address ${bucket}.${host} cannot be found. Check the endpoint and the network; many stores take path style alone.`
        : `The address of ${host} cannot be found. Check the endpoint, and the network.`,
    );
  if (BROKEN.includes(code) || code.startsWith('HPE_'))
    return gone(`The connection to ${host} broke. Try again.`);
  if (/^E[A-Z]+$/.test(code)) return gone(`${host} cannot be reached (${code}).`);
  if (status >= 500) return gone(`${host} failed (${status}${code ? `, ${code}` : ''}). Try again later.`);
  return refused(
    `${host} did not answer ${call} as an S3 store does (${[status || '', code].filter(Boolean).join(', ') || 'no status'}). Check the endpoint, and whether it takes path style.`,
  );
}
