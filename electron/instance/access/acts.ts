import { AppError, hasCode } from '../kernel/app-error.ts';
import { type Caller, enterProject, findConfirmedUntil, type HeldCaller } from './caller.ts';
import type { Permission } from './permissions.ts';

/**
 * Who may do something: those with a permission, or with all of several; or
 * - `anyone`: also those who are not signed in.
 * - `second_factor`: those whose password was accepted and whose second factor is awaited, and nobody else.
 * - `signed_in`: every person and program.
 * - `not_token`: as before, but for deployment tokens, which are bound to one project.
 * - `person`: someone at the console: with an account, or the owner of this machine without one.
 * - `api_key`: a program with an API key, for that key.
 * - `account`: a person, for their own account.
 * - `owner`: someone with this OS account.
 * - `os_account`: the owner at the window or the socket; a browser's session is not enough.
 */
type Who =
  | Permission
  | readonly Permission[]
  | 'anyone'
  | 'second_factor'
  | 'signed_in'
  | 'not_token'
  | 'person'
  | 'api_key'
  | 'account'
  | 'owner'
  | 'os_account';

/**
 * Whether someone must have confirmed their identity within the last five minutes:
 * - `none`: what protects (lock, sign out, revoke), what shows no secret, and what can be undone.
 * - `people`: people must. Keys and tokens pass: they belong to programs, which cannot confirm, and were created by
 *   someone who did.
 * - `always`: only people can, since only they confirm.
 * - `old_password`: it comes with the request, however recent a confirmation is.
 */
type Confirmation = 'none' | 'people' | 'always' | 'old_password';

interface ActFacts {
  readonly who: Who;
  readonly confirmation: Confirmation;
  /** Whether a locked session may, too: what opens it. What anyone may, it may anyway. */
  readonly whileLocked?: true;
  /**
   * What is enough in one project, of the role that someone has there, instead of what `who` asks for everywhere. SECURITY: an act
   * without it is none that a role in a project gives, whatever permissions that role has.
   */
  readonly inProject?: Permission | readonly Permission[];
  /** Whether someone may, too, whose password somebody else chose: what makes it their own. */
  readonly beforeOwnPassword?: true;
}

/**
 * The one table of what can be done, who may, and whether they must confirm. Every route names its act (`act` in
 * http/api.ts) and is refused by it before anything of the request is read.
 *
 * SECURITY: a session that was left open must not be enough to read a secret, to let someone in, to make access last
 * longer, or to lose a key, the list of its copies or a project.
 */
const table = {
  public_read: { who: 'anyone', confirmation: 'none' },
  signed_in: { who: 'signed_in', confirmation: 'none' },
  sign_in: { who: 'anyone', confirmation: 'none' },
  // What their role allows is checked by the act itself: until the second factor they have no permissions.
  second_factor_unlock: { who: 'second_factor', confirmation: 'none' },
  sign_out: { who: 'anyone', confirmation: 'none' },
  own_session_read: { who: 'anyone', confirmation: 'none' },
  identity_confirm: { who: 'account', confirmation: 'none', whileLocked: true },
  presence_report: { who: 'person', confirmation: 'none' },
  changes_listen: { who: 'not_token', confirmation: 'none' },
  link_create: { who: 'os_account', confirmation: 'none' },

  account_use: { who: 'account', confirmation: 'none' },
  account_change: { who: 'account', confirmation: 'always' },
  account_password: { who: 'account', confirmation: 'old_password', beforeOwnPassword: true },
  account_second_factor: { who: 'account', confirmation: 'always' },
  account_sessions_end: { who: 'account', confirmation: 'none' },

  people_read: { who: 'users:read', confirmation: 'none' },
  // Also a program's key that was given this by choice: what none may is refused by the act itself, users/key-limits.ts.
  people_change: { who: 'users:manage', confirmation: 'people' },
  people_invitations_revoke: { who: 'users:manage', confirmation: 'none' },
  // Of everyone, with their addresses.
  people_sessions: { who: 'owner', confirmation: 'none' },
  people_first_administrator: { who: 'owner', confirmation: 'none' },
  people_reset_password: { who: 'owner', confirmation: 'always' },

  api_keys_read: { who: 'api_keys:read', confirmation: 'none' },
  api_keys_create: { who: 'api_keys:write', confirmation: 'people' },
  // With what a key has by choice alone. SECURITY: not by keys, which would pass it on.
  api_keys_create_by_choice: { who: ['users:write', 'users:manage'], confirmation: 'always' },
  api_keys_withdraw: { who: 'api_keys:write', confirmation: 'none' },
  api_keys_widen: { who: 'api_keys:write', confirmation: 'people' },
  api_keys_of_others: { who: 'users:write', confirmation: 'always' },
  // Where a key may be used: not by a key, which would free itself.
  api_keys_limit: { who: 'api_keys:write', confirmation: 'always' },
  // To deny it too, which protects. A program looks at no code that another one waits for.
  cli_sign_in_look: { who: 'person', confirmation: 'none' },
  cli_sign_in_approve: { who: 'api_keys:write', confirmation: 'always' },
  cli_sign_out: { who: 'api_key', confirmation: 'none' },
  tokens_read: { who: 'tokens:read', confirmation: 'none', inProject: 'tokens:read' },
  tokens_create: { who: 'tokens:write', confirmation: 'people', inProject: 'tokens:write' },
  tokens_limit: { who: 'tokens:write', confirmation: 'always', inProject: 'tokens:write' },
  tokens_withdraw: { who: 'tokens:write', confirmation: 'none', inProject: 'tokens:write' },
  // In their project a manager says who is let in, and so which programs are not any more.
  tokens_of_others: { who: 'users:write', confirmation: 'always', inProject: 'members:write' },

  // Who says who is let in sees what they did there: lines of that project alone, audit/project-activity-routes.ts.
  project_activity_read: { who: 'audit:read', confirmation: 'none', inProject: 'members:read' },
  members_read: { who: 'members:read', confirmation: 'none', inProject: 'members:read' },
  // Nobody gives or takes more than they have there themselves: identity/members/members.ts.
  members_change: { who: 'members:write', confirmation: 'people', inProject: 'members:write' },

  projects_read: { who: 'projects:read', confirmation: 'none', inProject: 'projects:read' },
  projects_change: { who: 'projects:write', confirmation: 'none', inProject: 'projects:write' },
  projects_create: { who: 'projects:write', confirmation: 'none' },
  // SECURITY: names are of the whole instance: that one is taken would tell of a project that is not there for a member.
  projects_rename: { who: 'projects:write', confirmation: 'none' },
  projects_restore: { who: 'projects:write', confirmation: 'none' },
  // With all its values, and its deployment tokens for good.
  projects_delete: { who: 'projects:delete', confirmation: 'people' },
  variables_read: { who: 'environments:read', confirmation: 'none', inProject: 'environments:read' },
  variables_change: { who: 'environments:write', confirmation: 'none', inProject: 'environments:write' },
  variables_delete: { who: 'environments:delete', confirmation: 'none', inProject: 'environments:delete' },
  environments_change: {
    who: 'environments:write',
    confirmation: 'none',
    inProject: ['environments:write', 'projects:write'],
  },
  environments_delete: {
    who: 'environments:delete',
    confirmation: 'none',
    inProject: ['environments:delete', 'projects:write'],
  },
  // What nobody can take back, unlike a deletion.
  trash_delete: { who: 'environments:delete', confirmation: 'people', inProject: 'environments:delete' },
  // Says which secrets have the value of the file already: a guess, and whether it is right.
  variables_import: { who: 'environments:write', confirmation: 'people', inProject: 'environments:write' },
  variables_reveal: { who: 'environments:reveal', confirmation: 'people', inProject: 'environments:reveal' },
  apps_read: { who: 'deployments:read', confirmation: 'none', inProject: 'deployments:read' },
  engine_read: { who: 'deployments:read', confirmation: 'none', inProject: 'deployments:read' },
  // SECURITY: whoever says which image runs can read what it is given: as much as revealing all values of the environment.
  apps_deploy: {
    who: ['deployments:write', 'environments:reveal'],
    confirmation: 'people',
    inProject: ['deployments:write', 'environments:reveal'],
  },
  // What runs already, or ran before.
  apps_control: { who: 'deployments:write', confirmation: 'none', inProject: 'deployments:write' },
  // With its releases, which nobody can bring back.
  apps_remove: { who: 'deployments:write', confirmation: 'people', inProject: 'deployments:write' },

  reads_read: { who: ['audit:read', 'environments:read'], confirmation: 'none' },
  // Not by keys: one would dismiss what it did itself.
  reads_dismiss: { who: ['audit:read', 'environments:read'], confirmation: 'always' },

  settings_read: { who: 'settings:read', confirmation: 'none' },
  settings_change: { who: 'settings:write', confirmation: 'none' },
  settings_sessions: { who: 'settings:write', confirmation: 'people' },
  settings_loosen: { who: 'settings:write', confirmation: 'always' },
  activity_read: { who: 'audit:read', confirmation: 'none' },
  diagnostics_read: { who: ['audit:read', 'vault:read'], confirmation: 'none' },
  doors_read: { who: 'owner', confirmation: 'none' },

  backups_read: { who: 'backups:read', confirmation: 'none' },
  backups_make: { who: 'backups:write', confirmation: 'none' },
  // By a path of this machine.
  backups_verify_folder: { who: 'owner', confirmation: 'none' },
  backups_delete: { who: 'backups:write', confirmation: 'people' },
  backup_schedules_add: { who: 'backups:write', confirmation: 'none' },
  // Without them nobody is told that no backup was made.
  backup_schedules_change: { who: 'backups:write', confirmation: 'people' },
  // Whoever says where backups go has everything that is in them.
  backup_destinations_change: { who: 'backups:write', confirmation: 'always' },
  // All that is in it, for whoever gets the file.
  backups_export: { who: 'backups:write', confirmation: 'always' },
  backups_export_to_path: { who: 'owner', confirmation: 'always' },
  // It takes the place of everything here, and of everyone's passwords.
  backups_restore: { who: 'owner', confirmation: 'always' },
  // Of a restore that someone who confirmed has prepared, or begun to upload a file for.
  backups_restore_follow: { who: 'owner', confirmation: 'none' },
  // By the id of one restore, which nobody can guess: nobody is signed in after it.
  backups_restore_outcome: { who: 'anyone', confirmation: 'none' },
  // By a link of set-up, where there is nothing yet that could be replaced.
  backups_restore_first: { who: 'anyone', confirmation: 'none' },
  // Two computers would do the same things again.
  backups_old_computer: { who: 'backups:write', confirmation: 'always' },
  backups_former_delete: { who: 'owner', confirmation: 'always' },
  // It opens every backup there is, but for the secrets in it.
  backup_identity: { who: 'owner', confirmation: 'always' },

  vault_read: { who: 'vault:read', confirmation: 'none' },
  vault_lock: { who: 'vault:write', confirmation: 'none' },
  vault_unlock: { who: 'vault:write', confirmation: 'always' },
  // Whoever locked the vault can rely on it: what unlocks it again is a copy of the key, its passphrase, or the owner.
  vault_unlock_from_custody: { who: 'owner', confirmation: 'always' },
  vault_unlock_from_path: { who: 'owner', confirmation: 'always' },
  vault_snooze: { who: 'vault:write', confirmation: 'none' },
  key_create: { who: 'owner', confirmation: 'always' },
  key_move: { who: 'owner', confirmation: 'always' },
  key_rotate: { who: 'vault:write', confirmation: 'always' },
  key_shred: { who: 'owner', confirmation: 'always' },
  key_start_over: { who: 'owner', confirmation: 'always' },
  places_read: { who: 'owner', confirmation: 'none' },
  copies_make: { who: 'vault:write', confirmation: 'always' },
  copies_make_plainer: { who: 'owner', confirmation: 'always' },
  copies_verify: { who: 'vault:write', confirmation: 'none' },
  // Where a copy lies that nobody here sees: a program would say whatever makes it count.
  copies_tell_place: { who: 'person', confirmation: 'none' },
  copies_verify_from_path: { who: 'owner', confirmation: 'none' },
  shares_keep: { who: 'owner', confirmation: 'none' },
  // What is not listed is not missed, and the last one may be among it.
  copies_forget: { who: 'vault:write', confirmation: 'people' },
  recovery_enter: { who: 'vault:write', confirmation: 'none' },
  recovery_regenerate: { who: 'vault:write', confirmation: 'always' },
  recovery_remove_versions: { who: 'vault:write', confirmation: 'always' },
  recovery_rescue: { who: 'vault:write', confirmation: 'always' },
  recovery_rescue_from_path: { who: 'owner', confirmation: 'always' },
} as const satisfies Record<string, ActFacts>;

export type Act = keyof typeof table;
export const acts: Readonly<Record<Act, ActFacts>> = table;

/**
 * Throws `unauthenticated`, `session_locked`, `password_change_required`, `forbidden`, `owner_only` or
 * `confirmation_required` unless the caller may do this now. An old password is checked by the act itself.
 */
export function requireAct(caller: Caller, act: Act, nowMs: number): void {
  const { who, confirmation, whileLocked, beforeOwnPassword, inProject } = acts[act];
  if (caller.kind === 'locked') {
    if (whileLocked) requireAct(caller.person, act, nowMs);
    else if (who !== 'anyone') throw lockedError();
    return;
  }
  if (caller.kind === 'password_change') {
    if (beforeOwnPassword) requireAct(caller.person, act, nowMs);
    else if (who !== 'anyone') throw passwordChangeError();
    return;
  }
  requireWho(caller, who, inProject);
  const mustConfirm =
    confirmation === 'always' ||
    (confirmation === 'people' && caller.kind !== 'key' && caller.kind !== 'token');
  if (mustConfirm && findConfirmedUntil(caller, nowMs) === null)
    throw new AppError(
      'confirmation_required',
      caller.kind === 'key' || caller.kind === 'token'
        ? 'Only a person does this, who confirms it with their password: use the console.'
        : 'Confirm your identity with your password, then try again.',
    );
}

/**
 * Throws as `requireAct` does unless the caller may do this everywhere or in one project at least, for a request that names none:
 * its handler asks again in the place of each thing (`enterPlace`) and leaves out what is elsewhere. SECURITY: who has roles in
 * projects alone is not told here that they miss one; for them what they may not have is not there.
 */
export function requireActSomewhere(caller: Caller, act: Act, nowMs: number): void {
  const { isAll, added } = caller.projects;
  for (const projectId of added.keys()) if (mayDo(enterProject(caller, projectId), act, nowMs)) return;
  try {
    requireAct(caller, act, nowMs);
  } catch (error) {
    const isMember = !isAll && (caller.kind === 'user' || caller.kind === 'key');
    if (!isMember || !acts[act].inProject || !hasCode(error, 'forbidden')) throw error;
  }
}

function lockedError(): AppError {
  return new AppError('session_locked', 'Locked, because nobody used it for a while: enter your password.');
}

export function passwordChangeError(): AppError {
  return new AppError(
    'password_change_required',
    'Somebody else chose this password. Choose your own first: until then nothing else can be done with it.',
  );
}

/** Whether `requireAct` lets the caller pass: for what is left out of an answer rather than refused. */
export function mayDo(caller: Caller, act: Act, nowMs: number): boolean {
  try {
    requireAct(caller, act, nowMs);
    return true;
  } catch {
    return false;
  }
}

function requireWho(caller: Exclude<Caller, HeldCaller>, who: Who, inProject: ActFacts['inProject']): void {
  if (who === 'anyone') return;
  if (who === 'second_factor') {
    requireSecondFactorAwaited(caller);
    return;
  }
  if (caller.kind === 'anonymous') throw new AppError('unauthenticated', 'Sign in, or send an API key.');
  switch (who) {
    case 'signed_in':
      return;
    case 'not_token':
      if (caller.kind === 'token') throw new AppError('forbidden', 'A deployment token cannot do this.');
      return;
    case 'person':
      if (caller.kind === 'user' || caller.kind === 'owner') return;
      throw new AppError('forbidden', 'Only people use the console; keys and tokens belong to programs.');
    case 'api_key':
      if (caller.kind === 'key') return;
      throw new AppError('forbidden', 'This ends the API key that it is called with: send one.');
    case 'account':
      if ((caller.kind === 'user' || caller.kind === 'owner') && caller.userId !== null) return;
      throw new AppError('forbidden', 'This needs a signed-in account: use the console.');
    case 'owner':
    case 'os_account':
      requireOwner(caller, who);
      return;
    default:
      requirePermissions(caller, typeof who === 'string' ? [who] : who, inProject);
  }
}

function requireSecondFactorAwaited(caller: Caller): void {
  if (caller.kind !== 'anonymous')
    throw new AppError('forbidden', 'This is for those whose second factor is awaited.');
  if (caller.pendingSessionId === null)
    throw new AppError('unauthenticated', 'Sign in with your password first.');
}

/** SECURITY: everywhere, and where the caller is in a project, there as the act says: by more than `who`, or not at all. */
function requirePermissions(
  { permissions, inside }: Caller,
  who: readonly Permission[],
  inProject: ActFacts['inProject'],
): void {
  const everywhere = inside?.everywhere ?? permissions;
  const missing = who.find((permission) => !everywhere.includes(permission));
  if (missing === undefined) return;
  const enough = typeof inProject === 'string' ? [inProject] : (inProject ?? []);
  const missingHere = enough.find((permission) => !permissions.includes(permission));
  if (inside && inProject && missingHere === undefined) return;
  const permission = inside && missingHere ? missingHere : missing;
  throw new AppError('forbidden', `This needs the permission ${permission}.`, { details: { permission } });
}

function requireOwner(caller: Caller, who: 'owner' | 'os_account'): void {
  if (caller.kind !== 'owner')
    throw new AppError(
      'owner_only',
      'Only the owner of this machine may do this: use the desktop window, the command line, or `temps-desktop console`.',
    );
  if (who === 'os_account' && caller.via === 'browser')
    throw new AppError(
      'owner_only',
      'A browser cannot do this: use the desktop window or the command line on the machine itself.',
    );
}
