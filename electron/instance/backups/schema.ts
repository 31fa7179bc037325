import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { BackupReason } from './format/manifest.ts';
import type { BackupState, DestinationKind, DrillResult } from './vocabulary.ts';

export const backupDestinations = sqliteTable('backup_destinations', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  kind: text('kind').$type<DestinationKind>().notNull(),
  /** As people call it: `backup now --to NAME`. */
  name: text('name').notNull().unique(),
  /** Of a folder, absolute. */
  path: text('path').notNull(),
  /** Where the folder's file system is mounted: see destinations/folder-place.ts. */
  mountPoint: text('mount_point').notNull(),
  volumeId: text('volume_id'),
  /** Whether its backups are not encrypted. */
  isReadable: integer('is_readable', { mode: 'boolean' }).notNull(),
  /** Whether it was on another disk than the database when it was last looked at. */
  separate: integer('separate', { mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
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
});
