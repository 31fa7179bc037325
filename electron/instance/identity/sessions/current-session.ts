import type { z } from '@hono/zod-openapi';
import { type Caller, findConfirmedUntil } from '../../access/caller.ts';
import type { Identity } from '../identity.ts';
import { findUser, strongestRole } from '../users/users.ts';
import type { currentSessionShape } from './session-shapes.ts';
import { findSessionExpiry } from './sessions.ts';

/** What a page needs to know of its own standing before it shows anything. */
export function describeCurrentSession(
  { ctx, isSetUp }: Identity,
  caller: Caller,
): z.infer<typeof currentSessionShape> {
  if (caller.kind === 'anonymous') {
    return {
      state: caller.pendingSessionId === null ? 'anonymous' : 'second_factor',
      kind: null,
      via: null,
      permissions: [],
      confirmed_until: null,
      session_expires_at: null,
      is_set_up: isSetUp(),
      instance_name: null,
      user: null,
      has_password: false,
    };
  }
  const userId = 'userId' in caller ? caller.userId : null;
  const user = userId === null ? null : findUser(ctx, userId);
  const sessionId = 'sessionId' in caller ? caller.sessionId : null;
  return {
    state: 'signed_in',
    kind: caller.kind,
    via: caller.kind === 'owner' ? caller.via : caller.kind === 'user' ? 'browser' : null,
    permissions: [...caller.permissions],
    confirmed_until: findConfirmedUntil(caller, ctx.clock.now()),
    session_expires_at: sessionId === null ? null : findSessionExpiry(ctx, sessionId),
    is_set_up: isSetUp(),
    instance_name: ctx.store.identity.name,
    user: user && {
      id: user.id,
      name: user.name,
      email: user.email,
      role: caller.kind === 'owner' ? 'admin' : strongestRole(user),
      mfa_enabled: user.mfaEnabled,
    },
    has_password:
      user !== null && (sessionId !== null || (caller.kind === 'owner' && caller.via === 'window')),
  };
}
