import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { secrets } from '../vault/schema.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import type { FoundSource } from './ends/value-end.ts';
import type { NoticedWay, OwnerVia, ReaderKind, ReadWay } from './reads/reader.ts';
import type { UnusualRule } from './reads/unusual-reads.ts';
import type { TrashKind } from './trash/trash-kind.ts';
import type { MoveKind } from './variables/variable-moves.ts';

export const projects = sqliteTable(
  'projects',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    repoName: text('repo_name'),
    repoOwner: text('repo_owner'),
    gitUrl: text('git_url'),
    directory: text('directory').notNull(),
    mainBranch: text('main_branch').notNull(),
    preset: text('preset'),
    automaticDeploy: integer('automatic_deploy', { mode: 'boolean' }).notNull().default(false),
    deploymentConfig: text('deployment_config', { mode: 'json' }).$type<DeploymentConfig>(),
    enablePreviewEnvironments: integer('enable_preview_environments', { mode: 'boolean' })
      .notNull()
      .default(false),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** In the trash: see trash/put-in-trash.ts. */
    hidden: integer('hidden', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [uniqueIndex('projects_by_slug').on(table.slug).where(sql`hidden = 0`)],
);

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
    deploymentConfig: text('deployment_config', { mode: 'json' }).$type<DeploymentConfig>(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** In the trash: see trash/put-in-trash.ts. */
    hidden: integer('hidden', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    uniqueIndex('environments_by_slug').on(table.projectId, table.slug).where(sql`hidden = 0`),
    // Whatever is hidden belongs to its project too.
    index('environments_by_project').on(table.projectId),
  ],
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
    /** What someone wrote about it; not encrypted. Null for none. */
    note: text('note'),
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
    /** When it ends, as someone said: ends/variable-end.ts. */
    endByHand: integer('end_by_hand'),
    /** When it ends, as the value says. */
    foundEndAt: integer('found_end_at'),
    foundEndFrom: text('found_end_from').$type<FoundSource>(),
    /** Whether the value was looked at for that: those of before it was are later. */
    isEndKnown: integer('is_end_known', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    uniqueIndex('env_var_versions_by_number').on(table.variableId, table.version),
    index('env_var_versions_by_secret').on(table.secretId),
    index('env_var_versions_end_by_hand').on(table.endByHand).where(sql`end_by_hand IS NOT NULL`),
    index('env_var_versions_found_end').on(table.foundEndAt).where(sql`found_end_at IS NOT NULL`),
    index('env_var_versions_end_unknown').on(table.id).where(sql`is_end_known = 0`),
  ],
);

/** What happened to variables in an environment, beside their versions: variables/variable-moves.ts. */
export const variableMoves = sqliteTable(
  'env_var_moves',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    environmentId: integer('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    /** Refers to nothing: it is told of deleted variables too. */
    variableId: integer('env_var_id').notNull(),
    name: text('name').notNull(),
    formerName: text('former_name'),
    isSecret: integer('is_secret', { mode: 'boolean' }).notNull(),
    change: text('change').$type<MoveKind>().notNull(),
    /** The newest one that the variable had. */
    version: integer('version').notNull(),
    changedBy: text('changed_by').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (table) => [
    index('env_var_moves_by_environment').on(table.environmentId, table.variableId, table.version),
    index('env_var_moves_by_time').on(table.changedAt),
  ],
);

/**
 * Plain variables that look like secrets and are none, as someone said: of the name and version they saw, so that it ends with
 * either. See guessing/left-plain.ts.
 */
export const leftPlain = sqliteTable('env_vars_left_plain', {
  variableId: integer('env_var_id')
    .primaryKey()
    .references(() => variables.id, { onDelete: 'cascade' }),
  name: text('name').notNull(),
  version: integer('version').notNull(),
  leftBy: text('left_by').notNull(),
  leftAt: integer('left_at').notNull(),
});

/** The last import or copy into each environment, for as long as it can be undone: see env-files/import-undo.ts. */
export const imports = sqliteTable('env_imports', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  environmentId: integer('environment_id')
    .notNull()
    .unique()
    .references(() => environments.id, { onDelete: 'cascade' }),
  importedAt: integer('imported_at').notNull(),
  importedBy: text('imported_by').notNull(),
  /** Name of the environment that it was copied from; null for a file. */
  copiedFrom: text('copied_from'),
});

export const importItems = sqliteTable(
  'env_import_items',
  {
    importId: integer('import_id')
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    /** Refers to nothing: that a variable was deleted since is found by this row. */
    variableId: integer('env_var_id').notNull(),
    kind: text('kind').$type<'added' | 'changed' | 'removed' | 'left'>().notNull(),
    name: text('name').notNull(),
    /** The version that was in force before, of what was changed; null where it is not kept. */
    versionBefore: integer('version_before'),
    /** Of the variable, once the import was done. */
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.importId, table.variableId] }),
    index('env_import_items_removed').on(table.variableId).where(sql`kind = 'removed'`),
  ],
);

/** What was deleted at once, for as long as it can be restored: see trash/put-in-trash.ts. */
export const trash = sqliteTable(
  'trash',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    kind: text('kind').$type<TrashKind>().notNull(),
    /** Null for shared variables. */
    projectId: integer('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    /** The environment that was deleted. */
    environmentId: integer('environment_id').references(() => environments.id, { onDelete: 'cascade' }),
    deletedAt: integer('deleted_at').notNull(),
    deletedBy: text('deleted_by').notNull(),
    /** It is being deleted for good: what a kill left of it is erased at the next start. */
    isErasing: integer('is_erasing', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    index('trash_by_project').on(table.projectId),
    index('trash_by_environment').on(table.environmentId),
  ],
);

export const trashItems = sqliteTable(
  'trash_items',
  {
    trashId: integer('trash_id')
      .notNull()
      .references(() => trash.id, { onDelete: 'cascade' }),
    variableId: integer('env_var_id')
      .notNull()
      .references(() => variables.id, { onDelete: 'cascade' }),
    /** `left`: it was in the environment that was deleted, and is in another one. */
    kind: text('kind').$type<'hidden' | 'left'>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.trashId, table.variableId] }),
    index('trash_items_by_variable').on(table.variableId),
  ],
);

/** Variables that were read together, for as long as they are read: most readings of a project are of the same ones. */
export const readSets = sqliteTable('read_sets', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  /** SHA-256 of the ids. */
  hash: blob('hash', { mode: 'buffer' }).notNull().unique(),
});

export const readSetMembers = sqliteTable(
  'read_set_members',
  {
    setId: integer('set_id')
      .notNull()
      .references(() => readSets.id, { onDelete: 'cascade' }),
    variableId: integer('env_var_id')
      .notNull()
      .references(() => variables.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.setId, table.variableId] }),
    index('read_set_members_by_variable').on(table.variableId),
  ],
);

/** Who read encrypted variables, how and when: one row for each day, see reads/read-recorder.ts. */
export const variableReads = sqliteTable(
  'env_var_reads',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    setId: integer('set_id')
      .notNull()
      .references(() => readSets.id, { onDelete: 'cascade' }),
    /** `key 3`: reads/reader.ts. */
    reader: text('reader').notNull(),
    kind: text('kind').$type<ReaderKind>().notNull(),
    via: text('via').$type<OwnerVia>(),
    /** As it was then. */
    name: text('name').notNull(),
    how: text('how').$type<ReadWay>().notNull(),
    /** Days since 1970, in UTC. */
    day: integer('day').notNull(),
    /** Variables that were read at once: the most of them. */
    together: integer('together').notNull(),
    count: integer('count').notNull(),
    firstAt: integer('first_at').notNull(),
    lastAt: integer('last_at').notNull(),
    /** Of the last time. */
    ip: text('ip'),
  },
  (table) => [
    uniqueIndex('env_var_reads_of_day').on(table.setId, table.reader, table.how, table.day),
    index('env_var_reads_by_day').on(table.day),
  ],
);

/** Everyone who ever read an encrypted variable. */
export const variableReaders = sqliteTable('env_var_readers', {
  reader: text('reader').primaryKey(),
  firstAt: integer('first_at').notNull(),
  /** When they first read many in a short time. */
  bulkAt: integer('bulk_at'),
});

/** Readings that someone should look at: reads/unusual-reads.ts. */
export const unusualReads = sqliteTable(
  'unusual_reads',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    at: integer('at').notNull(),
    rule: text('rule').$type<UnusualRule>().notNull(),
    reader: text('reader').notNull(),
    kind: text('kind').$type<ReaderKind>().notNull(),
    via: text('via').$type<OwnerVia>(),
    name: text('name').notNull(),
    /** Of a deployment token. */
    projectId: integer('project_id'),
    how: text('how').$type<NoticedWay>().notNull(),
    /** How many variables, or changes of people. */
    variables: integer('variables').notNull(),
    ip: text('ip'),
    dismissedAt: integer('dismissed_at'),
    dismissedBy: text('dismissed_by'),
  },
  (table) => [
    index('unusual_reads_open').on(table.id).where(sql`dismissed_at IS NULL`),
    index('unusual_reads_by_reader').on(table.reader),
  ],
);
