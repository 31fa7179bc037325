import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { lockedError } from '../../vault/secrets/secret-store.ts';
import { listBackups } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { MANIFEST_FILE } from '../format/manifest.ts';
import { backupOperations } from '../operations.ts';
import type { Destination } from './destination.ts';
import { type Added, getDestination, insertDestination, requireFree } from './destinations.ts';
import { measureStore } from './kinds.ts';
import type { KnownDestination, S3Destination } from './known-destination.ts';
import { probe } from './probe.ts';
import { parseRecipients } from './recipients.ts';
import { type BucketFact, readBucketFacts } from './s3/bucket-facts.ts';
import { openS3 } from './s3/s3.ts';
import { getCredentials, replaceCredentials, sealCredentials } from './s3/s3-credentials.ts';
import {
  findEndpoint,
  formatS3Place,
  type GivenS3Place,
  parseS3Place,
  requireCredentials,
  requirePrivateWay,
  type S3Credentials,
  type S3Place,
} from './s3/s3-place.ts';
import { openSession } from './s3/s3-session.ts';

export interface NewBucket {
  name: string;
  place: GivenS3Place;
  credentials: S3Credentials;
  isReadable: boolean;
  /** Besides the instance itself. */
  recipients?: readonly string[];
  acceptsPlainHttp: boolean;
}

/** Calls nothing yet. For a place that is in no list too: a restore begins with one. */
export function openBucket(place: S3Place, credentials: S3Credentials): Destination {
  requireCredentials(credentials);
  return openS3(openSession(place, () => credentials));
}

/**
 * Adds a bucket, once an object could be written to it, read back, listed and deleted. Throws `vault_locked`, `name_taken`,
 * `conflict`, `invalid_request`, and what the store does.
 */
export async function addBucket(
  core: BackupsCore,
  actor: Caller | null,
  { name, place: given, credentials, isReadable, recipients: others = [], acceptsPlainHttp }: NewBucket,
): Promise<Added> {
  const { ctx } = core;
  const place = parseS3Place(given);
  requirePrivateWay(place, { acceptsPlainHttp, isReadable });
  const isSame = (other: KnownDestination) => other.kind === 's3' && isSamePlace(other.place, place);
  const path = formatS3Place(place);
  requireFree(core, name, path, isSame);
  if (ctx.vault.isLocked) throw lockedError();
  const recipients = await parseRecipients(core, others, isReadable);
  await probe(openBucket(place, credentials), ctx.stopping);
  const { separate, note } = await measureStore(place);
  return ctx.store.transaction(() => {
    requireFree(core, name, path, isSame);
    const row = {
      kind: 's3',
      name,
      path,
      mountPoint: '',
      volumeId: null,
      isReadable,
      recipients,
      separate,
      keyFile: null,
    } as const;
    const id = insertDestination(core, actor, row);
    const sealed = sealCredentials(ctx, credentials);
    ctx.store.sqlite
      .prepare(
        `INSERT INTO backup_buckets (destination_id, endpoint, region, bucket, prefix, is_path_style, encryption,
           access_key_secret_id, secret_key_secret_id, keys_set_at)
         VALUES (@id, @endpoint, @region, @bucket, @prefix, @isPathStyle, @encryption, @accessKeyId, @secretAccessKey, @setAt)`,
      )
      .run({ id, ...place, isPathStyle: Number(place.isPathStyle), ...sealed });
    return { destination: getDestination(core, id), note };
  });
}

function isSamePlace(one: S3Place, other: S3Place): boolean {
  return (
    one.bucket === other.bucket &&
    one.prefix === other.prefix &&
    findEndpoint(one).host === findEndpoint(other).host
  );
}

/** Throws `not_found`, also for a destination of another kind. */
export function getBucket(core: BackupsCore, id: number): S3Destination {
  const known = getDestination(core, id);
  if (known.kind !== 's3') throw new AppError('not_found', `${known.name} is not in an S3 store.`);
  return known;
}

export interface BucketChange {
  name?: string | undefined;
  place: Partial<GivenS3Place>;
  /** What is absent stays as it is. */
  credentials: Partial<S3Credentials>;
  acceptsPlainHttp: boolean;
}

/**
 * Changes how a bucket is called, and with which credentials, once an object could be written to it, read back, listed and
 * deleted so, and, at another endpoint or region, the newest backup is there. The bucket itself and its prefix stay. Throws as adding one does.
 */
export async function changeBucket(
  core: BackupsCore,
  actor: Caller | null,
  id: number,
  change: BucketChange,
): Promise<S3Destination> {
  const { ctx } = core;
  const known = getBucket(core, id);
  const name = change.name ?? known.name;
  const place = parseS3Place({ ...known.place, ...change.place });
  if (place.bucket !== known.place.bucket || place.prefix !== known.place.prefix)
    throw new AppError(
      'conflict',
      'Its backups are in that bucket. Add the other place as another destination.',
    );
  const isOtherEndpoint = place.endpoint !== known.place.endpoint;
  requirePrivateWay(place, {
    // It was said for the endpoint that it has.
    acceptsPlainHttp: change.acceptsPlainHttp || !isOtherEndpoint,
    isReadable: known.isReadable,
  });
  const credentials = completeCredentials(core, known, change.credentials);
  const destination = openBucket(place, credentials);
  await probe(destination, ctx.stopping);
  const isElsewhere = isOtherEndpoint || place.region !== known.place.region;
  if (isElsewhere) await requireNewest(core, known, destination);
  const { separate } = await measureStore(place);
  ctx.store.transaction(() => {
    // It may have been removed meanwhile.
    const now = getBucket(core, id);
    if (name !== now.name) requireFree(core, name, '', () => false);
    ctx.store.sqlite
      .prepare('UPDATE backup_destinations SET name = ?, separate = ? WHERE id = ?')
      .run(name, Number(separate), id);
    ctx.store.sqlite
      .prepare(
        `UPDATE backup_buckets SET endpoint = @endpoint, region = @region, is_path_style = @isPathStyle,
           encryption = @encryption WHERE destination_id = @id`,
      )
      .run({
        id,
        endpoint: place.endpoint,
        region: place.region,
        isPathStyle: Number(place.isPathStyle),
        encryption: place.encryption,
      });
    const isReplaced = Object.values(change.credentials).some((value) => value !== undefined);
    if (isReplaced) replaceCredentials(ctx, now, credentials);
    ctx.audit.append(backupOperations.BACKUP_DESTINATION_CHANGED, actor, {
      id,
      destination: name,
      credentials: isReplaced,
    });
  });
  return getBucket(core, id);
}

/** Both where both are given: then those that are stored need not be readable. */
function completeCredentials(
  { ctx }: BackupsCore,
  known: S3Destination,
  { accessKeyId, secretAccessKey }: Partial<S3Credentials>,
): S3Credentials {
  if (ctx.vault.isLocked) throw lockedError();
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
  const stored = getCredentials(ctx, known);
  return {
    accessKeyId: accessKeyId ?? stored.accessKeyId,
    secretAccessKey: secretAccessKey ?? stored.secretAccessKey,
  };
}

/** Throws `conflict` where the newest backup is not: the endpoint is another store's. */
async function requireNewest(
  core: BackupsCore,
  known: S3Destination,
  destination: Destination,
): Promise<void> {
  const newest = listBackups(core, known.id).find(
    ({ state, folder }) => state === 'confirmed' && folder !== null,
  );
  if (!newest) return;
  try {
    (await destination.read(`${newest.folder}/${MANIFEST_FILE}`, core.ctx.stopping)).destroy();
  } catch (error) {
    if (!hasCode(error, 'not_found')) throw error;
    throw new AppError(
      'conflict',
      `The newest backup of ${known.name} is not there: this is another store. Add it as another destination.`,
    );
  }
}

/** What can be read of the bucket. Throws `vault_locked`, `secret_unreadable`, and what the store does. */
export async function describeBucket(core: BackupsCore, id: number): Promise<BucketFact[]> {
  const known = getBucket(core, id);
  const session = openSession(known.place, () => getCredentials(core.ctx, known));
  return await readBucketFacts(session, core.ctx.stopping);
}
