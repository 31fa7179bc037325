import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One row per top-level section of the settings document. */
export const settingsTable = sqliteTable('settings', {
  section: text('section').primaryKey(),
  value: text('value', { mode: 'json' }).$type<unknown>().notNull(),
  updatedAt: integer('updated_at').notNull(),
});
