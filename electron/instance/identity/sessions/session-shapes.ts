import { z } from '@hono/zod-openapi';
import type { AnonymousCaller, Caller, HeldCaller } from '../../access/caller.ts';
import { permissions, roles } from '../../access/permissions.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { addressPlaces } from '../../kernel/addresses.ts';
import { earlyUnlockMethods } from '../../vault/key/early-unlock.ts';
import type { FirstKey } from '../../vault/key/first-key.ts';
import { custodyNames } from '../../vault/vocabulary.ts';
import { strongestRole, type User } from '../users/users.ts';

/** Coming in and who one is, as the API gives it. */
export const signedInShape = z
  .object({
    success: z.boolean(),
    message: z.string(),
    user_id: z.int().nullable(),
    mfa_required: z.boolean(),
    password_change_required: z
      .boolean()
      .openapi({ description: 'Whether the session is good for choosing another password alone' }),
  })
  .openapi('SignedIn');

/** For the page that sets up, which has a link and no session. SECURITY: what the key is called and where it is kept, no more. */
export const firstKeyShape = z
  .object({
    fingerprint: z.string().nullable(),
    custody: z.enum(custodyNames),
    label: z.string(),
    place: z.string(),
    adopted: z
      .boolean()
      .nullable()
      .openapi({ description: 'Whether the key existed before; null when no longer known' }),
    locked: z.boolean(),
    detail: z.string().nullable(),
    found: z
      .object({ path: z.string(), fingerprint: z.string() })
      .nullable()
      .openapi({ description: 'An existing key file: to be used, or left unchanged' }),
  })
  .openapi('FirstKey');

export const toFirstKeyJson = (key: FirstKey) => toAnswer(firstKeyShape, { ...key, locked: key.isLocked });

export const signedOutShape = z.object({ status: z.string() }).openapi('SignedOut');

export const emailStatusShape = z
  .object({
    email_configured: z.boolean(),
    magic_link_available: z.boolean(),
    password_reset_available: z.boolean(),
  })
  .openapi('EmailStatus');

export const oneTimeLinkShape = z
  .object({ path: z.string(), purpose: z.enum(['setup', 'owner']), expires_at: z.int() })
  .openapi('OneTimeLink');

/** The path of the file is no secret: whoever may read it is the owner. */
export const linkFileShape = z
  .object({ file: z.string(), purpose: z.enum(['setup', 'owner']), expires_at: z.int() })
  .openapi('LinkFile');

/** `id` 0: the caller acts as no account. */
export const meShape = z
  .object({
    id: z.int(),
    username: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    mfa_enabled: z.boolean(),
    role: z.enum([...roles, 'key', 'token']),
    kind: z.enum(['owner', 'user', 'key', 'token']),
  })
  .openapi('Me');

const sessionFacts = {
  id: z.int(),
  kind: z.enum(['user', 'owner', 'mfa_pending']),
  created_at: z.int(),
  expires_at: z.int(),
  /** Null for one of an earlier version that was not seen since the instance started. */
  last_seen_at: z.int().nullable(),
  user_agent: z.string().nullable(),
  browser: z
    .string()
    .nullable()
    .openapi({ description: 'What the program that signed in says it is; null when it says nothing' }),
  system: z.string().nullable(),
  device: z.enum(['computer', 'phone', 'program']),
  ip: z.string().nullable(),
  place: z
    .enum(addressPlaces)
    .nullable()
    .openapi({ description: 'Where the address is, seen from the instance; null without an address' }),
};

export const ownSessionsShape = z
  .object({
    sessions: z.array(z.object({ ...sessionFacts, current: z.boolean() }).openapi('OwnSession')),
  })
  .openapi('OwnSessions');

export const sessionsOfPeopleShape = z
  .object({
    sessions: z.array(
      z
        .object({
          ...sessionFacts,
          person: z.union([
            z.object({ id: z.int(), name: z.string(), email: z.string() }).openapi('SessionPerson'),
            z.null(),
          ]),
        })
        .openapi('SessionOfPerson'),
    ),
  })
  .openapi('SessionsOfPeople');

const currentUser = z
  .object({
    id: z.int(),
    name: z.string(),
    email: z.string(),
    role: z.enum(roles),
    mfa_enabled: z.boolean(),
  })
  .openapi('CurrentUser');

const vaultToUnlockFirst = z
  .object({
    message: z.string().openapi({ description: 'What works now, in words' }),
    unlock_methods: z.array(z.enum(earlyUnlockMethods)).openapi({
      description: 'What `POST /auth/unlock` takes now from this account; none when it may not unlock',
    }),
    recovery_codes_left: z.boolean(),
  })
  .openapi('VaultToUnlockFirst');

const reachedProject = z
  .object({
    project_id: z.int(),
    slug: z.string(),
    permissions: z.array(z.enum(permissions)).openapi({ description: 'What may be done there besides' }),
  })
  .openapi('ReachedProject');

/** How the page that asks stands. SECURITY: to anonymous ones it says what the sign-in page needs, and no more. */
export const currentSessionShape = z
  .object({
    state: z.enum(['anonymous', 'second_factor', 'password_change', 'signed_in', 'locked']),
    /** While a second factor is awaited and the vault is locked: only a recovery code can be checked. */
    locked_vault: z.union([vaultToUnlockFirst, z.null()]),
    kind: z.enum(['owner', 'user', 'key', 'token']).nullable(),
    via: z.enum(['window', 'socket', 'browser']).nullable(),
    permissions: z.array(z.enum(permissions)).openapi({ description: 'What may be done everywhere' }),
    every_project: z
      .boolean()
      .openapi({ description: 'Whether every project is there; else those of `projects`' }),
    projects: z.array(reachedProject).openapi({ description: 'Projects in which a role adds something' }),
    /** Until when nothing asks again who this is. */
    confirmed_until: z.int().nullable(),
    session_expires_at: z.int().nullable(),
    /** Whether there is an account to sign in with. */
    is_set_up: z.boolean(),
    instance_name: z.string().nullable(),
    // A union: a named shape that is nullable would stand in the document as one that is not.
    user: z.union([currentUser, z.null()]),
    /** Whether a password can confirm who this is. */
    has_password: z.boolean(),
    auto_lock_minutes: z.int().nullable().openapi({
      description: 'After how long without a report that the person is there something locks; null for never',
    }),
  })
  .openapi('CurrentSession');

export function toMeJson(caller: Exclude<Caller, AnonymousCaller | HeldCaller>, user: User | null) {
  const { kind, label } = caller;
  if (user === null) {
    const role = kind === 'key' || kind === 'token' ? kind : 'admin';
    const nobody = { id: 0, username: label, name: label, email: null, mfaEnabled: false };
    return toAnswer(meShape, { ...nobody, role, kind });
  }
  return toAnswer(meShape, { ...user, role: kind === 'owner' ? 'admin' : strongestRole(user), kind });
}
