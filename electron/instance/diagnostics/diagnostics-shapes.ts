import { z } from '@hono/zod-openapi';
import { actorKinds } from '../audit/actors.ts';
import { vaultCases } from '../vault/key/start-case.ts';
import { healthReasonCodes } from '../vault/status/health.ts';
import { healthLevels } from '../vault/status/health-level.ts';
import { custodyNames } from '../vault/vocabulary.ts';

const counts = z.record(z.string(), z.int());

export const diagnosticsShape = z
  .object({
    made_at: z.int(),
    versions: z.object({
      app: z.string(),
      node: z.string(),
      electron: z.string().nullable(),
      sqlite: z.string(),
      platform: z.string(),
      arch: z.string(),
      os_release: z.string(),
    }),
    instance: z.object({ id: z.string() }),
    vault: z.object({
      case: z.enum(vaultCases),
      custody: z.enum(custodyNames),
      health: z.object({
        level: z.enum(healthLevels),
        reasons: z.array(z.object({ code: z.enum(healthReasonCodes), level: z.enum(healthLevels) })),
      }),
      secrets_by_kind: counts,
      /** Encrypted values that secrets had before. */
      versions: z.int(),
    }),
    database: z.object({ schema_version: z.int(), rows_by_table: counts }),
    data_directory: z.object({
      free_bytes: z.int().nullable(),
      /** `name` is null for files that are not the instance's own. */
      files: z.array(z.object({ name: z.string().nullable(), size_bytes: z.int(), mode: z.string() })),
    }),
    operations: z.array(z.object({ at: z.int(), operation: z.string(), actor_kind: z.enum(actorKinds) })),
  })
  .openapi('Diagnostics');
