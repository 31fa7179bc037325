import { createRoute, z } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import { personBehind } from '../../access/caller.ts';
import { type ApiEnv, act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { clientOf } from '../../http/client.ts';
import { deleteSessionCookie, setSessionCookie } from '../../http/session-cookie.ts';
import { shownText } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { AppError } from '../../kernel/app-error.ts';
import { firstCustodyBody, toFirstCustody } from '../../vault/key/first-custody-body.ts';
import { earlyUnlockBody, toEarlyUnlocking } from '../../vault/key/unlock-body.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { Identity } from '../identity.ts';
import { identityOperations } from '../operations.ts';
import { findAccountOf } from '../users/users.ts';
import { describeCurrentSession } from './current-session.ts';
import {
  currentSessionShape,
  emailStatusShape,
  firstKeyShape,
  linkFileShape,
  meShape,
  oneTimeLinkShape,
  signedInShape,
  signedOutShape,
  toFirstKeyJson,
  toMeJson,
} from './session-shapes.ts';
import { endSession, type NewSession } from './sessions.ts';
import {
  chooseFirstCustody,
  confirmWithPassword,
  createLink,
  createLinkFile,
  getFirstKey,
  redeemOwnerLink,
  setUpAdministrator,
  signIn,
  verifySecondFactor,
} from './sign-in.ts';
import { unlockFirst } from './unlock-first.ts';

const password = z.string().min(1).max(1024);
/** Coming in, going out, and proving who you are. */
export function sessionRoutes(identity: Identity) {
  const { ctx } = identity;
  const app = createRoutes();
  const keep = (c: HonoContext<ApiEnv>, opened: NewSession) =>
    setSessionCookie(c, ctx, opened.token, opened.maxAgeS);

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/login',
      ...act('sign_in'),
      request: body(z.object({ email: z.string().max(254), password })),
      responses: answer(signedInShape, 'Signed in, or waiting for the second factor'),
    }),
    async (c) => {
      const request = c.req.valid('json');
      const { user, opened } = await signIn(
        identity,
        request.email,
        new SecretText(request.password),
        clientOf(c),
      );
      keep(c, opened);
      const waiting = opened.session.kind === 'mfa_pending';
      return c.json({
        success: true,
        message: waiting ? 'Second factor required' : 'Signed in',
        user_id: user.id,
        mfa_required: waiting,
        password_change_required: !waiting && user.mustChangePassword,
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/verify-mfa',
      ...act('sign_in'),
      request: body(z.object({ code: z.string().max(64) })),
      responses: noContent('Signed in'),
    }),
    (c) => {
      keep(c, verifySecondFactor(identity, c.get('caller'), c.req.valid('json').code, clientOf(c)));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/unlock',
      ...act('second_factor_unlock'),
      request: body(earlyUnlockBody),
      responses: noContent('The vault is unlocked, and the second factor still awaited'),
    }),
    async (c) => {
      await unlockFirst(identity, c.get('caller'), toEarlyUnlocking(c.req.valid('json')));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/confirm',
      ...act('identity_confirm'),
      request: body(z.object({ password })),
      responses: noContent('Confirmed for five minutes'),
    }),
    async (c) => {
      await confirmWithPassword(identity, c.get('caller'), new SecretText(c.req.valid('json').password));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/presence',
      ...act('presence_report'),
      responses: noContent('Counts from now; sent by the console while its person does something'),
    }),
    (c) => {
      // Nobody else's page has to look again.
      c.set('isQuestion', true);
      identity.presence.noteUse(c.get('caller'));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/logout',
      ...act('sign_out'),
      responses: answer(signedOutShape, 'Signed out'),
    }),
    (c) => {
      const caller = personBehind(c.get('caller'));
      const sessionId =
        caller.kind === 'anonymous'
          ? caller.pendingSessionId
          : 'sessionId' in caller
            ? caller.sessionId
            : null;
      if (sessionId !== null) {
        endSession(ctx, identity.revocations, sessionId);
        ctx.audit.record(identityOperations.SIGNED_OUT, caller, { kind: caller.kind });
      }
      deleteSessionCookie(c, ctx);
      return c.json({ status: 'signed out' });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/auth/email-status',
      ...act('public_read'),
      responses: answer(emailStatusShape, 'Which mail features are available'),
    }),
    (c) => c.json({ email_configured: false, magic_link_available: false, password_reset_available: false }),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/setup',
      ...act('sign_in'),
      request: body(
        z.object({
          token: z.string().max(100),
          email: z.string().max(254),
          name: shownText(0, 100),
          password,
        }),
      ),
      responses: answer(signedInShape, 'The first administrator exists and is signed in', 201),
    }),
    async (c) => {
      const { token, email, name, password: text } = c.req.valid('json');
      const opened = await setUpAdministrator(
        identity,
        token,
        { email, name, password: new SecretText(text) },
        clientOf(c),
      );
      keep(c, opened);
      return c.json(
        {
          success: true,
          message: 'Set up',
          user_id: opened.session.userId,
          mfa_required: false,
          password_change_required: false,
        },
        201,
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/setup/key',
      ...act('sign_in'),
      request: body(z.object({ token: z.string().max(100) })),
      responses: answer(firstKeyShape, 'The key of this instance, for the holder of a set-up link'),
    }),
    (c) => {
      c.set('isQuestion', true);
      return c.json(toFirstKeyJson(getFirstKey(identity, c.req.valid('json').token, clientOf(c))));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/setup/key/custody',
      ...act('sign_in'),
      request: body(firstCustodyBody.extend({ token: z.string().max(100) })),
      responses: answer(firstKeyShape, 'The first key, created where the holder of the set-up link chose'),
    }),
    async (c) => {
      const { token, ...where } = c.req.valid('json');
      const caller = c.get('caller');
      return c.json(
        toFirstKeyJson(await chooseFirstCustody(identity, caller, token, toFirstCustody(where), clientOf(c))),
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/link',
      ...act('sign_in'),
      request: body(z.object({ token: z.string().max(100) })),
      responses: answer(signedInShape, 'Signed in as the owner'),
    }),
    (c) => {
      const opened = redeemOwnerLink(identity, c.req.valid('json').token, clientOf(c));
      keep(c, opened);
      return c.json({
        success: true,
        message: 'Signed in',
        user_id: opened.session.userId,
        mfa_required: false,
        password_change_required: false,
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/links',
      ...act('link_create'),
      responses: answer(oneTimeLinkShape, 'A one-time link', 201),
    }),
    (c) => {
      const { path, purpose, expiresAt } = createLink(identity);
      return c.json({ path, purpose, expires_at: expiresAt } as const, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/links/file',
      ...act('link_create'),
      responses: answer(linkFileShape, 'A file for a browser, which leads to a one-time link', 201),
    }),
    (c) => c.json(toAnswer(linkFileShape, createLinkFile(identity)), 201),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/auth/session',
      ...act('own_session_read'),
      responses: answer(currentSessionShape, 'The caller’s session; requested before anything is shown'),
    }),
    (c) => c.json(toAnswer(currentSessionShape, describeCurrentSession(identity, c.get('caller')))),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/user/me',
      ...act('signed_in'),
      responses: answer(meShape, 'The caller’s account'),
    }),
    (c) => {
      const caller = c.get('caller');
      if (caller.kind === 'anonymous' || caller.kind === 'locked' || caller.kind === 'password_change')
        throw new AppError('unauthenticated', 'Sign in first.');
      return c.json(toMeJson(caller, findAccountOf(ctx, caller)));
    },
  );

  return app;
}
