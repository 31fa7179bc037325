import { z } from '@hono/zod-openapi';
import { displayName } from '../../http/shown-text.ts';
import { type Backup, listBackups } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { MANIFEST_FILE } from '../format/manifest.ts';
import { describeGone } from '../listing/gaps.ts';
import { findWriter } from '../making/writer.ts';
import type { BackupState } from '../vocabulary.ts';
import { describeDestination } from './destinations.ts';
import type { KnownDestination, S3Destination } from './known-destination.ts';

/** Stands for a value that is set and never shown; sent back, it changes nothing. */
export const MASKED = '********';

const s3BackupStates = ['running', 'stored', 'completed', 'failed'] as const;
const stateWords: Record<BackupState, (typeof s3BackupStates)[number]> = {
  stored: 'stored',
  confirmed: 'completed',
  failed: 'failed',
};

/** As clients of Temps read a bucket. */
export const s3SourceShape = z
  .object({
    id: z.int(),
    name: z.string(),
    bucket_name: z.string(),
    bucket_path: z.string(),
    endpoint: z.string().nullable(),
    region: z.string(),
    force_path_style: z.boolean(),
    access_key_id: z.string().openapi({ description: 'Never shown' }),
    secret_key: z.string().openapi({ description: 'Never shown' }),
    created_at: z.int(),
    updated_at: z.int(),
  })
  .openapi('S3Source');

const text = z.string().min(1).max(1024);
const optional = {
  endpoint: text.nullish(),
  force_path_style: z.boolean().nullish(),
  /** Ours: https is expected otherwise. */
  accept_plain_http: z.boolean().default(false),
};

export const newS3SourceShape = z
  .object({
    ...optional,
    name: displayName(100),
    bucket_name: text,
    bucket_path: z.string().max(1024),
    region: text,
    access_key_id: text,
    secret_key: text,
  })
  .openapi('NewS3Source');

export const s3SourceChangeShape = z
  .object({
    ...optional,
    name: displayName(100).nullish(),
    bucket_name: text.nullish(),
    bucket_path: z.string().max(1024).nullish(),
    region: text.nullish(),
    access_key_id: text.nullish(),
    secret_key: text.nullish(),
  })
  .openapi('S3SourceChange');

/**
 * As clients of Temps read a backup; ours is `GET /backups/{id}`. What they call a source of S3 is a destination of any kind.
 */
export const s3BackupShape = z
  .object({
    id: z.int().openapi({ description: 'Its number of this computer; 0 before it has one' }),
    backup_id: z.uuid(),
    backup_type: z.literal('full'),
    name: z.string(),
    schedule_id: z.int().nullable(),
    state: z.enum(s3BackupStates).openapi({ description: '`stored`: not verified' }),
    s3_source_id: z.int(),
    s3_location: z.string(),
    size_bytes: z.int(),
    file_count: z.int().nullable(),
    compression_type: z.literal('zstd'),
    checksum: z.string().nullable().openapi({ description: 'Each part has its own, in the manifest' }),
    started_at: z.int(),
    completed_at: z.int().nullable(),
    expires_at: z.int().nullable(),
    error_message: z.string().nullable(),
    created_by: z.int().openapi({ description: '0 where it was no user, or is not known' }),
    metadata: z.object({ key_fingerprint: z.string() }),
    tags: z.array(z.string()),
  })
  .openapi('S3Backup');

/** As clients of Temps read what is in a bucket. */
export const s3BackupIndexShape = z
  .object({
    backups: z.array(
      z
        .object({
          id: z.int(),
          backup_id: z.uuid(),
          name: z.string(),
          backup_type: z.literal('full'),
          created_at: z.iso.datetime(),
          size_bytes: z.int().nullable(),
          location: z.string(),
          metadata_location: z.string().openapi({ description: 'Of its manifest' }),
          engine: z.string().nullable(),
          origin_service_name: z.string().nullable(),
          format: z.string().nullable(),
          source: z
            .literal('db')
            .openapi({ description: 'From the list, which is compared with the bucket' }),
          state: z.enum(s3BackupStates),
        })
        .openapi('S3BackupEntry'),
    ),
    last_updated: z.iso.datetime(),
  })
  .openapi('S3BackupIndex');

export function toS3SourceJson({ id, name, place, credentials, createdAt }: S3Destination) {
  return {
    id,
    name,
    bucket_name: place.bucket,
    bucket_path: place.prefix,
    endpoint: place.endpoint,
    region: place.region,
    force_path_style: place.isPathStyle,
    access_key_id: MASKED,
    secret_key: MASKED,
    created_at: createdAt,
    updated_at: Math.max(createdAt, credentials.setAt),
  };
}

interface About {
  createdBy?: number;
  scheduleId?: number | null;
  keptUntil?: ReadonlyMap<string, number>;
}

/** Backups of one destination, of any kind. */
export function toS3BackupsJson(
  core: BackupsCore,
  known: KnownDestination,
  backups: readonly Backup[],
  { createdBy = 0, scheduleId = null, keptUntil }: About = {},
) {
  const own = findWriter(core.ctx)?.writerId ?? null;
  return backups.map((backup) => {
    const stored = describeStored(core, backup);
    const error = describeGone(backup, own) ?? backup.error?.detail ?? null;
    return {
      ...stored,
      schedule_id: scheduleId,
      s3_source_id: known.id,
      s3_location: findLocation(known, backup),
      size_bytes: backup.sizeBytes ?? 0,
      file_count: null,
      compression_type: 'zstd' as const,
      checksum: null,
      started_at: backup.takenAt,
      completed_at: backup.confirmedAt,
      expires_at: keptUntil?.get(backup.id) ?? null,
      // What a kill would leave is no answer while it is made.
      error_message: stored.state === 'running' ? null : error,
      created_by: createdBy,
      metadata: { key_fingerprint: backup.keyFingerprint },
      tags: [] as string[],
    };
  });
}

/** Those of a bucket that are in it, whoever made them. */
export function toS3BackupIndexJson(core: BackupsCore, source: S3Destination) {
  const there = listBackups(core, source.id).filter(
    ({ folder, goneAt, state }) => folder !== null && goneAt === null && state !== 'failed',
  );
  return {
    backups: there.map((backup) => ({
      ...describeStored(core, backup),
      created_at: new Date(backup.takenAt).toISOString(),
      size_bytes: backup.sizeBytes,
      location: findLocation(source, backup),
      metadata_location: `${findLocation(source, backup)}/${MANIFEST_FILE}`,
      engine: null,
      origin_service_name: null,
      format: null,
      source: 'db' as const,
    })),
    last_updated: new Date(core.ctx.clock.now()).toISOString(),
  };
}

function describeStored({ running }: BackupsCore, { id, sequence, folder, goneAt, state }: Backup) {
  return {
    id: sequence ?? 0,
    backup_id: id,
    backup_type: 'full' as const,
    name: folder ?? id,
    state: running.has(id) ? ('running' as const) : goneAt === null ? stateWords[state] : ('failed' as const),
  };
}

/** The whole path of its folder; of the destination alone where nothing of it is there. */
function findLocation(known: KnownDestination, { folder }: Backup): string {
  const place = describeDestination(known);
  return folder === null ? place : `${place}/${folder}`;
}
