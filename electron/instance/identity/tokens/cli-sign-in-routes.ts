import { createRoute, z } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import { createNaming } from '../../audit/actors.ts';
import { type ApiEnv, act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { findConsoleBase } from '../console-base.ts';
import type { Identity } from '../identity.ts';
import {
  approveCliSignIn,
  beginCliSignIn,
  denyCliSignIn,
  findCliSignIn,
  pollCliSignIn,
  signOutCli,
} from './cli-sign-in.ts';
import { cliSignInPollShape, cliSignInStartShape, pendingCliSignInShape } from './cli-sign-in-shapes.ts';
import { CODE_LIFE_MS, POLL_INTERVAL_S } from './pending-sign-ins.ts';
import { apiKeyShape, toKeyJson } from './token-shapes.ts';

/** The page of the console where the code is typed; upstream's client names it too. */
const PAGE = '/cli-login';

// SECURITY: codes are in bodies alone, never in an address, which is logged and kept by browsers.
const userCode = z.object({ user_code: z.string().min(1).max(40) });

/** Signing in a program on another computer through a browser (RFC 8628), and signing it out. */
export function cliSignInRoutes(identity: Identity) {
  const app = createRoutes();

  const findPage = (c: HonoContext<ApiEnv>) => `${findConsoleBase(identity, c) ?? ''}${PAGE}`;

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/cli/device/start',
      ...act('sign_in'),
      request: body(z.object({ client_name: z.string().max(1000).nullable().optional() })),
      responses: answer(cliSignInStartShape, 'Two codes: one for the program, one for its person'),
    }),
    (c) => {
      c.set('isQuestion', true);
      const { client_name } = c.req.valid('json');
      const { deviceCode, userCode: code } = beginCliSignIn(
        identity,
        client_name ?? null,
        c.get('caller').ip,
      );
      const page = findPage(c);
      return c.json({
        device_code: deviceCode,
        user_code: code,
        verification_uri: page,
        verification_uri_complete: page,
        expires_in: CODE_LIFE_MS / 1000,
        interval: POLL_INTERVAL_S,
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/cli/device/poll',
      ...act('sign_in'),
      request: body(z.object({ device_code: z.string().max(200) })),
      responses: answer(cliSignInPollShape, 'How it stands, in the words of RFC 8628; the key is given once'),
    }),
    (c) => {
      c.set('isQuestion', true);
      const polled = pollCliSignIn(identity, c.req.valid('json').device_code, c.get('caller').ip);
      if (polled.status !== 'approved') return c.json({ status: polled.status });
      const { key, text, email } = polled;
      const { role_type: role, key_prefix, expires_at } = toKeyJson(key, createNaming(identity.ctx));
      return c.json({
        status: polled.status,
        user_id: key.userId ?? 0,
        email,
        role,
        api_key: text.reveal(),
        key_prefix,
        expires_at,
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/cli/device/lookup',
      ...act('cli_sign_in_look'),
      request: body(userCode),
      responses: answer(pendingCliSignInShape, 'The program that waits for this code'),
    }),
    (c) => {
      c.set('isQuestion', true);
      const { clientName, ip, askedAt, expiresAt } = findCliSignIn(
        identity,
        c.get('caller'),
        c.req.valid('json').user_code,
      );
      return c.json({
        client_name: clientName,
        requested_ip: ip,
        asked_at: new Date(askedAt).toISOString(),
        expires_at: new Date(expiresAt).toISOString(),
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/cli/device/approve',
      ...act('cli_sign_in_approve'),
      request: body(
        userCode.extend({
          role_type: z.string(),
          permissions: z.array(z.string()).max(100).nullable().optional(),
          expires_at: z.iso.datetime({ offset: true }).optional().openapi({
            description: 'In 90 days where it is left out; a year at most',
          }),
        }),
      ),
      responses: answer(apiKeyShape, 'The key that the program collects, without its text', 201),
    }),
    (c) => {
      const { user_code, role_type, permissions, expires_at } = c.req.valid('json');
      const key = approveCliSignIn(identity, c.get('caller'), user_code, {
        roleType: role_type,
        permissions,
        expiresAt: expires_at === undefined ? undefined : Date.parse(expires_at),
      });
      return c.json(toKeyJson(key, createNaming(identity.ctx)), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/cli/device/deny',
      ...act('cli_sign_in_look'),
      request: body(userCode),
      responses: noContent('The program is told that it was denied'),
    }),
    (c) => {
      c.set('isQuestion', true);
      denyCliSignIn(identity, c.get('caller'), c.req.valid('json').user_code);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/cli/logout',
      ...act('cli_sign_out'),
      responses: noContent('The API key of this request works nowhere any more'),
    }),
    (c) => {
      signOutCli(identity, c.get('caller'));
      return c.body(null, 204);
    },
  );

  return app;
}
