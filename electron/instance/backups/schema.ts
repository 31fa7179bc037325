import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { secrets } from '../vault/schema.ts';
import type { S3Encryption } from './destinations/s3/s3-place.ts';
import type { BackupReason } from './format/manifest.ts';
import type { RetentionPolicy } from './retention/policy.ts';
import type { BackupState, DestinationKind, DrillResult, OldComputer, WriterVerdict } from './vocabulary.ts';

export const backupDestinations = sqliteTable('backup_destinations', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  kind: text('kind').$type<DestinationKind>().notNull(),
  /** As people call it: `backup now --to NAME`. */
  name: text('name').notNull().unique(),
  /** Of a folder, absolute; of a bucket as people write it, which nothing is read from. */
  path: text('path').notNull(),
  /** Where the folder's file system is mounted, empty for a bucket: see destinations/folder-place.ts. */
  mountPoint: text('mount_point').notNull(),
  volumeId: text('volume_id'),
  /** Whether its backups are not encrypted. */
  isReadable: integer('is_readable', { mode: 'boolean' }).notNull(),
  /** `age1…` of those besides the instance who can decrypt its backups, as JSON. */
  recipients: text('recipients', { mode: 'json' }).$type<string[]>().notNull().default([]),
  /** Whether it was on another disk than the database when it was last looked at. */
  separate: integer('separate', { mode: 'boolean' }).notNull(),
  /** Name of a file in the folder that is called as a copy of a key is, when it was last looked at; null for none. */
  keyFile: text('key_file'),
  /** How many backups are kept there, as JSON; null for all. */
  retention: text('retention', { mode: 'json' }).$type<RetentionPolicy>(),
  createdAt: integer('created_at').notNull(),
});

/** Destinations in S3-compatible stores: see destinations/s3/s3-place.ts. */
export const backupBuckets = sqliteTable('backup_buckets', {
  destinationId: integer('destination_id')
    .primaryKey()
    .references(() => backupDestinations.id, { onDelete: 'cascade' }),
  endpoint: text('endpoint'),
  region: text('region').notNull(),
  bucket: text('bucket').notNull(),
  prefix: text('prefix').notNull(),
  isPathStyle: integer('is_path_style', { mode: 'boolean' }).notNull(),
  encryption: text('encryption').$type<S3Encryption>(),
  accessKeyId: text('access_key_secret_id')
    .notNull()
    .references(() => secrets.id),
  secretAccessKey: text('secret_key_secret_id')
    .notNull()
    .references(() => secrets.id),
  credentialsSetAt: integer('keys_set_at').notNull(),
});

/** What this instance knows of the backups it made. What is at a destination is the destination's to say. */
export const backups = sqliteTable(
  'backups',
  {
    /** As in its manifest. */
    id: text('id').primaryKey(),
    destinationId: integer('destination_id')
      .notNull()
      .references(() => backupDestinations.id, { onDelete: 'cascade' }),
    /** The data directory that made it: a restored one is another writer. */
    writerId: text('writer_id').notNull(),
    /** Below the destination; null before anything was written there, and once nothing is left there. */
    folder: text('folder'),
    /** Since when nothing of it was found there, though this instance did not remove it. */
    goneAt: integer('gone_at'),
    /** The destination refused to remove it, as by a lock of the bucket: said once. */
    isHeld: integer('is_held', { mode: 'boolean' }).notNull().default(false),
    /** Null before it had a manifest. */
    sequence: integer('sequence'),
    why: text('why').$type<BackupReason>().notNull(),
    takenAt: integer('taken_at').notNull(),
    state: text('state').$type<BackupState>().notNull(),
    sizeBytes: integer('size_bytes'),
    keyFingerprint: text('key_fingerprint').notNull(),
    confirmedAt: integer('confirmed_at'),
    errorCode: text('error_code'),
    errorDetail: text('error_detail'),
    drilledAt: integer('drilled_at'),
    drillResult: text('drill_result').$type<DrillResult>(),
    /** In words, of a drill that failed. */
    drillReason: text('drill_reason'),
  },
  (table) => [index('backups_by_destination').on(table.destinationId, table.takenAt)],
);

/** One row: the next manifest of this data directory. It is in no backup, so that what is restored begins anew. */
export const backupWriter = sqliteTable('backup_writer', {
  id: integer('id').primaryKey(),
  writerId: text('writer_id').notNull(),
  nextSequence: integer('next_sequence').notNull(),
  /** HMAC of the newest manifest, in hex; null before the first. */
  lastMac: text('last_mac'),
  /** The data directory it belongs to, as JSON: a copy of that is another writer. See vault/home/home.ts. */
  home: text('home').notNull(),
  /** Epoch ms since when this data directory is this writer; null until it looked for others. */
  since: integer('since'),
});

/** Other data directories whose backups of this instance were seen: those from before a restore, or a copy that runs. */
export const backupOtherWriters = sqliteTable('backup_other_writers', {
  writerId: text('writer_id').primaryKey(),
  firstSeenAt: integer('first_seen_at').notNull(),
  /** Of its newest backup. */
  newestTakenAt: integer('newest_taken_at').notNull(),
  newestAt: text('newest_at').notNull(),
  /** What a person said of it, and when: it runs no more, or it does not and its backups are kept as if made here. */
  verdict: text('verdict').$type<WriterVerdict>(),
  verdictAt: integer('verdict_at'),
});

/** When backups are made without being asked for. */
export const backupSchedules = sqliteTable('backup_schedules', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  name: text('name').notNull().unique(),
  description: text('description'),
  tags: text('tags', { mode: 'json' }).$type<string[]>().notNull(),
  destinationId: integer('destination_id')
    .notNull()
    .references(() => backupDestinations.id, { onDelete: 'cascade' }),
  /** Cron of five or six fields, in the time zone of the machine; or `@plugged-in`, see schedules/drive-seen.ts. */
  cron: text('cron').notNull(),
  enabled: integer('enabled', { mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
  /** Since when it is as it is: what was due before is not made up for. */
  updatedAt: integer('updated_at').notNull(),
  /** When it was last begun because it was due; in the beginning, when it was made. */
  lastDueAt: integer('last_due_at').notNull(),
  /** Runs that failed since the last that did not; one under way counts as failed until it has ended. */
  failures: integer('failures').notNull().default(0),
  /** When it is tried again after a failure. */
  retryAt: integer('retry_at'),
  /** When the last run ended, however it did. */
  lastRunAt: integer('last_run_at'),
  errorCode: text('error_code'),
  errorDetail: text('error_detail'),
});

/** At most one row: what was last restored into this data directory. It is in no backup. */
export const restoredBackup = sqliteTable('restored_backup', {
  id: integer('id').primaryKey(),
  backupId: text('backup_id').notNull(),
  takenAt: integer('taken_at').notNull(),
  restoredAt: integer('restored_at').notNull(),
  /** Whether the key vouched for it, and every encrypted value was decrypted. */
  isVerified: integer('is_verified', { mode: 'boolean' }).notNull(),
  /** What became of the computer that made it; null while nobody said. See restore/old-computer.ts. */
  oldComputer: text('old_computer').$type<OldComputer>(),
});
