import { createRoute, z } from '@hono/zod-openapi';
import { requireActSomewhere } from '../../access/acts.ts';
import { actorShape } from '../../audit/audit-shapes.ts';
import { actSomewhere, answer, body, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Context } from '../../kernel/context.ts';
import { createQueue } from '../../kernel/queue.ts';
import { namedProjectShape } from '../project-shapes.ts';
import { askAgain, leavePlain, listLeftPlain } from './left-plain.ts';
import { encryptVariables, listPlainSecrets } from './plain-secrets.ts';

const described = z.object({
  id: z.int(),
  updated_at: z.int(),
  key: z.string(),
  project: namedProjectShape.nullable().openapi({ description: 'Null for a shared variable' }),
  environments: z.array(z.string()),
});
const plainSecretShape = described.extend({ because: z.string() }).openapi('PlainSecret');
const leftPlainShape = described
  .extend({
    because: z
      .string()
      .nullable()
      .openapi({ description: 'Null if it does not look like a secret any more' }),
    left_by: z.string(),
    left_by_actor: actorShape,
    left_at: z.int(),
  })
  .openapi('LeftPlain');
const plainSecretsShape = z
  .object({
    variables: z.array(plainSecretShape),
    has_more: z
      .boolean()
      .openapi({ description: 'Whether there are more, told once these are encrypted or left' }),
  })
  .openapi('PlainSecrets');
const leftPlainListShape = z
  .object({
    variables: z.array(leftPlainShape),
    has_more: z.boolean().openapi({ description: 'Whether there are more, left plain before these' }),
  })
  .openapi('LeftPlainList');
const leftShape = z.object({ left: z.int() }).openapi('VariablesLeftPlain');
const askedAgainShape = z.object({ asked_again: z.int() }).openapi('VariablesAskedAgain');
const ids = z.array(z.int()).min(1).max(1000);
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
      ...actSomewhere('variables_read'),
      responses: answer(plainSecretsShape, 'Plain variables that look like secrets, without values'),
    }),
    async (c) =>
      c.json(toAnswer(plainSecretsShape, await looking(() => listPlainSecrets(ctx, c.get('caller'))))),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/plain-secrets/encrypt',
      ...actSomewhere('variables_read', 'variables_change'),
      request: body(z.object({ ids })),
      responses: answer(encryptedShape, 'How many were encrypted'),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireActSomewhere(caller, 'variables_change', ctx.clock.now());
      return c.json({ encrypted: await encryptVariables(ctx, caller, c.req.valid('json').ids) });
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/plain-secrets/left',
      ...actSomewhere('variables_read'),
      responses: answer(leftPlainListShape, 'What was left plain on purpose, without values'),
    }),
    (c) => c.json(toAnswer(leftPlainListShape, listLeftPlain(ctx, c.get('caller')))),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/plain-secrets/leave',
      ...actSomewhere('variables_read', 'variables_change'),
      request: body(
        z.object({
          ids,
          /** By id, as each was seen last. */
          expected_updated_at: z.record(z.string(), z.int()).default({}),
        }),
      ),
      responses: answer(leftShape, 'How many stay plain on purpose, until their value or name changes'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireActSomewhere(caller, 'variables_change', ctx.clock.now());
      const request = c.req.valid('json');
      return c.json({ left: leavePlain(ctx, caller, request.ids, request.expected_updated_at) });
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/plain-secrets/ask-again',
      ...actSomewhere('variables_read', 'variables_change'),
      request: body(z.object({ ids })),
      responses: answer(askedAgainShape, 'Of how many that was taken back'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireActSomewhere(caller, 'variables_change', ctx.clock.now());
      return c.json({ asked_again: askAgain(ctx, caller, c.req.valid('json').ids) });
    },
  );
  return app;
}
