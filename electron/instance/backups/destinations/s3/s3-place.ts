import { BlockList, isIP } from 'node:net';
import { isWithin, LOOPBACK } from '../../../kernel/addresses.ts';
import { AppError } from '../../../kernel/app-error.ts';

export const s3Encryptions = ['AES256', 'aws:kms'] as const;
/** How the store is asked to encrypt objects itself, beside what a backup does. */
export type S3Encryption = (typeof s3Encryptions)[number];

/** Where in an S3-compatible store. */
export interface S3Place {
  /** `https://host[:port]`; null for Amazon's own of the region. */
  endpoint: string | null;
  region: string;
  bucket: string;
  /** Without slashes at its ends; empty for the bucket itself. */
  prefix: string;
  /** `host/bucket` instead of `bucket.host`. */
  isPathStyle: boolean;
  encryption: S3Encryption | null;
}

/** What signs the calls to a store. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface GivenS3Place {
  endpoint?: string | null | undefined;
  region?: string | undefined;
  bucket: string;
  prefix?: string | undefined;
  isPathStyle?: boolean | undefined;
  encryption?: S3Encryption | null | undefined;
}

const REGION = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;
/** No colon or slash: an ARN would lead elsewhere than the endpoint says. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;
const PREFIX_STEP = /^[A-Za-z0-9_][A-Za-z0-9_.=@+-]{0,199}$/;
const MAX_PREFIX = 500;
/** What people do who have no region: stores that know none take this one. */
const ANY_REGION = 'us-east-1';

/** Throws `invalid_request` with the field. Who is given a place from outside calls `requirePrivateWay` too. */
export function parseS3Place(given: GivenS3Place): S3Place {
  const region = given.region?.trim() || ANY_REGION;
  const prefix = (given.prefix ?? '').replace(/^\/+|\/+$/g, '');
  if (!REGION.test(region)) throw invalid('region', 'a region as the store calls it, such as eu-central-1');
  if (!BUCKET.test(given.bucket)) throw invalid('bucket', 'the name of a bucket');
  if (
    prefix !== '' &&
    (prefix.length > MAX_PREFIX || !prefix.split('/').every((step) => PREFIX_STEP.test(step)))
  )
    throw invalid('prefix', 'names of letters, digits and _.=@+- with / between them');
  return {
    endpoint: given.endpoint?.trim() ? parseEndpoint(given.endpoint.trim()) : null,
    region,
    bucket: given.bucket,
    prefix,
    isPathStyle: given.isPathStyle ?? false,
    encryption: given.encryption ?? null,
  };
}

function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url && !url.username && !url.password && url.pathname === '/' && !url.search && !url.hash;
  if (!isPlain || !['https:', 'http:'].includes(url.protocol))
    throw invalid('endpoint', 'an address such as https://s3.example.org, without a path');
  // SECURITY: where clouds hand out credentials to whoever asks.
  if (LINK_LOCAL.check(hostOf(url), isIP(hostOf(url)) === 6 ? 'ipv6' : 'ipv4'))
    throw invalid('endpoint', 'not an address of the local link');
  return url.origin;
}

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6');

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

export function isLoopback(host: string): boolean {
  return isIP(host) === 0 ? host === 'localhost' || host.endsWith('.localhost') : isWithin(host, LOOPBACK);
}

/**
 * SECURITY: over plain http, whoever is on the way sees and changes what passes. The secret access key is never sent, and a
 * changed backup is found; but names of files, times and sizes are seen, and a backup that is readable without the key is
 * read. So it takes an explicit yes, but for this computer itself, and no readable backups. Throws `invalid_request`.
 */
export function requirePrivateWay(
  { endpoint }: S3Place,
  { acceptsPlainHttp, isReadable }: { acceptsPlainHttp: boolean; isReadable: boolean },
): void {
  if (endpoint === null || endpoint.startsWith('https:') || isLoopback(hostOf(new URL(endpoint)))) return;
  if (isReadable)
    throw invalid('endpoint', 'https, since its backups can be read without the key', READABLE_OVER_HTTP);
  if (!acceptsPlainHttp) throw invalid('endpoint', 'https, or an explicit yes to plain http', OVER_HTTP);
}

const OVER_HTTP =
  'This endpoint is plain http: everyone on the way sees when backups are made and how large they are, and can keep them from arriving. Their content is encrypted, and the secret access key is never sent. Use https, or say that plain http is accepted.';
const READABLE_OVER_HTTP =
  'Backups that can be read without the key are not sent over plain http: everyone on the way would read them. Use https, or let them be encrypted.';

function invalid(field: string, rule: string, message = `The ${field} is ${rule}.`): AppError {
  return new AppError('invalid_request', message, { fields: { [field]: rule } });
}

/** The address that calls go to. */
export function findEndpoint({ endpoint, region }: S3Place): URL {
  const amazon = `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  return new URL(endpoint ?? amazon);
}

/** Whether it is Amazon's own store, which takes what others do not all know. */
export function isAmazon(place: S3Place): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(findEndpoint(place).hostname);
}

export function findHost(place: S3Place): string {
  return hostOf(findEndpoint(place));
}

/** For people, and in commands: `s3://bucket/prefix`. */
export function formatS3Place({ bucket, prefix }: Pick<S3Place, 'bucket' | 'prefix'>): string {
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
}

/** `s3://bucket/prefix`, or null for what is none. */
export function parseS3Address(text: string): { bucket: string; prefix: string } | null {
  const found = /^s3:\/\/([^/]*)\/?(.*)$/.exec(text);
  return found ? { bucket: found[1] ?? '', prefix: found[2] ?? '' } : null;
}

/** Printable, without spaces: what a header takes. */
const CREDENTIAL = /^[\x21-\x7e]{1,512}$/;

/** SECURITY: what they are is not shown. Throws `invalid_request`. */
export function requireCredentials({ accessKeyId, secretAccessKey }: S3Credentials): void {
  for (const [field, value] of [
    ['access_key_id', accessKeyId],
    ['secret_access_key', secretAccessKey],
  ] as const)
    if (!CREDENTIAL.test(value))
      throw new AppError(
        'invalid_request',
        'The credentials have a space, or a sign that no access key has.',
        {
          fields: { [field]: 'letters, digits and signs, without spaces' },
        },
      );
}
