import { type Caller, findConfirmedUntil } from '../../access/caller.ts';
import type { Offered } from '../../http/to-answer.ts';
import { findProjectById } from '../../projects/projects.ts';
import { getAutoLock } from '../../settings/settings.ts';
import type { Identity } from '../identity.ts';
import { findUser, strongestRole } from '../users/users.ts';
import { describeLockedVault, findAwaited } from './awaited-person.ts';
import type { currentSessionShape } from './session-shapes.ts';
import { findSessionExpiry } from './sessions.ts';

/** What a page needs to know about its session before it shows anything. */
export function describeCurrentSession(
  identity: Identity,
  caller: Caller,
): Offered<typeof currentSessionShape> {
  // With what the page beneath needs to stay as it is; nothing of it is answered.
  if (caller.kind === 'locked')
    return { ...describeCurrentSession(identity, caller.person), state: 'locked' };
  // What the page says while the password is changed; SECURITY: no permission is there before, and no project.
  if (caller.kind === 'password_change')
    return {
      ...describeCurrentSession(identity, caller.person),
      state: 'password_change',
      permissions: [],
      everyProject: false,
      projects: [],
      confirmedUntil: null,
    };
  const { ctx, isSetUp } = identity;
  if (caller.kind === 'anonymous') {
    const awaited = findAwaited(identity, caller);
    return {
      state: awaited === null ? 'anonymous' : 'second_factor',
      lockedVault: awaited && ctx.vault.isLocked ? describeLockedVault(identity, awaited) : null,
      kind: null,
      via: null,
      permissions: [],
      everyProject: false,
      projects: [],
      confirmedUntil: null,
      sessionExpiresAt: null,
      isSetUp: isSetUp(),
      instanceName: null,
      user: null,
      hasPassword: false,
      autoLockMinutes: null,
    };
  }
  const userId = 'userId' in caller ? caller.userId : null;
  const user = userId === null ? null : findUser(ctx, userId);
  const sessionId = 'sessionId' in caller ? caller.sessionId : null;
  const hasPassword =
    user !== null && (sessionId !== null || (caller.kind === 'owner' && caller.via === 'window'));
  return {
    state: 'signed_in',
    lockedVault: null,
    kind: caller.kind,
    via: caller.kind === 'owner' ? caller.via : caller.kind === 'user' ? 'browser' : null,
    permissions: caller.permissions,
    everyProject: caller.projects.isAll,
    projects: [...caller.projects.added].flatMap(([projectId, added]) => {
      const project = findProjectById(ctx, projectId);
      return project ? [{ projectId, slug: project.slug, permissions: added }] : [];
    }),
    confirmedUntil: findConfirmedUntil(caller, ctx.clock.now()),
    sessionExpiresAt: sessionId === null ? null : findSessionExpiry(ctx, sessionId),
    isSetUp: isSetUp(),
    instanceName: ctx.store.identity.name,
    user: user && { ...user, role: caller.kind === 'owner' ? 'admin' : strongestRole(user) },
    hasPassword,
    autoLockMinutes: caller.kind === 'owner' || caller.kind === 'user' ? getAutoLock(ctx).minutes : null,
  };
}
