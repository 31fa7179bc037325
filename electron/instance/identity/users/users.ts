import type { Caller } from '../../access/caller.ts';
import { type Role, roles } from '../../access/permissions.ts';
import { sayPerson } from '../../audit/actors.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { notePeopleManaged } from '../../projects/reads/unusual-reads.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { identityOperations } from '../operations.ts';
import { endKeysOf } from '../tokens/made-keys.ts';
import { normalizeEmail, parseEmail } from './email.ts';
import { requireBelowAdministrator, requirePersonToChange } from './key-limits.ts';
import type { Passwords } from './passwords.ts';

export interface User {
  id: number;
  username: string;
  name: string;
  email: string;
  mfaEnabled: boolean;
  /** Somebody else chose the password. */
  mustChangePassword: boolean;
  roles: Role[];
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
}

export interface NewUser {
  email: string;
  name: string;
  username?: string;
  password: SecretText;
  /** Whether somebody else chooses it: then it is good for choosing another one alone. */
  mustChangePassword: boolean;
  roles: Role[];
}

const COLUMNS = `id, username, name, email, mfa_enabled AS mfaEnabled, must_change_password AS mustChangePassword,
  created_at AS createdAt, updated_at AS updatedAt, deleted_at AS deletedAt,
  (SELECT group_concat(role) FROM user_roles WHERE user_id = users.id) AS roleList`;
type Row = Omit<User, 'mfaEnabled' | 'mustChangePassword' | 'roles'> & {
  mfaEnabled: number;
  mustChangePassword: number;
  roleList: string | null;
};

/** The effective role: the strongest of a user's roles; reader without any. */
export function strongestRole(user: User): Role {
  return roles.find((role) => user.roles.includes(role)) ?? 'reader';
}

export function listUsers(ctx: Context, includeDeleted: boolean): User[] {
  const where = includeDeleted ? '' : 'WHERE deleted_at IS NULL';
  return (ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM users ${where} ORDER BY id`).all() as Row[]).map(
    fromRow,
  );
}

/** A user who may act: deleted ones are not found. */
export function findUser(ctx: Context, id: number): User | null {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM users WHERE id = ? AND deleted_at IS NULL`)
    .get(id);
  return row ? fromRow(row as Row) : null;
}

export function getUser(ctx: Context, id: number): User {
  const user = findUser(ctx, id);
  if (!user) throw new AppError('not_found', 'This user does not exist.');
  return user;
}

export function findUserByEmail(ctx: Context, email: string): User | null {
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM users WHERE email = ? AND deleted_at IS NULL`)
    .get(normalizeEmail(email));
  return row ? fromRow(row as Row) : null;
}

export function getPasswordHash(ctx: Context, userId: number): string | null {
  const hash = ctx.store.sqlite
    .prepare('SELECT password_hash FROM users WHERE id = ? AND deleted_at IS NULL')
    .pluck()
    .get(userId);
  return (hash as string | undefined) ?? null;
}

/** SECURITY: true as well for an account that is not there. */
export function mustChangePassword(ctx: Context, userId: number): boolean {
  return findUser(ctx, userId)?.mustChangePassword !== false;
}

/** Whether there is any user: decides between a set-up link and an owner's link. */
export function hasUsers(ctx: Context): boolean {
  return (
    ctx.store.sqlite.prepare('SELECT EXISTS (SELECT 1 FROM users WHERE deleted_at IS NULL)').pluck().get() ===
    1
  );
}

/** The account the owner of the machine acts as: the first administrator, or null before set-up. */
export function findFirstAdministrator(ctx: Context): User | null {
  return listUsers(ctx, false).find((user) => user.roles.includes('admin')) ?? null;
}

/** Someone's own account. A key that the owner made without one belongs to the account that the owner acts as. */
export function findAccountOf(ctx: Context, caller: Caller): User | null {
  if (!('userId' in caller)) return null;
  if (caller.userId !== null) return getUser(ctx, caller.userId);
  return caller.kind === 'key' ? findFirstAdministrator(ctx) : null;
}

/**
 * Throws `name_taken`, `invalid_request`, what `Passwords.hash` throws, and with `onlyFirst`
 * `already_set_up`.
 */
export async function createUser(
  ctx: Context,
  passwords: Passwords,
  actor: Caller | null,
  wanted: NewUser,
  onlyFirst = false,
): Promise<User> {
  requireBelowAdministrator(actor, wanted.roles);
  const email = parseEmail(wanted.email);
  if (onlyFirst) requireNoUsers(ctx);
  const hash = await passwords.hash(wanted.password, email, listGuessedNames(ctx, { ...wanted, email }));
  return ctx.store.transaction(() => {
    // Hashing takes a while: another request may have been faster.
    if (onlyFirst) requireNoUsers(ctx);
    const user = insertUser(ctx, { ...wanted, email, hash });
    ctx.audit.append(identityOperations.USER_CREATED, actor, { user_id: user.id, roles: user.roles });
    notePeopleManaged(ctx, actor);
    return user;
  });
}

/** The row of a new account, for who records it. The address is as it is stored. Throws `name_taken`. */
export function insertUser(ctx: Context, wanted: Omit<NewUser, 'password'> & { hash: string }): User {
  const { email, hash } = wanted;
  const now = ctx.clock.now();
  return ctx.store.transaction(() => {
    if (findUserByEmail(ctx, email)) {
      throw new AppError('name_taken', 'A user with this e-mail address already exists.', {
        fields: { email: 'taken' },
      });
    }
    const id = ctx.store.sqlite
      .prepare(
        `INSERT INTO users (username, name, email, password_hash, must_change_password, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        wanted.username ?? email.split('@')[0],
        wanted.name.trim() || email,
        email,
        hash,
        wanted.mustChangePassword ? 1 : 0,
        now,
        now,
      ) as number;
    for (const role of wanted.roles) insertRole(ctx, id, role);
    return getUser(ctx, id);
  });
}

function requireNoUsers(ctx: Context): void {
  if (hasUsers(ctx)) throw new AppError('already_set_up', 'This instance already has an administrator.');
}

export interface UserChange {
  email?: string | undefined;
  name?: string | undefined;
  username?: string | undefined;
}

/** What those who know a person try first as their password. */
export function listGuessedNames(
  ctx: Context,
  { email, name, username = '' }: { email: string; name: string; username?: string },
): string[] {
  return [email, name, username, ctx.store.identity.name];
}

/** A new password hash that its account's person chose, and the session of theirs that is kept. */
export interface NewPassword {
  hash: string;
  keptSessionId: number | null;
}

/**
 * Updates the given fields; empty means unchanged. A new password ends all sessions of the user except the one it
 * was set in. Throws `not_found`, `name_taken`, `invalid_request`.
 */
export function updateUser(
  ctx: Context,
  actor: Caller | null,
  id: number,
  change: UserChange,
  password: NewPassword | null = null,
): User {
  requirePersonToChange(actor);
  return ctx.store.transaction(() => {
    ctx.audit.append(identityOperations.USER_UPDATED, actor, { user_id: id, password: password !== null });
    const user = getUser(ctx, id);
    const email = change.email ? parseEmail(change.email) : user.email;
    const other = findUserByEmail(ctx, email);
    if (other && other.id !== id)
      throw new AppError('name_taken', 'A user with this e-mail address already exists.', {
        fields: { email: 'taken' },
      });
    ctx.store.sqlite
      .prepare('UPDATE users SET email = ?, name = ?, username = ?, updated_at = ? WHERE id = ?')
      .run(email, change.name || user.name, change.username || user.username, ctx.clock.now(), id);
    if (email !== user.email)
      ctx.store.sqlite
        .prepare('INSERT INTO former_emails (user_id, email, until) VALUES (?, ?, ?)')
        .run(id, user.email, ctx.clock.now());
    if (password) setPasswordHash(ctx, id, { ...password, isOwn: true });
    return getUser(ctx, id);
  });
}

/**
 * The owner of the machine sets someone's password; every session and key of theirs ends, and so do the invitations they made:
 * whoever else knew the password may have. Unless it is the account that the owner acts as, its person has to choose another.
 */
export function resetPassword(ctx: Context, actor: Caller | null, id: number, hash: string): void {
  requirePersonToChange(actor);
  ctx.store.transaction(() => {
    const isOwn = actor?.kind === 'owner' && findFirstAdministrator(ctx)?.id === id;
    setPasswordHash(ctx, id, { hash, keptSessionId: null, isOwn });
    endKeysOf(ctx, actor, id);
    endInvitationsOf(ctx, actor, id);
    ctx.audit.append(identityOperations.PASSWORD_RESET, actor, { user_id: id });
  });
}

function endInvitationsOf(ctx: Context, actor: Caller | null, userId: number): void {
  const now = ctx.clock.now();
  const ended = ctx.store.sqlite
    .prepare(
      `UPDATE invitations SET revoked_at = ? WHERE created_by = ? AND accepted_at IS NULL AND revoked_at IS NULL
       AND expires_at > ? RETURNING id, email`,
    )
    .all(now, userId, now) as { id: number; email: string }[];
  for (const { id, email } of ended)
    ctx.audit.append(identityOperations.INVITATION_REVOKED, actor, { id, email });
}

function setPasswordHash(
  ctx: Context,
  id: number,
  { hash, keptSessionId, isOwn }: NewPassword & { isOwn: boolean },
): void {
  ctx.store.sqlite
    .prepare('UPDATE users SET password_hash = ?, must_change_password = ?, updated_at = ? WHERE id = ?')
    .run(hash, isOwn ? 0 : 1, ctx.clock.now(), id);
  ctx.store.sqlite.prepare('DELETE FROM sessions WHERE user_id = ? AND id IS NOT ?').run(id, keptSessionId);
}

/** Marks a user deleted and ends their sessions and keys. Throws `last_administrator`. */
export function deleteUser(ctx: Context, actor: Caller | null, id: number): void {
  ctx.store.transaction(() => {
    const user = getUser(ctx, id);
    requireBelowAdministrator(actor, user.roles);
    if (user.roles.includes('admin')) requireAnotherAdministrator(ctx, id);
    ctx.store.sqlite.prepare('UPDATE users SET deleted_at = ? WHERE id = ?').run(ctx.clock.now(), id);
    ctx.store.sqlite.prepare('DELETE FROM sessions WHERE user_id = ?').run(id);
    endKeysOf(ctx, actor, id);
    // SECURITY: for good, as keys and sessions: a restored account has no project by them.
    ctx.store.sqlite.prepare('DELETE FROM project_members WHERE user_id = ?').run(id);
    ctx.audit.append(identityOperations.USER_DELETED, actor, { user_id: id });
    notePeopleManaged(ctx, actor);
  });
}

/** Throws `not_found`, `name_taken` when the address is in use again. */
export function restoreUser(ctx: Context, actor: Caller | null, id: number): User {
  return ctx.store.transaction(() => {
    const user = listUsers(ctx, true).find((known) => known.id === id && known.deletedAt !== null);
    if (!user) throw new AppError('not_found', 'This deleted user does not exist.');
    requireBelowAdministrator(actor, user.roles);
    if (findUserByEmail(ctx, user.email))
      throw new AppError('name_taken', 'A user with this e-mail address already exists.');
    ctx.store.sqlite.prepare('UPDATE users SET deleted_at = NULL WHERE id = ?').run(id);
    // SECURITY: invitations of theirs were over, and are not good again.
    endInvitationsOf(ctx, actor, id);
    ctx.audit.append(identityOperations.USER_RESTORED, actor, { user_id: id });
    notePeopleManaged(ctx, actor);
    return getUser(ctx, id);
  });
}

export function addRole(ctx: Context, actor: Caller | null, id: number, role: Role): User {
  return ctx.store.transaction(() => {
    const { roles: held } = getUser(ctx, id);
    requireBelowAdministrator(actor, [...held, role]);
    // SECURITY: as of a restored account: those of a former administrator.
    if (role === 'admin' && !held.includes(role)) endInvitationsOf(ctx, actor, id);
    insertRole(ctx, id, role);
    ctx.audit.append(identityOperations.ROLE_GIVEN, actor, { user_id: id, role });
    notePeopleManaged(ctx, actor);
    return getUser(ctx, id);
  });
}

/** With fewer rights afterwards, someone's keys end. Throws `last_administrator`. */
export function removeRole(ctx: Context, actor: Caller | null, id: number, role: Role): void {
  ctx.store.transaction(() => {
    const user = getUser(ctx, id);
    requireBelowAdministrator(actor, [...user.roles, role]);
    if (role === 'admin' && user.roles.includes('admin')) requireAnotherAdministrator(ctx, id);
    requireNotWidened(user, role);
    ctx.store.sqlite.prepare('DELETE FROM user_roles WHERE user_id = ? AND role = ?').run(id, role);
    if (strongestRole(getUser(ctx, id)) !== strongestRole(user)) endKeysOf(ctx, actor, id);
    ctx.audit.append(identityOperations.ROLE_TAKEN, actor, { user_id: id, role });
    notePeopleManaged(ctx, actor);
  });
}

function insertRole(ctx: Context, id: number, role: Role): void {
  ctx.store.sqlite
    .prepare('INSERT INTO user_roles (user_id, role, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    .run(id, role, ctx.clock.now());
}

/** SECURITY: without any role an account is a reader's, of every project: to take the role of a member would give more. */
function requireNotWidened({ roles: held }: User, role: Role): void {
  if (role !== 'member' || held.length !== 1 || held[0] !== role) return;
  throw new AppError(
    'conflict',
    'Without the role member this account would see every project: give it another role, or delete it.',
  );
}

function requireAnotherAdministrator(ctx: Context, id: number): void {
  if (listUsers(ctx, false).some((user) => user.id !== id && user.roles.includes('admin'))) return;
  throw new AppError('last_administrator', 'This is the last administrator: add another one first.');
}

function fromRow({ roleList, mfaEnabled, mustChangePassword: mustChange, ...row }: Row): User {
  const held = roleList?.split(',') ?? [];
  return {
    ...row,
    mfaEnabled: mfaEnabled === 1,
    mustChangePassword: mustChange !== 0,
    roles: roles.filter((role) => held.includes(role)),
  };
}

/** Name of an account as it is now, marked if it was deleted, for the audit log. */
export function nameUser(ctx: Context, id: unknown): string {
  if (typeof id !== 'number') return 'someone';
  const found = ctx.store.sqlite
    .prepare('SELECT name, email, deleted_at AS deletedAt FROM users WHERE id = ?')
    .get(id) as Pick<User, 'name' | 'email' | 'deletedAt'> | undefined;
  return found ? sayPerson(found) : `account ${id}`;
}
