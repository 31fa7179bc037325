import { z } from '@hono/zod-openapi';
import { actorShape } from '../../audit/audit-shapes.ts';
import { noticedWays, ownerVias, readerKinds, readWays } from './reader.ts';
import { unusualRules } from './unusual-reads.ts';

const reader = {
  by: actorShape,
  kind: z.enum(readerKinds).openapi('ReaderKind'),
  via: z
    .enum(ownerVias)
    .nullable()
    .openapi({ description: 'Of the owner: the window, the command line (socket), a browser' }),
  name: z.string().openapi({ description: 'As it was then' }),
  ip: z.string().nullable(),
};

export const variableReadsShape = z
  .object({
    reads: z.array(
      z
        .object({
          ...reader,
          how: z.enum(readWays).openapi('ReadWay'),
          count: z.int(),
          first_at: z.int(),
          last_at: z.int(),
          together: z
            .int()
            .openapi({ description: 'Encrypted variables that were read at once, this one too' }),
        })
        .openapi('VariableRead', { description: 'What one reader read in one way on one day' }),
    ),
    /** For `before`, to get the next page; null on the last one. */
    next: z.string().nullable(),
  })
  .openapi('VariableReads');

export const unusualReadsShape = z
  .object({
    unusual: z.array(
      z
        .object({
          ...reader,
          id: z.int(),
          at: z.int(),
          rule: z.enum(unusualRules).openapi('UnusualReadRule'),
          how: z.enum(noticedWays).openapi('NoticedWay'),
          variables: z
            .int()
            .openapi({ description: 'How many variables; with the rule people, how many changes of people' }),
          path: z.string().nullable().openapi({
            description: 'Page of the console where this access can be taken away; null where it is gone',
          }),
        })
        .openapi('UnusualRead'),
    ),
  })
  .openapi('UnusualReads');
