import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { secrets } from '../vault/schema.ts';

export const projects = sqliteTable('projects', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  repoName: text('repo_name'),
  repoOwner: text('repo_owner'),
  gitUrl: text('git_url'),
  directory: text('directory').notNull(),
  mainBranch: text('main_branch').notNull(),
  preset: text('preset'),
  automaticDeploy: integer('automatic_deploy', { mode: 'boolean' }).notNull().default(false),
  deploymentConfig: text('deployment_config', { mode: 'json' }).$type<Record<string, unknown>>(),
  enablePreviewEnvironments: integer('enable_preview_environments', { mode: 'boolean' })
    .notNull()
    .default(false),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const environments = sqliteTable(
  'environments',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    slug: text('slug').notNull(),
    branch: text('branch'),
    isPreview: integer('is_preview', { mode: 'boolean' }).notNull().default(false),
    deploymentConfig: text('deployment_config', { mode: 'json' }).$type<Record<string, unknown>>(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [uniqueIndex('environments_by_slug').on(table.projectId, table.slug)],
);

/** A variable of a project, or, with no project, a shared one (`${{shared.NAME}}`). */
export const variables = sqliteTable(
  'env_vars',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    projectId: integer('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    isSecret: integer('is_secret', { mode: 'boolean' }).notNull(),
    /** The value of a plain variable; null for a secret. */
    value: text('value'),
    /** The sealed value of a secret; null for a plain variable. */
    secretId: text('secret_id').references(() => secrets.id),
    includeInPreview: integer('include_in_preview', { mode: 'boolean' }).notNull().default(false),
    /** Order of a `.env` file, kept through import and export. */
    position: integer('position').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** Not there yet, or not any more: see variables/staged-variables.ts. */
    hidden: integer('hidden', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    index('env_vars_by_project').on(table.projectId, table.key),
    index('env_vars_by_secret').on(table.secretId),
    uniqueIndex('env_vars_shared_key').on(table.key).where(sql`project_id IS NULL AND hidden = 0`),
    index('env_vars_hidden').on(table.hidden).where(sql`hidden = 1`),
  ],
);

export const variableEnvironments = sqliteTable(
  'env_var_environments',
  {
    variableId: integer('env_var_id')
      .notNull()
      .references(() => variables.id, { onDelete: 'cascade' }),
    environmentId: integer('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.variableId, table.environmentId] }),
    index('env_var_environments_by_environment').on(table.environmentId),
  ],
);

/** Every value a variable had. The newest version is the one in force. */
export const variableVersions = sqliteTable(
  'env_var_versions',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    variableId: integer('env_var_id')
      .notNull()
      .references(() => variables.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    isSecret: integer('is_secret', { mode: 'boolean' }).notNull(),
    value: text('value'),
    secretId: text('secret_id').references(() => secrets.id),
    change: text('change').$type<'created' | 'updated' | 'reverted'>().notNull(),
    changedBy: text('changed_by').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (table) => [
    uniqueIndex('env_var_versions_by_number').on(table.variableId, table.version),
    index('env_var_versions_by_secret').on(table.secretId),
  ],
);
