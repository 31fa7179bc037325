import { z } from '@hono/zod-openapi';
import { toAnswer } from '../../http/to-answer.ts';
import { custodyShape, describeCustody } from '../custody/custody-shapes.ts';
import { healthShape } from '../status/status-shapes.ts';
import { getHealth, getSealCount } from '../status/vault-status.ts';
import type { VaultCore } from '../vault-core.ts';
import { keyStates } from '../vocabulary.ts';
import { custodyNameShape, epochMs, fingerprint } from '../vocabulary-shapes.ts';
import { findActiveRecord } from './key-record.ts';

/** What the key's own routes answer. */

const keyFields = {
  fingerprint: fingerprint.nullable(),
  epoch: z.number().nullable(),
  custody: custodyShape,
  created_at: epochMs.nullable(),
  activated_at: epochMs.nullable(),
  seal_count: z.number(),
  rotation_advised: z.boolean(),
  health: healthShape,
};

export const keyShape = z.object(keyFields).openapi('EncryptionKey');

export const movedKeyShape = z
  .object({
    ...keyFields,
    note: z.string().nullable().openapi({ description: 'What is left to do, in words' }),
  })
  .openapi('MovedKey');

export const epochShape = z
  .object({
    fingerprint,
    epoch: z.number(),
    state: z.enum(keyStates).openapi('KeyState'),
    custody: custodyNameShape,
    created_at: epochMs,
    activated_at: epochMs,
    retired_at: epochMs.nullable(),
    shredded_at: epochMs.nullable(),
    held: z.boolean(),
    seal_count: z.number(),
    values: z.number().openapi({ description: 'Values encrypted with this key' }),
    copies: z.number().openapi({ description: 'Known copies of it, verified or not' }),
    backups: z.number().openapi({ description: 'Known backups made under it' }),
    newest_backup_at: epochMs.nullable(),
    former_databases: z.array(z.string()).openapi({
      description: 'Those on this disk that hold values of it, or cannot be read',
    }),
    backups_said: z.string().openapi({ description: 'What needs it, in words' }),
    if_shredded: z.string().openapi({ description: 'What is lost if it is shredded, in words' }),
  })
  .openapi('KeyEpoch');

export const keyEpochsShape = z.object({ epochs: z.array(epochShape) }).openapi('KeyEpochs');

export function toKeyJson(core: VaultCore) {
  const active = findActiveRecord(core.store);
  return toAnswer(keyShape, {
    fingerprint: active?.fingerprint ?? null,
    epoch: active?.epoch ?? null,
    custody: describeCustody(core.custody),
    createdAt: active?.createdAt ?? null,
    activatedAt: active?.activatedAt ?? null,
    ...getSealCount(core),
    health: getHealth(core),
  });
}
