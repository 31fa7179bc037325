import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One row: which instance this data directory holds. Key copies and keychain entries name it. */
export const instanceTable = sqliteTable('instance', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** One row that every transaction rewrites: see commit-mark.ts. */
export const commitMarkTable = sqliteTable('commit_mark', {
  id: integer('id').primaryKey(),
  mark: text('mark').notNull(),
});

export interface InstanceIdentity {
  /** UUID. */
  id: string;
  name: string;
}
