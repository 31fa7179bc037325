import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { secrets } from '../vault/schema.ts';

/** The local certificate authority, and the leaves of the HTTPS door and of the edge. Private keys are sealed. */
export const localCertificates = sqliteTable('local_certificates', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  purpose: text('purpose').$type<'authority' | 'next_authority' | 'leaf' | 'edge_leaf'>().notNull().unique(),
  certificatePem: text('certificate_pem').notNull(),
  privateKeySecretId: text('private_key_secret_id')
    .notNull()
    .references(() => secrets.id),
  /** DNS names and addresses the leaf answers to; of an authority the machine names it may vouch for. */
  names: text('names', { mode: 'json' }).$type<string[]>().notNull(),
  notBefore: integer('not_before').notNull(),
  notAfter: integer('not_after').notNull(),
});
