import { createRoute, z } from '@hono/zod-openapi';
import { passwordChangeError, requireAct } from '../../access/acts.ts';
import { type Caller, personBehind } from '../../access/caller.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { Identity } from '../identity.ts';
import { sayBeforeEnabling } from '../sessions/awaited-person.ts';
import { disableSecondFactor, enableSecondFactor, setUpSecondFactor } from '../sessions/second-factor.ts';
import { ownSessionsShape } from '../sessions/session-shapes.ts';
import { describeSession, endOtherSessions, endSessionOf, listSessionsOf } from '../sessions/sessions.ts';
import { confirmWithPassword, noteWrongCode } from '../sessions/sign-in.ts';
import { accountChange, password, secondFactorSetupShape, toUserJson, userShape } from './user-shapes.ts';
import { getUser, listGuessedNames, updateUser } from './users.ts';

/** Someone's own account: what they are called, their password, second factor and sessions. */
export function ownAccountRoutes(identity: Identity) {
  const { ctx, passwords } = identity;
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/users/me',
      ...act('account_password', 'account_change'),
      request: body(
        accountChange.extend({ current_password: password.optional(), password: password.optional() }),
      ),
      responses: answer(userShape, 'Your account; a new password ends all your other sessions'),
    }),
    async (c) => {
      const given = c.get('caller');
      const caller = personBehind(given);
      const { userId, sessionId } = requireSelf(caller);
      const { current_password: current, password: wanted, ...change } = c.req.valid('json');
      // SECURITY: nothing beside it, and not without it.
      if (given.kind === 'password_change' && (wanted === undefined || Object.keys(change).length > 0))
        throw passwordChangeError();
      if (current !== undefined) await confirmWithPassword(identity, caller, new SecretText(current));
      else if (wanted === undefined) requireAct(caller, 'account_change', ctx.clock.now());
      // SECURITY: who finds a session open, even just after signing in, must not be able to lock its person out.
      else
        throw new AppError('invalid_request', 'A new password needs the current one, too.', {
          fields: { current_password: 'required to set a new one' },
        });
      // Who is told to change it, as others may know it, would leave it as it is. The current one is right by now.
      if (wanted !== undefined && wanted === current)
        throw new AppError('password_unchanged', 'This is the password that the account has already.', {
          fields: { password: 'the current one' },
        });
      // Before anything is saved: if the password is refused, nothing else is changed.
      const hash =
        wanted === undefined
          ? null
          : await passwords.hash(
              new SecretText(wanted),
              caller.label,
              listGuessedNames(ctx, getUser(ctx, userId)),
            );
      const newPassword = hash === null ? null : { hash, keptSessionId: sessionId };
      return c.json(toUserJson(updateUser(ctx, caller, userId, change, newPassword)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/me/mfa/setup',
      ...act('account_second_factor'),
      responses: answer(secondFactorSetupShape, 'Shown once'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { userId } = requireSelf(caller);
      const made = setUpSecondFactor(ctx, caller, userId);
      return c.json({
        secret_key: made.secret.reveal(),
        otpauth_url: made.otpauthUrl.reveal(),
        recovery_codes: made.recoveryCodes.map((code) => code.reveal()),
        note: sayBeforeEnabling(identity, getUser(ctx, userId)),
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/me/mfa/verify',
      ...act('account_use'),
      request: body(z.object({ code: z.string().max(16) })),
      responses: noContent('The second factor is on'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { userId } = requireSelf(caller);
      const guessed = { what: 'code', userId } as const;
      identity.throttle.requireAllowed(guessed);
      try {
        enableSecondFactor(ctx, caller, userId, c.req.valid('json').code);
      } catch (error) {
        if (hasCode(error, 'invalid_credentials')) {
          identity.throttle.noteFailure(guessed);
          noteWrongCode(identity, caller, userId, caller.ip);
        }
        throw error;
      }
      identity.throttle.noteSuccess(guessed);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/me/mfa',
      ...act('account_second_factor'),
      responses: noContent('The second factor is off'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { userId } = requireSelf(caller);
      disableSecondFactor(ctx, caller, userId);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/users/me/sessions',
      ...act('account_use'),
      responses: answer(ownSessionsShape, 'Where you are signed in, newest first'),
    }),
    (c) => {
      const { userId, sessionId } = requireSelf(c.get('caller'));
      const sessions = listSessionsOf(ctx, userId).map((session) => ({
        ...describeSession(session, identity.sightings),
        current: session.id === sessionId,
      }));
      return c.json(toAnswer(ownSessionsShape, { sessions }));
    },
  );

  // Ending a session needs no confirmation: it protects, and is what one does in a hurry.
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/me/sessions/{id}',
      ...act('account_sessions_end'),
      request: { params: z.object({ id: pathId }) },
      responses: noContent('The session has ended'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { userId } = requireSelf(caller);
      endSessionOf(ctx, identity.revocations, caller, userId, c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/me/sessions',
      ...act('account_sessions_end'),
      responses: noContent('All your other sessions have ended'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { userId, sessionId } = requireSelf(caller);
      endOtherSessions(ctx, identity.revocations, caller, userId, sessionId);
      return c.body(null, 204);
    },
  );

  return app;
}

/** Throws `unauthenticated`, and `forbidden` for keys and for an owner who acts as no account. */
function requireSelf(caller: Caller): { userId: number; sessionId: number | null } {
  if (caller.kind === 'anonymous') throw new AppError('unauthenticated', 'Sign in first.');
  if ((caller.kind === 'user' || caller.kind === 'owner') && caller.userId !== null)
    return { userId: caller.userId, sessionId: caller.sessionId };
  throw new AppError('forbidden', 'This needs a signed-in account: use the console.');
}
