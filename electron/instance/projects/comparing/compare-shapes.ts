import { z } from '@hono/zod-openapi';
import { importWarning } from '../variables/variable-shapes.ts';
import { comparedValues } from './compare-environments.ts';

/** SECURITY: none of these has a value, or anything that is made of one. */
const foundIn = z
  .object({
    environment_id: z.int(),
    variable_id: z.int(),
    is_secret: z.boolean(),
    state: z.enum(['ok', 'locked', 'unreadable']),
    /** Grows with every change of the variable. */
    updated_at: z.int(),
    /** Environments of one number have the same value; null where that is not known. */
    group: z.int().nullable(),
  })
  .openapi('FoundInEnvironment');

export const comparisonShape = z
  .object({
    environments: z.array(z.object({ id: z.int(), name: z.string(), slug: z.string() })),
    /** By name. */
    variables: z.array(
      z
        .object({
          key: z.string(),
          /** Whether one of the environments does not have it. */
          is_missing: z.boolean(),
          /** Of the environments that have it. */
          values: z.enum(comparedValues),
          found: z.array(foundIn),
        })
        .openapi('ComparedVariable'),
    ),
  })
  .openapi('EnvironmentComparison');

const copyItem = z
  .object({
    key: z.string(),
    is_secret: z.boolean(),
    /** It is plain until then: its plain versions are erased. */
    becomes_secret: z.boolean(),
  })
  .openapi('CopyItem');

export const copyOutcomeShape = z
  .object({
    dry_run: z.boolean(),
    added: z.array(copyItem),
    changed: z.array(copyItem),
    /** There already, with the same value. */
    unchanged: z.array(copyItem),
    /** There already, and left as they are. */
    skipped: z.array(copyItem),
    /** References of what is copied that do not resolve there. */
    warnings: z.array(importWarning),
    /** By which it can be undone, as an import; null for a dry run, and where nothing changed. */
    import_id: z.int().nullable(),
  })
  .openapi('CopyOutcome');
