import { z } from '@hono/zod-openapi';
import { fingerprint, orNull } from '../vocabulary-shapes.ts';
import { wordMatches } from './typed-words.ts';

export const wordListShape = z.object({ words: z.array(z.string()) }).openapi('WordList');

export const wordsCheckShape = z
  .object({
    problems: z.array(
      z.object({ position: z.number(), nearest: z.array(z.string()) }).openapi('TypedWordProblem'),
    ),
    complete: z.boolean(),
    checksum_ok: z.boolean().nullable(),
    fingerprint: fingerprint.nullable(),
    matches: orNull(z.enum(wordMatches).openapi('WordMatch')),
    epoch: z.number().nullable(),
  })
  .openapi('WordsCheck');
