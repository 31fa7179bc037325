import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Append-only: a trigger refuses UPDATE and DELETE. */
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
  },
  (table) => [index('audit_log_by_time').on(table.at), index('audit_log_by_operation').on(table.operation)],
);
