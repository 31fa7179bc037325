import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { formerWhys } from '../../store/data-directory.ts';
import type { BackupsCore } from '../backups-core.ts';
import { findHolding } from './holding.ts';

const holdingShape = z
  .object({
    backups: z.object({ count: z.int(), places: z.array(z.string()), kept_until: z.int().nullable() }),
    former: z.array(z.object({ name: z.string(), why: z.enum(formerWhys), kept_until: z.int() })),
    said: z.array(z.string()).openapi({ description: 'The same in words' }),
  })
  .openapi('BackupsHolding');

/** What still has what is deleted. */
export function holdingRoutes(core: BackupsCore) {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/backups/holding',
      ...act('backups_read'),
      request: {
        query: z.object({
          since: z.coerce
            .number()
            .int()
            .min(0)
            .openapi({ type: 'integer', param: { required: true } }),
        }),
      },
      responses: answer(holdingShape, 'Backups and former databases that may have what was created then'),
    }),
    (c) => c.json(toAnswer(holdingShape, findHolding(core, c.req.valid('query').since))),
  );
  return app;
}
