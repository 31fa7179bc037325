import { createRoute } from '@hono/zod-openapi';
import { act, answer, createRoutes } from '../http/api.ts';
import { toAnswer } from '../http/to-answer.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { localAuthoritiesShape } from './certificate-shapes.ts';
import { findAuthorities } from './local-authority.ts';

/** The local authority: what it may vouch for and until when; its certificate is for everyone who wants to trust it. */
export function certificateRoutes(ctx: Context) {
  const app = createRoutes();
  const getAuthorities = () => {
    const found = findAuthorities(ctx);
    if (!found) throw new AppError('not_found', 'There is no local certificate authority yet.');
    return found;
  };
  const pem = { 'content-type': 'application/x-pem-file' };

  app.get('/ca.pem', (c) => c.body(getAuthorities().current.certificatePem, 200, pem));
  app.get('/ca-next.pem', (c) => {
    const { next } = getAuthorities();
    if (!next) throw new AppError('not_found', 'No other authority is due to take over.');
    return c.body(next.certificatePem, 200, pem);
  });
  app.openapi(
    createRoute({
      method: 'get',
      path: '/certificates/authorities',
      ...act('settings_read'),
      responses: answer(localAuthoritiesShape, 'The local authority, and the one that takes over from it'),
    }),
    (c) => {
      return c.json(toAnswer(localAuthoritiesShape, getAuthorities()));
    },
  );
  return app;
}
