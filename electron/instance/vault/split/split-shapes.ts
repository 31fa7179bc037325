import { z } from '@hono/zod-openapi';
import { wordMatches } from '../copies/typed-words.ts';
import { epochMs, fingerprint, orNull } from '../vocabulary-shapes.ts';
import { shareVerdicts, typedShareStates } from './share-check.ts';
import type { KeySplit } from './split-record.ts';
import { splitStates } from './split-verdict.ts';

/** What the routes of split keys answer. */

export const splitShape = z
  .object({
    id: z.number(),
    fingerprint,
    epoch: z.number().nullable(),
    threshold: z.number().openapi({ description: 'How many shares open the key' }),
    share_count: z.number(),
    made_at: epochMs,
    combined_at: epochMs
      .nullable()
      .openapi({ description: 'When as many shares as are needed last gave the key' }),
    state: z.enum(splitStates).openapi('KeySplitState'),
    message: z.string().openapi({ description: 'That it counts as one copy of the key, or why it does not' }),
    verified_at: epochMs.nullable().openapi({ description: 'As of when it counts as verified' }),
    shares: z.array(
      z
        .object({
          number: z.number(),
          place: z.string().nullable(),
          separate: z.boolean(),
          verified_at: epochMs.nullable(),
        })
        .openapi('KeyShare'),
    ),
  })
  .openapi('KeySplit');

export const splitsShape = z.object({ splits: z.array(splitShape) }).openapi('KeySplits');
export const oneSplitShape = z.object({ split: splitShape }).openapi('KeySplitAnswer');

/** Holds a share: a page to show or print, for the owner alone. */
const sharePageShape = z
  .object({
    title: z.string(),
    warning: z.string(),
    number: z.number(),
    threshold: z.number(),
    share_count: z.number(),
    scheme: z.string(),
    instance_name: z.string(),
    instance_id: z.string(),
    fingerprint,
    epoch: z.number(),
    date: z.string().openapi({ example: '2026-06-01' }),
    words: z.array(z.string()),
    qr_text: z.string(),
    steps: z.array(z.string()),
  })
  .openapi('KeySharePage');

export const madeSplitShape = z
  .object({
    split: splitShape,
    pages: z.array(sharePageShape),
    asked: z.array(z.number()).openapi({ description: 'Shares to give back first, together' }),
  })
  .openapi('MadeKeySplit');

export const keptShareShape = z
  .object({ split: splitShape, written_to: z.string().nullable() })
  .openapi('KeptKeyShare');

const problemShape = z
  .object({ position: z.number(), nearest: z.array(z.string()) })
  .openapi('ShareWordProblem');

export const shareCheckShape = z
  .object({
    verdict: z.enum(shareVerdicts).openapi('KeyShareVerdict'),
    detail: z.string(),
    split_id: z.number().nullable(),
    number: z.number().nullable(),
    threshold: z.number().nullable(),
    share_count: z.number().nullable(),
    fingerprint: fingerprint.nullable(),
    epoch: z.number().nullable(),
    problems: z.array(problemShape),
  })
  .openapi('KeyShareCheck');

export const typedSharesShape = z
  .object({
    shares: z.array(
      z
        .object({
          state: z.enum(typedShareStates).openapi('TypedShareState'),
          message: z.string().nullable(),
          words: z.number(),
          problems: z.array(problemShape),
          number: z.number().nullable(),
          threshold: z.number().nullable(),
        })
        .openapi('TypedShare'),
    ),
    numbers: z.array(z.number()).openapi({ description: 'Numbers of the shares that are there' }),
    threshold: z.number().nullable(),
    share_count: z.number().nullable(),
    missing: z.number().nullable().openapi({ description: 'How many more shares are needed' }),
    complete: z.boolean().openapi({ description: 'Together they give a key' }),
    message: z.string().nullable(),
    fingerprint: fingerprint.nullable(),
    matches: orNull(z.enum(wordMatches).openapi('WordMatch')),
    epoch: z.number().nullable(),
  })
  .openapi('TypedShares');

/** What an answer about a split is made from. */
export const describeSplit = ({ verdict, ...split }: KeySplit) => ({ ...split, ...verdict });
