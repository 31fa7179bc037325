import { createRoute, z } from '@hono/zod-openapi';
import { act, answer, body, createRoutes } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { VaultRouteDeps } from '../route-deps.ts';
import { SecretText } from '../secret-text.ts';
import { checkTypedWords } from './typed-words.ts';
import { wordListShape, wordsCheckShape } from './word-shapes.ts';
import { listWords, WORD_COUNT } from './words.ts';

const typedBody = z.object({ words: z.array(z.string().max(20)).max(WORD_COUNT) });

/** `/vault/words`: help while the words of a copy are typed. */
export function wordRoutes({ core }: VaultRouteDeps) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/vault/words/list',
      ...act('public_read'),
      responses: answer(wordListShape, 'The 2048 words of the list (BIP-39, English)'),
    }),
    (c) => {
      // Public, and never changes: who sets up draws a passphrase from it before there is an account.
      c.header('cache-control', 'public, max-age=86400');
      return c.json({ words: listWords() });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/vault/words/check',
      ...act('copies_verify'),
      request: body(typedBody),
      responses: answer(wordsCheckShape, 'What is known about them so far; never the words themselves'),
    }),
    (c) => {
      c.set('isQuestion', true);
      const typed = c.req.valid('json').words.map((word) => new SecretText(word));
      return c.json(toAnswer(wordsCheckShape, checkTypedWords(core, typed)));
    },
  );

  return app;
}
