import { z } from '@hono/zod-openapi';
import { namedProjectShape } from '../project-shapes.ts';
import { endLevels } from './ending-variables.ts';
import { foundSources } from './value-end.ts';
import { endInForce, endSources, type KnownEnd } from './variable-end.ts';

/** Of an answer about one variable. */
export const endFields = {
  /** When it ends; null for one without an end. */
  expires_at: z.int().nullable(),
  /** Who says so; `by_hand` without a time: someone said that it has no end. Null where nobody did. */
  expires_from: z.enum(endSources).nullable(),
  /** When its value itself ends, which something said by hand overrides. */
  found_expires_at: z.int().nullable(),
  found_expires_from: z.enum(foundSources).nullable(),
};

/**
 * Of a request: a time; `never`, whatever the value says; or null, and the value says it. Unless said, what was said by hand
 * stays, but for `never`, which is of one value.
 */
export const saidEnd = z.union([z.int(), z.literal('never'), z.null()]);

const endingVariable = z
  .object({
    id: z.int(),
    key: z.string(),
    project: namedProjectShape.nullable().openapi({ description: 'Null for a shared variable' }),
    environments: z.array(z.string()),
    is_secret: z.boolean(),
    ...endFields,
    expires_at: z.int(),
    expires_from: z.enum(endSources),
    level: z
      .enum(endLevels)
      .openapi({ description: '`soon`: within 7 days, `due`: within 30 days, `later`: after that' }),
  })
  .openapi('EndingVariable');

export const endingVariablesShape = z
  .object({ variables: z.array(endingVariable), has_more: z.boolean() })
  .openapi('EndingVariables');

/** As the fields above have it. */
export function describeEnd(known: KnownEnd) {
  const { at, from } = endInForce(known);
  return {
    expiresAt: at,
    expiresFrom: from,
    foundExpiresAt: known.foundEndAt,
    foundExpiresFrom: known.foundEndFrom,
  };
}
