import { randomBytes } from 'node:crypto';
import type { Caller } from '../../access/caller.ts';
import { type Permission, type Role, rolePermissions } from '../../access/permissions.ts';
import { type Actor, type Naming, OWNER } from '../../audit/actors.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { notePeopleManaged } from '../../projects/reads/unusual-reads.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { Identity } from '../identity.ts';
import { identityOperations } from '../operations.ts';
import type { NewSession } from '../sessions/sessions.ts';
import { type Client, noteSignIn, noteWrongLink, openSession } from '../sessions/sign-in.ts';
import { digestToken } from '../token-digest.ts';
import { getStanding } from '../tokens/api-keys.ts';
import { parseEmail } from './email.ts';
import { requireBelowAdministrator } from './key-limits.ts';
import { findUser, findUserByEmail, insertUser, listGuessedNames, nameUser, strongestRole } from './users.ts';

const HOUR_MS = 60 * 60 * 1000;
/** How long a link is good, in hours, unless it is asked to be shorter. */
export const MAX_INVITATION_HOURS = 72;
/** How long it can be said of one why it is over. */
const KEPT_MS = 30 * 24 * HOUR_MS;
/** More than anyone waits for. */
const MAX_WAITING = 100;
/** What inviting needs, and having invited. */
const NEEDED: Permission = 'users:manage';

export interface Invitation {
  id: number;
  email: string;
  name: string;
  role: Role;
  /** Of the account whose rights it rests on; null for the owner without one. */
  createdBy: number | null;
  /** Of the API key it was made with; null for one that a person made. */
  apiKeyId: number | null;
  /** Epoch ms. */
  createdAt: number;
  expiresAt: number;
  acceptedAt: number | null;
  revokedAt: number | null;
}

const COLUMNS = `id, email, name, role, created_by AS createdBy, api_key_id AS apiKeyId, created_at AS createdAt,
  expires_at AS expiresAt, accepted_at AS acceptedAt, revoked_at AS revokedAt`;

/** Why a link opens nothing any more. */
export type InvitationEnd = 'used' | 'revoked' | 'expired' | 'inviter';

/**
 * Makes a link by which someone makes their own account. Its token is returned once. Throws `invalid_request`, `name_taken`,
 * `conflict` when too many wait, and `forbidden` where a key invites an administrator.
 *
 * SECURITY: 256 random bits, kept as a digest.
 */
export function createInvitation(
  ctx: Context,
  actor: Caller,
  wanted: { email: string; name: string; role: Role; hours?: number | undefined },
): { invitation: Invitation; token: string } {
  requireBelowAdministrator(actor, [wanted.role]);
  const email = parseEmail(wanted.email);
  const token = randomBytes(32).toString('base64url');
  const now = ctx.clock.now();
  const invitation = ctx.store.transaction(() => {
    ctx.store.sqlite.prepare('DELETE FROM invitations WHERE expires_at < ?').run(now - KEPT_MS);
    requireFreeAddress(ctx, email);
    const id = ctx.store.sqlite
      .prepare(
        `INSERT INTO invitations (token_hash, email, name, role, created_by, api_key_id, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        digestToken(token),
        email,
        wanted.name.trim(),
        wanted.role,
        'userId' in actor ? actor.userId : null,
        actor.kind === 'key' ? actor.apiKeyId : null,
        now,
        now + (wanted.hours ?? MAX_INVITATION_HOURS) * HOUR_MS,
      ) as number;
    ctx.audit.append(identityOperations.INVITATION_CREATED, actor, { id, email, role: wanted.role });
    notePeopleManaged(ctx, actor);
    return getInvitation(ctx, id);
  });
  return { invitation, token };
}

/** Those that wait, newest first. */
export function listInvitations(ctx: Context): Invitation[] {
  return ctx.store.sqlite
    .prepare(
      `SELECT ${COLUMNS} FROM invitations
       WHERE accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ? ORDER BY id DESC`,
    )
    .all(ctx.clock.now()) as Invitation[];
}

/** Ends one that waits. Throws `not_found` for any other, and `forbidden` where a key ends an administrator's. */
export function revokeInvitation(ctx: Context, actor: Caller, id: number): void {
  ctx.store.transaction(() => {
    const invitation = listInvitations(ctx).find((waiting) => waiting.id === id);
    if (!invitation) throw new AppError('not_found', 'No such invitation waits.');
    requireBelowAdministrator(actor, [invitation.role]);
    ctx.store.sqlite.prepare('UPDATE invitations SET revoked_at = ? WHERE id = ?').run(ctx.clock.now(), id);
    ctx.audit.append(identityOperations.INVITATION_REVOKED, actor, { id, email: invitation.email });
    notePeopleManaged(ctx, actor);
  });
}

/** Whose the link is. Throws `link_invalid`, `invitation_over`, `too_many_attempts`; the link stays as it is. */
export function findInvitation(identity: Identity, token: string, client: Client): Invitation {
  const { ctx } = identity;
  const row = ctx.store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM invitations WHERE token_hash = ?`)
    .get(digestToken(token)) as Invitation | undefined;
  if (!row) {
    noteWrongLink(identity, client);
    throw new AppError('link_invalid', 'This link is not one of this instance. Was all of it copied?');
  }
  const end = findEnd(identity, row);
  if (end === null) return row;
  ctx.audit.note(identityOperations.INVITATION_REFUSED, null, String(row.id), {
    id: row.id,
    email: row.email,
    reason: end,
    ip: client.ip,
  });
  throw invitationOver(end);
}

/**
 * Makes the account of someone who was invited, with the password that they chose, and signs them in. Throws as finding the
 * link does, what `Passwords.hash` throws, and `name_taken`; it can be tried again then.
 */
export async function acceptInvitation(
  identity: Identity,
  token: string,
  chosen: { name: string; password: SecretText },
  client: Client,
): Promise<NewSession> {
  const { ctx } = identity;
  // SECURITY: before the password is hashed, which takes a while: not for anyone.
  const { id, email, role, name: invitedAs } = findInvitation(identity, token, client);
  const name = chosen.name.trim() || invitedAs;
  const hash = await identity.passwords.hash(chosen.password, email, listGuessedNames(ctx, { email, name }));
  const user = ctx.store.transaction(() => {
    // SECURITY: again: it may have been used, revoked or lost its inviter meanwhile.
    const end = findEnd(identity, getInvitation(ctx, id));
    if (end !== null) throw invitationOver(end);
    ctx.store.sqlite.prepare('UPDATE invitations SET accepted_at = ? WHERE id = ?').run(ctx.clock.now(), id);
    const made = insertUser(ctx, { email, name, roles: [role], mustChangePassword: false, hash });
    ctx.audit.append(identityOperations.INVITATION_ACCEPTED, null, {
      user_id: made.id,
      roles: made.roles,
      ip: client.ip,
    });
    return made;
  });
  noteSignIn(identity, user, client, 'an invitation');
  return openSession(identity, { kind: 'user', userId: user.id, isConfirmed: true, ...client });
}

/** Null while it is good. */
function findEnd(identity: Identity, invitation: Invitation): InvitationEnd | null {
  if (invitation.acceptedAt !== null) return 'used';
  if (invitation.revokedAt !== null) return 'revoked';
  const now = identity.ctx.clock.now();
  // SECURITY: one from the future (the clock was set back) is of unknown age.
  if (invitation.createdAt > now || invitation.expiresAt <= now) return 'expired';
  return mayInviterStill(identity, invitation) ? null : 'inviter';
}

/**
 * Whether whoever made it could make it now. SECURITY: asked when it is opened, so that what took someone's rights took their
 * invitations too.
 */
export function mayInviterStill(
  { ctx, revocations }: Pick<Identity, 'ctx' | 'revocations'>,
  { createdBy, apiKeyId, role }: Invitation,
): boolean {
  if (apiKeyId !== null) {
    if (role === 'admin') return false;
    try {
      const { permissions, lineage } = getStanding(ctx, apiKeyId);
      return permissions.includes(NEEDED) && !lineage.some((each) => revocations.isRevoked('api_keys', each));
    } catch (error) {
      if (['not_found', 'key_revoked', 'key_expired'].some((code) => hasCode(error, code as 'not_found')))
        return false;
      throw error;
    }
  }
  if (createdBy === null) return true;
  const inviter = findUser(ctx, createdBy);
  return inviter !== null && rolePermissions[strongestRole(inviter)].includes(NEEDED);
}

/** Who made it, as the audit log names them. */
export function findInviter(naming: Naming, { createdBy, apiKeyId }: Invitation): Actor {
  if (apiKeyId !== null) return naming.key(apiKeyId, 'api key');
  return createdBy === null ? OWNER : naming.user(createdBy);
}

/** Who made it, in a sentence, by the name they have now. */
export function nameInviter(ctx: Context, { createdBy }: Invitation): string {
  return createdBy === null ? 'the owner of this machine' : nameUser(ctx, createdBy);
}

const ends: Record<InvitationEnd, string> = {
  used: 'This invitation was used already. Sign in with the password that was chosen then.',
  revoked: 'This invitation was revoked. Ask for a new one.',
  expired: 'This invitation has expired. Ask for a new one.',
  inviter: 'Whoever invited you may no longer add people, so this invitation is over. Ask for a new one.',
};

function invitationOver(reason: InvitationEnd): AppError {
  return new AppError('invitation_over', ends[reason], { details: { reason } });
}

function getInvitation(ctx: Context, id: number): Invitation {
  const row = ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM invitations WHERE id = ?`).get(id);
  if (!row) throw new AppError('not_found', 'This invitation does not exist.');
  return row as Invitation;
}

function requireFreeAddress(ctx: Context, email: string): void {
  if (findUserByEmail(ctx, email))
    throw new AppError('name_taken', 'A user with this e-mail address already exists.', {
      fields: { email: 'taken' },
    });
  const waiting = listInvitations(ctx);
  if (waiting.some((other) => other.email === email))
    throw new AppError('name_taken', 'An invitation for this address waits already: revoke it first.', {
      fields: { email: 'invited already' },
    });
  if (waiting.length >= MAX_WAITING)
    throw new AppError('conflict', `${MAX_WAITING} invitations wait already: revoke some first.`);
}
