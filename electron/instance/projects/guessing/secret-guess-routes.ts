import { createRoute, z } from '@hono/zod-openapi';
import { actSomewhere, answer, body, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { guessSecret } from './secret-guess.ts';

const guessShape = z.object({ is_secret: z.boolean(), because: z.string() }).openapi('SecretGuess');

/** `/secret-guess`: what saving would take a variable for, said while it is still being typed. Nothing is kept. */
export function secretGuessRoutes() {
  const app = createRoutes();
  app.openapi(
    createRoute({
      method: 'post',
      path: '/secret-guess',
      ...actSomewhere('variables_change'),
      request: body(z.object({ key: z.string().max(500), value: z.string() })),
      responses: answer(guessShape, 'Secret or plain, and why'),
    }),
    (c) => {
      const { key, value } = c.req.valid('json');
      return c.json(toAnswer(guessShape, guessSecret(key, value)));
    },
  );
  return app;
}
