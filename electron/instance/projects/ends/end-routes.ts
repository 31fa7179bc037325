import { createRoute, z } from '@hono/zod-openapi';
import { actSomewhere, answer, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Context } from '../../kernel/context.ts';
import { describeError } from '../../kernel/log.ts';
import { createQueue } from '../../kernel/queue.ts';
import { endingVariablesShape } from './end-shapes.ts';
import { listEndingVariables, TELL_DAYS } from './ending-variables.ts';
import { findMissingEnds } from './found-ends.ts';

/** As far ahead as anyone plans. */
const MAX_DAYS = 3650;

/** `/ending-variables`: what ends soon, or ended. */
export function endRoutes(ctx: Context) {
  const app = createRoutes();
  /** SECURITY: after an update every value is looked at, so one at a time. */
  const looking = createQueue();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/ending-variables',
      ...actSomewhere('variables_read'),
      request: {
        query: z.object({
          within_days: z.coerce
            .number()
            .int()
            .min(0)
            .max(MAX_DAYS)
            .default(TELL_DAYS)
            .openapi({ type: 'integer' }),
        }),
      },
      responses: answer(endingVariablesShape, 'Variables that end soon or ended, without values'),
    }),
    async (c) => {
      const { within_days } = c.req.valid('query');
      // What cannot be written now is looked at again; what is known is told all the same.
      await looking(() => findMissingEnds(ctx)).catch((error: unknown) =>
        ctx.log.warn({ error: describeError(error) }, 'the ends of values were not looked for'),
      );
      return c.json(toAnswer(endingVariablesShape, listEndingVariables(ctx, c.get('caller'), within_days)));
    },
  );
  return app;
}
