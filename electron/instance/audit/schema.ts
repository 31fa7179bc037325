import { sql } from 'drizzle-orm';
import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Append-only: triggers refuse UPDATE, REPLACE, an insertion in between, and DELETE of what no anchor covers. */
export const auditLog = sqliteTable(
  'audit_log',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    at: integer('at').notNull(),
    /** `PROJECT_CREATED`, `ENV_VAR_REVEALED` … */
    operation: text('operation').notNull(),
    actorKind: text('actor_kind').notNull(),
    userId: integer('user_id'),
    /** Who, in words, as it was then: an e-mail address, `owner`, `api key ci`. */
    actor: text('actor').notNull(),
    ip: text('ip'),
    data: text('data', { mode: 'json' }).$type<Record<string, unknown>>(),
    /** Of this line and the hash before it (chain.ts); null in lines of versions without the chain. */
    hash: blob('hash', { mode: 'buffer' }),
  },
  (table) => [
    index('audit_log_by_time').on(table.at),
    index('audit_log_by_operation').on(table.operation),
    index('audit_log_by_actor').on(table.actorKind, table.userId, table.actor, table.at),
    // As `listOfProject` asks: a project that nothing was done in for long is not looked for line by line.
    index('audit_log_by_project').on(sql`"data" ->> 'project_id'`),
  ],
);

/** Where a beginning of the log was removed: the last line of it, its hash, and how many were removed in all. */
export const auditAnchors = sqliteTable('audit_anchors', {
  lastId: integer('last_id').primaryKey(),
  hash: blob('hash', { mode: 'buffer' }).notNull(),
  removed: integer('removed').notNull(),
  at: integer('at').notNull(),
});
