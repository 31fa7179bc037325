import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { CopyFormat, CustodyName, KeyState, RotationState, SecretKind } from './vocabulary.ts';

/** The one room for ciphertext. `key_fingerprint` is read from the sealed bytes, so the two cannot disagree. */
export const secrets = sqliteTable(
  'secrets',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<SecretKind>().notNull(),
    sealed: blob('sealed', { mode: 'buffer' }).notNull(),
    keyFingerprint: text('key_fingerprint').generatedAlwaysAs(
      sql`(substr(hex(substr(sealed, 2, 2)), 1, 4) || '-' || hex(substr(sealed, 4, 2)) || '-' || hex(substr(sealed, 6, 2)) || '-' || hex(substr(sealed, 8, 2)))`,
      { mode: 'stored' },
    ),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [
    index('secrets_by_key').on(table.keyFingerprint, table.id),
    index('secrets_by_kind').on(table.kind),
  ],
);

export const keys = sqliteTable(
  'keys',
  {
    fingerprint: text('fingerprint').primaryKey(),
    epoch: integer('epoch').notNull().unique(),
    state: text('state').$type<KeyState>().notNull(),
    /** A sealed constant: opening it checks a key without touching a secret. */
    checkValue: blob('check_value', { mode: 'buffer' }).notNull(),
    custody: text('custody').$type<CustodyName>().notNull(),
    /** Set while a move to another custody still has to remove the key from this one. */
    leavingCustody: text('leaving_custody').$type<CustodyName>(),
    createdAt: integer('created_at').notNull(),
    activatedAt: integer('activated_at').notNull(),
    retiredAt: integer('retired_at'),
    shreddedAt: integer('shredded_at'),
    sealCount: integer('seal_count').notNull().default(0),
    /** Of versions before 0.2, which counted values here; nothing reads it. */
    lostTotal: integer('lost_total'),
  },
  (table) => [uniqueIndex('keys_one_active').on(table.state).where(sql`state = 'active'`)],
);

/** One row at most: what is known of the custody beside the keys' own records. */
export const keyCustody = sqliteTable('key_custody', {
  id: integer('id').primaryKey(),
  /** Where the first key is to be stored, as chosen before there is one. */
  chosen: text('chosen').$type<CustodyName>(),
  /** What the keychain's entries are named by. Null: by the id of the instance. */
  keychainName: text('keychain_name'),
  /** The data directory those entries were made for, as JSON: see custody/home.ts. */
  home: text('home'),
});

export const keyCopies = sqliteTable('key_copies', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  fingerprint: text('fingerprint').notNull(),
  format: text('format').$type<CopyFormat>().notNull(),
  /** As the user named it. */
  place: text('place').notNull(),
  /** File system UUID of the drive, where known. */
  volumeId: text('volume_id'),
  separate: integer('separate', { mode: 'boolean' }).notNull(),
  /** It is separate because whoever read it back said where it lies; this machine never saw that. */
  byWord: integer('by_word', { mode: 'boolean' }).notNull().default(false),
  madeAt: integer('made_at').notNull(),
  verifiedAt: integer('verified_at'),
  /** Written, or shown to the end; until then nobody may have anything of it. */
  finished: integer('finished', { mode: 'boolean' }).notNull().default(true),
});

/** A key split into shares (SLIP-0039), never the shares themselves. */
export const keySplits = sqliteTable('key_splits', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  fingerprint: text('fingerprint').notNull(),
  /** In every share: tells the shares of one split from those of others. */
  identifier: integer('identifier').notNull().unique(),
  threshold: integer('threshold').notNull(),
  shareCount: integer('share_count').notNull(),
  madeAt: integer('made_at').notNull(),
  /** When as many shares as are needed last gave this key. */
  combinedAt: integer('combined_at'),
});

export const keyShares = sqliteTable(
  'key_shares',
  {
    splitId: integer('split_id')
      .notNull()
      .references(() => keySplits.id, { onDelete: 'cascade' }),
    /** From 1. */
    number: integer('number').notNull(),
    /** HMAC under a key derived from the master key: checks one share without the others. */
    mac: blob('mac', { mode: 'buffer' }).notNull(),
    /** Where its owner keeps it, in their words or as a path; null until it was written down or to a file. */
    place: text('place'),
    volumeId: text('volume_id'),
    separate: integer('separate', { mode: 'boolean' }).notNull(),
    verifiedAt: integer('verified_at'),
  },
  (table) => [primaryKey({ columns: [table.splitId, table.number] })],
);

export const rotations = sqliteTable(
  'rotations',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    state: text('state').$type<RotationState>().notNull(),
    oldFingerprint: text('old_fingerprint').notNull(),
    newFingerprint: text('new_fingerprint').notNull(),
    startedAt: integer('started_at').notNull(),
    provenAt: integer('proven_at'),
    sealingAt: integer('sealing_at'),
    finishedAt: integer('finished_at'),
    /** The user typed the new fingerprint instead of proving a copy. */
    withoutCopy: integer('without_copy', { mode: 'boolean' }).notNull().default(false),
    total: integer('total').notNull().default(0),
    /** Count per kind when sealing began, as JSON: compared inside the last transaction. */
    countsBefore: text('counts_before', { mode: 'json' }).$type<Record<string, number>>(),
  },
  () => [uniqueIndex('rotations_one_open').on(sql`(1)`).where(sql`state IN ('staged', 'proven', 'sealing')`)],
);

export const warningSnoozes = sqliteTable('warning_snoozes', {
  reason: text('reason').primaryKey(),
  until: integer('until').notNull(),
  setAt: integer('set_at').notNull(),
});
