import type { S3 } from '@aws-sdk/client-s3';
import { AppError } from '../../../kernel/app-error.ts';
import { readFailure, type S3Call } from './s3-errors.ts';
import type { CallOptions, S3Session } from './s3-session.ts';

export const bucketFactTitles = {
  encryption: 'Encryption by the store',
  public_access: 'Public access',
  versioning: 'Versions',
  object_lock: 'Object lock',
} as const;
export type BucketFactName = keyof typeof bucketFactTitles;
export const bucketFactNames = Object.keys(bucketFactTitles) as BucketFactName[];

/** What a bucket says of itself, in words. */
export interface BucketFact {
  name: BucketFactName;
  text: string;
  /** Whether backups are less safe by it. */
  isWarning: boolean;
  /** The call that these credentials may not make; null where they may, or the store does not know it. */
  refusedCall: S3Call | null;
}

type Answer<T> = { got: T } | { without: string } | { refused: true };

/** Nothing of it is needed for backups: what may not be seen is said, and is no error. Throws what cannot be reached. */
export async function readBucketFacts(session: S3Session, signal: AbortSignal): Promise<BucketFact[]> {
  const Bucket = session.place.bucket;
  async function ask<T>(
    call: S3Call,
    make: (s3: S3, options: CallOptions) => Promise<T>,
  ): Promise<Answer<T>> {
    try {
      return { got: await session.call(call, signal, make, (error) => readFailure(error).status >= 400) };
    } catch (error) {
      if (error instanceof AppError) throw error;
      const { code, status } = readFailure(error);
      return status === 403 || status === 401 ? { refused: true } : { without: code };
    }
  }
  const say = (
    name: BucketFactName,
    call: S3Call,
    answer: Answer<unknown>,
    said: () => string,
    isWarning = false,
  ) => {
    if ('refused' in answer)
      return {
        name,
        text: `Not known: these credentials may not call ${call}.`,
        isWarning: false,
        refusedCall: call,
      };
    return { name, text: said(), isWarning, refusedCall: null };
  };
  const [encryption, block, policy, versioning, lock] = await Promise.all([
    ask('GetBucketEncryption', (s3, options) => s3.getBucketEncryption({ Bucket }, options)),
    ask('GetPublicAccessBlock', (s3, options) => s3.getPublicAccessBlock({ Bucket }, options)),
    ask('GetBucketPolicyStatus', (s3, options) => s3.getBucketPolicyStatus({ Bucket }, options)),
    ask('GetBucketVersioning', (s3, options) => s3.getBucketVersioning({ Bucket }, options)),
    ask('GetObjectLockConfiguration', (s3, options) => s3.getObjectLockConfiguration({ Bucket }, options)),
  ]);
  const isPublic = 'got' in policy && policy.got.PolicyStatus?.IsPublic === true;
  // What blocks public access also says that a public policy has no effect.
  const isBlocked = 'got' in block && isWholeBlock(block.got.PublicAccessBlockConfiguration ?? {});
  return [
    say('encryption', 'GetBucketEncryption', encryption, () => describeEncryption(encryption)),
    isPublic && !isBlocked
      ? {
          name: 'public_access',
          text: 'The bucket is public: anyone can read what is in it, or list it.',
          isWarning: true,
          refusedCall: null,
        }
      : say('public_access', 'GetPublicAccessBlock', block, () => describeAccess(isBlocked, block, policy)),
    say('versioning', 'GetBucketVersioning', versioning, () =>
      'got' in versioning ? describeVersioning(versioning.got.Status) : NOT_TOLD,
    ),
    say('object_lock', 'GetObjectLockConfiguration', lock, () => describeLock(lock)),
  ];
}

const NOT_TOLD = 'This store does not tell.';

function isWholeBlock(block: {
  BlockPublicAcls?: boolean | undefined;
  IgnorePublicAcls?: boolean | undefined;
  BlockPublicPolicy?: boolean | undefined;
  RestrictPublicBuckets?: boolean | undefined;
}): boolean {
  return (block.IgnorePublicAcls && block.RestrictPublicBuckets) === true;
}

function describeAccess(isBlocked: boolean, block: Answer<unknown>, policy: Answer<unknown>): string {
  if (isBlocked) return 'Blocked by the bucket.';
  const hasNoBlock =
    'got' in block || ('without' in block && block.without.startsWith('NoSuchPublicAccessBlock'));
  if (!hasNoBlock) return NOT_TOLD;
  const isPrivate = 'got' in policy || ('without' in policy && policy.without === 'NoSuchBucketPolicy');
  return isPrivate ? 'Not blocked; no policy of the bucket makes it public.' : 'Not blocked by the bucket.';
}

interface EncryptionRules {
  ServerSideEncryptionConfiguration?:
    | {
        Rules?:
          | { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string | undefined } | undefined }[]
          | undefined;
      }
    | undefined;
}

function describeEncryption(answer: Answer<EncryptionRules>): string {
  if ('without' in answer)
    return answer.without.startsWith('ServerSideEncryptionConfigurationNotFound')
      ? 'None by default.'
      : NOT_TOLD;
  if (!('got' in answer)) return NOT_TOLD;
  const [rule] = answer.got.ServerSideEncryptionConfiguration?.Rules ?? [];
  const how = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  return how !== undefined && /^[A-Za-z0-9:-]{1,30}$/.test(how) ? `By default (${how}).` : NOT_TOLD;
}

function describeVersioning(status: string | undefined): string {
  if (status === 'Enabled')
    return 'Kept: what is deleted here stays in the bucket as an earlier version until it is deleted there.';
  return status === 'Suspended' ? 'No longer kept; earlier ones may be there.' : 'The bucket reports none.';
}

interface LockRules {
  ObjectLockConfiguration?:
    | {
        ObjectLockEnabled?: string | undefined;
        Rule?:
          | {
              DefaultRetention?:
                | { Mode?: string | undefined; Days?: number | undefined; Years?: number | undefined }
                | undefined;
            }
          | undefined;
      }
    | undefined;
}

function describeLock(answer: Answer<LockRules>): string {
  if ('without' in answer)
    return answer.without.startsWith('ObjectLockConfigurationNotFound')
      ? 'Objects are not locked.'
      : NOT_TOLD;
  if (!('got' in answer)) return NOT_TOLD;
  const { ObjectLockEnabled, Rule } = answer.got.ObjectLockConfiguration ?? {};
  if (ObjectLockEnabled !== 'Enabled') return 'Objects are not locked.';
  const { Days, Years } = Rule?.DefaultRetention ?? {};
  if (Days === undefined && Years === undefined) return 'Objects can be locked; new ones are not.';
  const time = Days === undefined ? `${Years} years` : `${Days} days`;
  return `New objects are locked for ${time}: a backup cannot be deleted for good before that.`;
}
