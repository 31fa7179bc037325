import { createRoute, z } from '@hono/zod-openapi';
import { requireAct } from '../../access/acts.ts';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Context } from '../../kernel/context.ts';
import { createQueue } from '../../kernel/queue.ts';
import { encryptVariables, listPlainSecrets } from './plain-secrets.ts';

const plainSecretShape = z
  .object({
    id: z.int(),
    key: z.string(),
    project: z
      .object({ id: z.int(), name: z.string(), slug: z.string() })
      .nullable()
      .openapi({ description: 'Null for a shared variable' }),
    environments: z.array(z.string()),
    because: z.string(),
  })
  .openapi('PlainSecret');
const plainSecretsShape = z
  .object({
    variables: z.array(plainSecretShape),
    has_more: z.boolean().openapi({ description: 'Whether there are more, told once these are encrypted' }),
  })
  .openapi('PlainSecrets');
const encryptedShape = z.object({ encrypted: z.int() }).openapi('EncryptedVariables');

/** `/plain-secrets`: what was saved in plain and looks like a secret. */
export function plainSecretRoutes(ctx: Context) {
  const app = createRoutes();
  /** SECURITY: everything is looked through, so one at a time. */
  const looking = createQueue();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/plain-secrets',
      ...act('variables_read'),
      responses: answer(plainSecretsShape, 'Plain variables that look like secrets, without values'),
    }),
    async (c) =>
      c.json(toAnswer(plainSecretsShape, await looking(() => listPlainSecrets(ctx, c.get('caller'))))),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/plain-secrets/encrypt',
      ...act('variables_read', 'variables_change'),
      request: body(z.object({ ids: z.array(z.int()).min(1).max(1000) })),
      responses: answer(encryptedShape, 'How many were encrypted'),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireAct(caller, 'variables_change', ctx.clock.now());
      return c.json({ encrypted: await encryptVariables(ctx, caller, c.req.valid('json').ids) });
    },
  );
  return app;
}
