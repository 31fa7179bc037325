import { z } from '@hono/zod-openapi';
import type { Backup } from '../backups.ts';
import type { S3Destination } from './known-destination.ts';
import { formatS3Place } from './s3/s3-place.ts';

/** Stands for a value that is set and never shown; sent back, it changes nothing. */
export const MASKED = '********';

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
    name: z.string(),
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
    name: z.string().nullish(),
    bucket_name: text.nullish(),
    bucket_path: z.string().max(1024).nullish(),
    region: text.nullish(),
    access_key_id: text.nullish(),
    secret_key: text.nullish(),
  })
  .openapi('S3SourceChange');

/** As clients of Temps read a backup; ours is `GET /backups/{id}`. */
export const s3BackupShape = z
  .object({
    id: z.int().openapi({ description: 'Its number of this computer' }),
    backup_id: z.uuid(),
    backup_type: z.literal('full'),
    name: z.string(),
    state: z.enum(['completed', 'failed']),
    s3_source_id: z.int(),
    s3_location: z.string(),
    size_bytes: z.int(),
    compression_type: z.literal('zstd'),
    started_at: z.int(),
    completed_at: z.int().nullable(),
    error_message: z.string().nullable(),
    created_by: z.int(),
    metadata: z.object({ key_fingerprint: z.string() }),
    tags: z.array(z.string()),
  })
  .openapi('S3Backup');

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

export function toS3BackupJson(backup: Backup, { id, place }: S3Destination, createdBy: number) {
  const { folder, state, error } = backup;
  return {
    id: backup.sequence ?? 0,
    backup_id: backup.id,
    backup_type: 'full' as const,
    name: folder ?? backup.id,
    state: state === 'confirmed' ? ('completed' as const) : ('failed' as const),
    s3_source_id: id,
    s3_location: `${formatS3Place(place)}/${folder ?? ''}`,
    size_bytes: backup.sizeBytes ?? 0,
    compression_type: 'zstd' as const,
    started_at: backup.takenAt,
    completed_at: backup.confirmedAt,
    error_message: error?.detail ?? null,
    created_by: createdBy,
    metadata: { key_fingerprint: backup.keyFingerprint },
    tags: [],
  };
}
