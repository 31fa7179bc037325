import { sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  blob,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { ProjectRole, Role } from '../access/permissions.ts';
import { projects } from '../projects/schema.ts';
import { secrets } from '../vault/schema.ts';

export const users = sqliteTable(
  'users',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    username: text('username').notNull(),
    name: text('name').notNull(),
    /** Stored lower case. */
    email: text('email').notNull(),
    /** bcrypt, cost 12. */
    passwordHash: text('password_hash').notNull(),
    /** Somebody else chose the password, and knows it: signing in with it is good for changing it alone. */
    mustChangePassword: integer('must_change_password', { mode: 'boolean' }).notNull().default(false),
    mfaEnabled: integer('mfa_enabled', { mode: 'boolean' }).notNull().default(false),
    totpSecretId: text('totp_secret_id').references(() => secrets.id),
    /** Last accepted 30-second step: a code is accepted once (RFC 6238 §5.2). */
    totpLastStep: integer('totp_last_step'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    deletedAt: integer('deleted_at'),
  },
  (table) => [uniqueIndex('users_by_email').on(table.email).where(sql`deleted_at IS NULL`)],
);

/** Addresses that people had before: what they did then is still theirs. */
export const formerEmails = sqliteTable('former_emails', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  userId: integer('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  email: text('email').notNull(),
  until: integer('until').notNull(),
});

export const userRoles = sqliteTable(
  'user_roles',
  {
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role').$type<Role>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.role] })],
);

/** What people may in one project besides what their role in the instance allows: members/members.ts. */
export const projectMembers = sqliteTable(
  'project_members',
  {
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role').$type<ProjectRole>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.userId] }),
    index('project_members_by_user').on(table.userId),
  ],
);
/** Links by which people make their own accounts: those that wait, and for a while those that are over. */
export const invitations = sqliteTable('invitations', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  /** SHA-256 of the link's 256 random bits. */
  tokenHash: blob('token_hash', { mode: 'buffer' }).notNull().unique(),
  /** Stored lower case. */
  email: text('email').notNull(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  /** Whose rights it rests on; null for the owner without an account. */
  createdBy: integer('created_by').references(() => users.id, { onDelete: 'cascade' }),
  /** The API key it was made with, which may be gone since; ids are not used again. */
  apiKeyId: integer('api_key_id'),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  acceptedAt: integer('accepted_at'),
  revokedAt: integer('revoked_at'),
});

export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the code: 80 random bits, so a fast hash is enough. */
    codeHash: blob('code_hash', { mode: 'buffer' }).notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [index('recovery_codes_by_user').on(table.userId)],
);

export const sessions = sqliteTable(
  'sessions',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** SHA-256 of the cookie's 256 random bits. */
    tokenHash: blob('token_hash', { mode: 'buffer' }).notNull().unique(),
    /** `owner`: opened by a one-time link; `user`: by password; `mfa_pending`: password given, code not yet. */
    kind: text('kind').$type<'owner' | 'user' | 'mfa_pending'>().notNull(),
    userId: integer('user_id').references(() => users.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** When the person last confirmed their identity. */
    confirmedAt: integer('confirmed_at'),
    /** When the person was last seen to use it; null for one from before this was kept. */
    usedAt: integer('used_at'),
    /** Since when it is locked, until the password opens it. */
    lockedAt: integer('locked_at'),
    ip: text('ip'),
    userAgent: text('user_agent'),
  },
  (table) => [index('sessions_by_user').on(table.userId)],
);

export const apiKeys = sqliteTable('api_keys', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  userId: integer('user_id').references(() => users.id, { onDelete: 'cascade' }),
  /** The key it was made by: it ends no later, and with it. Null for one that a person made. */
  parentId: integer('parent_id').references((): AnySQLiteColumn => apiKeys.id, { onDelete: 'cascade' }),
  name: text('name').notNull().unique(),
  /** Public first characters of the key, by which it is found without scanning. */
  keyPrefix: text('key_prefix').notNull().unique(),
  /** The whole key, sealed. */
  secretId: text('secret_id')
    .notNull()
    .references(() => secrets.id),
  roleType: text('role_type').$type<Role | 'custom'>().notNull(),
  permissions: text('permissions', { mode: 'json' }).$type<string[]>(),
  isActive: integer('is_active', { mode: 'boolean' }).notNull().default(true),
  /** Addresses and networks it may be used from; null for any. */
  allowedFrom: text('allowed_from', { mode: 'json' }).$type<string[]>(),
  expiresAt: integer('expires_at'),
  lastUsedAt: integer('last_used_at'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const deploymentTokens = sqliteTable(
  'deployment_tokens',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    tokenPrefix: text('token_prefix').notNull().unique(),
    secretId: text('secret_id')
      .notNull()
      .references(() => secrets.id),
    permissions: text('permissions', { mode: 'json' }).$type<string[]>(),
    isActive: integer('is_active', { mode: 'boolean' }).notNull().default(true),
    /** As for keys. */
    allowedFrom: text('allowed_from', { mode: 'json' }).$type<string[]>(),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at'),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    /** The API key it was made by: as for keys. */
    parentId: integer('parent_id').references(() => apiKeys.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('deployment_tokens_by_name').on(table.projectId, table.name)],
);

/** Failed sign-ins per address (`ip:…`) and per account (`account:…`). */
export const signInFailures = sqliteTable('sign_in_failures', {
  subject: text('subject').primaryKey(),
  failures: integer('failures').notNull(),
  windowStartedAt: integer('window_started_at').notNull(),
  blockedUntil: integer('blocked_until').notNull(),
});
