import { z } from '@hono/zod-openapi';
import { toAnswer } from '../../http/to-answer.ts';
import { recoveryGroupNames } from '../secrets/secret-kinds.ts';
import { ownerShape } from '../secrets/secret-shapes.ts';
import { epochMs, fingerprint, orNull, secretKindShape } from '../vocabulary-shapes.ts';
import type { RecoveryList } from './lost-values.ts';

export const lostValueShape = z
  .object({
    id: z.string(),
    kind: secretKindShape,
    owner: orNull(ownerShape),
    since: epochMs,
    last_used_at: epochMs.nullable(),
    can_reenter: z.boolean(),
    can_regenerate: z.boolean(),
  })
  .openapi('LostValue');

export const recoveryShape = z
  .object({
    total: z.number().openapi({ description: 'Lost secrets that need a new value, or got one' }),
    remaining: z.number().openapi({ description: 'Those that still need one' }),
    replaced: z.number().openapi({ description: 'Those that got one since the key was given up' }),
    versions: z.number().openapi({ description: 'Lost values that secrets had before: not among these' }),
    started_at: epochMs.nullable().openapi({ description: 'When the lost key was given up' }),
    lost_fingerprints: z.array(fingerprint).openapi({ description: 'Newest first' }),
    lost_epoch: z.number().nullable(),
    lost_backups: z.array(z.string()).openapi({
      description: 'Of each lost key, in words, the known backups and former databases that need it',
    }),
    groups: z.array(
      z
        .object({
          group: z.enum(recoveryGroupNames).openapi('RecoveryGroupName'),
          values: z.array(lostValueShape),
        })
        .openapi('RecoveryGroup'),
    ),
  })
  .openapi('RecoveryList');

export const rescueShape = z
  .object({ rescued: z.number(), unreadable: z.array(z.string()) })
  .openapi('RescueOutcome');

export const removedVersionsShape = z.object({ removed: z.number() }).openapi('RemovedVersions');

export const regeneratedValueShape = z.object({ value: z.string().nullable() }).openapi('RegeneratedValue');

export function toRecoveryJson(list: RecoveryList) {
  return toAnswer(recoveryShape, {
    ...list,
    lostFingerprints: list.lostKeys.map(({ fingerprint: lost }) => lost),
    lostBackups: list.lostKeys.map(({ backupsSaid }) => backupsSaid),
    lostEpoch: list.lostKeys[0]?.epoch ?? null,
  });
}
