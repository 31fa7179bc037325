import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { statusShape, toStatusJson } from '../status/status-shapes.ts';
import { relocationAnswers, settleRelocation } from './relocation.ts';

/** `/vault/relocation`: what became of a data directory that was moved or copied. */
export function relocationRoutes({ core, jobs }: VaultRouteDeps) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/relocation',
      ...act('key_move'),
      request: body(z.object({ answer: z.enum(relocationAnswers) })),
      responses: answer(statusShape, 'Status of the vault'),
    }),
    async (c) => {
      const caller = c.get('caller');
      await settleRelocation(core, caller, c.req.valid('json').answer);
      await jobs.resume();
      return c.json(toStatusJson(core, jobs));
    },
  );
  return app;
}
