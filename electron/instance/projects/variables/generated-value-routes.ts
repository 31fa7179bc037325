import { createRoute, z } from '@hono/zod-openapi';
import { actSomewhere, answer, body, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { AppError } from '../../kernel/app-error.ts';
import { type GeneratedKind, generatedKinds, generateValue } from './generated-value.ts';

const kinds = Object.keys(generatedKinds) as [GeneratedKind, ...GeneratedKind[]];
const generateBody = z.object({ kind: z.enum(kinds), length: z.int().optional() }).openapi('GenerateValue');
const generatedShape = z.object({ value: z.string() }).openapi('GeneratedValue');

/** `/generated-values`: a value for whoever is about to save it. Nothing is kept. */
export function generatedValueRoutes() {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'post',
      path: '/generated-values',
      ...actSomewhere('variables_change'),
      request: body(generateBody),
      responses: answer(generatedShape, 'A new value that nobody can guess'),
    }),
    (c) => {
      const { kind, length } = c.req.valid('json');
      const value = generateValue(kind, requireLength(kind, length));
      // Nobody else's page has to look again.
      c.set('isQuestion', true);
      return c.json(toAnswer(generatedShape, { value: value.reveal() }));
    },
  );
  return app;
}

function requireLength(kind: GeneratedKind, length: number | undefined): number {
  const limits = generatedKinds[kind];
  if (length === undefined) return limits?.usual ?? 0;
  if (limits && length >= limits.least && length <= limits.most) return length;
  const why = limits
    ? `${kind} takes ${limits.least} to ${limits.most} ${limits.counts}`
    : `${kind} has one length alone`;
  throw new AppError('invalid_request', `${why[0]?.toUpperCase()}${why.slice(1)}.`, {
    fields: { length: why },
  });
}
