import { z } from '@hono/zod-openapi';
import { toAnswer } from '../../http/to-answer.ts';
import type { ErrorCode } from '../../kernel/app-error.ts';
import { custodyShape, describeCustody } from '../custody/custody-shapes.ts';
import { findRelocation } from '../home/relocated.ts';
import { findActiveRecord } from '../key/key-record.ts';
import { vaultCases } from '../key/start-case.ts';
import { describeRotation, rotationShape } from '../rotation/rotation-shapes.ts';
import { countAtStake, countSecrets, pickCounts, sumCounts } from '../secrets/secret-counts.ts';
import type { VaultCore } from '../vault-core.ts';
import type { VaultJobs } from '../vault-jobs.ts';
import { copyFormatShape, countsByKind, epochMs, fingerprint, orNull } from '../vocabulary-shapes.ts';
import { driveStates } from './backup-half.ts';
import { healthHalves, healthReasonCodes } from './health.ts';
import { healthLevels } from './health-level.ts';
import { findKeyProof } from './key-proof.ts';
import { getHealth } from './vault-status.ts';

/** What the vault's routes answer. Every answer is checked against its shape by the compiler, and documented by it. */

export const databaseStates = ['ok', 'gone', 'damaged', 'taken', 'full', 'read_only', 'failing'] as const;
const healthLevelShape = z.enum(healthLevels).openapi('KeyHealthLevel');

export const driveStateShape = z.enum(driveStates).openapi('BackupDriveState', {
  description:
    'Of a drive whose backups are made when it is plugged in: not there, another one in its place, there while its backup waits, in use by a backup or a drill, or free to be removed',
});

const recoveryShape = z
  .object({
    is_whole: z.boolean(),
    sentence: z.string(),
    backup_at: epochMs.nullable().openapi({ description: 'Of the backup that would be restored' }),
    destination: z.string().nullable(),
    drilled_at: epochMs.nullable(),
    late_at: epochMs.nullable().openapi({
      description: 'From when the newest backup there is older than its schedules say',
    }),
    has_destinations: z.boolean().openapi({ description: 'Whether it was said where backups go' }),
    is_running: z.boolean().openapi({ description: 'Whether a backup is being made' }),
    destinations: z.array(
      z
        .object({
          name: z.string(),
          failed: orNull(z.enum(['backup', 'drill']).openapi('FailedBackupStep')),
          good_at: epochMs
            .nullable()
            .openapi({ description: 'When a backup or a drill there was good last' }),
          drive: orNull(driveStateShape),
        })
        .openapi('BackupDestinationState'),
    ),
  })
  .openapi('Recovery', { description: 'What the loss of this computer would mean now' });

export const healthShape = z
  .object({
    level: healthLevelShape.openapi({ description: 'Of the worse half' }),
    halves: z.object({ key: healthLevelShape, backup: healthLevelShape }).openapi('KeyHealthHalves'),
    attention: z.boolean().openapi({ description: 'False when every reason is snoozed' }),
    reasons: z.array(
      z
        .object({
          code: z.enum(healthReasonCodes).openapi('KeyHealthReasonCode'),
          half: z.enum(healthHalves),
          level: healthLevelShape,
          message: z.string(),
          snoozed_until: epochMs.nullable(),
        })
        .openapi('KeyHealthReason'),
    ),
    recovery: orNull(recoveryShape),
  })
  .openapi('KeyHealth');

export const proofOfKeyShape = z
  .object({
    verified_at: epochMs.nullable(),
    place: z.string().nullable(),
    format: orNull(copyFormatShape),
    due_at: epochMs.nullable(),
  })
  .openapi('KeyProof', { description: 'The latest verified separate copy of the active key' });

const statusFields = {
  state: z.enum(['running', 'locked']),
  case: z.enum(vaultCases).openapi('VaultCase'),
  detail: z.string().nullable(),
  idle_minutes: z.int().nullable().openapi({
    description: 'For `locked_when_idle`: for how long nobody used it',
  }),
  refused: z.boolean().openapi({
    description: 'While waiting: true when the custody refused or did not respond, false when it is locked',
  }),
  instance: z.object({ id: z.string(), name: z.string() }),
  fingerprint: fingerprint.nullable(),
  found_fingerprint: fingerprint.nullable(),
  found_key: z
    .object({ path: z.string(), fingerprint })
    .nullable()
    .openapi({ description: 'An existing key file: to be used as the first key, or left unchanged' }),
  epoch: z.number().nullable(),
  custody: custodyShape,
  custody_asked_at: epochMs
    .nullable()
    .openapi({ description: 'When the custody was last checked for the key' }),
  health: healthShape,
  proof: proofOfKeyShape,
  secrets: z.object({
    total: z.number().openapi({ description: 'Each counted once, whatever versions it had before' }),
    versions: z.number().openapi({ description: 'Encrypted values that secrets had before' }),
    by_kind: countsByKind,
    at_stake: countsByKind.openapi({ description: 'Without secrets whose value was lost with a key' }),
    versions_at_stake: countsByKind.openapi({
      description: 'Values that secrets had before, without those lost with a key',
    }),
  }),
  rotation: orNull(rotationShape),
  relocation: z.object({ from: z.string(), is_original_there: z.boolean() }).nullable().openapi({
    description: 'Where the data directory was, until its owner says whether it was moved or copied',
  }),
  database: z
    .object({
      state: z.enum(databaseStates).openapi('DatabaseState'),
      detail: z.string().nullable(),
    })
    .openapi('DatabaseStanding', { description: 'Only `ok` can be written' }),
  said: z.array(z.string()).openapi({ description: 'What startup repaired or noticed' }),
};

export const statusShape = z.object(statusFields).openapi('VaultStatus');

export const unlockedShape = z
  .object({
    ...statusFields,
    note: z.string().nullable().openapi({ description: 'What is left to do, in words' }),
  })
  .openapi('UnlockedVault');

export function toStatusJson(core: VaultCore, jobs: VaultJobs) {
  const { situation, store } = core;
  const active = findActiveRecord(store);
  const counts = countSecrets(core);
  const sum = sumCounts(counts);
  const atStake = countAtStake(core, counts);
  return toAnswer(statusShape, {
    state: situation.case === 'running' ? 'running' : 'locked',
    case: situation.case,
    detail: situation.detail,
    idleMinutes: situation.idleMinutes ?? null,
    instance: store.identity,
    fingerprint: active?.fingerprint ?? null,
    refused: situation.refused ?? false,
    foundFingerprint: situation.foundFingerprint,
    foundKey: core.found,
    epoch: active?.epoch ?? null,
    custody: describeCustody(core.custody),
    custodyAskedAt: core.custodyAskedAt,
    health: getHealth(core),
    proof: findKeyProof(core),
    secrets: {
      total: sum.secrets,
      versions: sum.versions,
      byKind: pickCounts(counts, 'secrets'),
      atStake: pickCounts(atStake, 'secrets'),
      versionsAtStake: pickCounts(atStake, 'versions'),
    },
    rotation: describeRotation(core, jobs),
    relocation: situation.case === 'relocated' ? findRelocation(core) : null,
    database: describeDatabase(core),
    said: core.said,
  });
}

const troubleStates = new Map<ErrorCode, (typeof databaseStates)[number]>([
  ['database_gone', 'gone'],
  ['database_damaged', 'damaged'],
  ['data_dir_in_use', 'taken'],
  ['disk_full', 'full'],
  ['database_read_only', 'read_only'],
  ['data_dir_unusable', 'read_only'],
  ['disk_failed', 'failing'],
]);

function describeDatabase({ store }: VaultCore): {
  state: (typeof databaseStates)[number];
  detail: string | null;
} {
  const trouble = store.findTrouble();
  if (trouble) return { state: troubleStates.get(trouble.code) ?? 'damaged', detail: trouble.message };
  const failure = store.findFailure();
  if (!failure) return { state: 'ok', detail: null };
  return {
    state: troubleStates.get(failure.code) ?? 'failing',
    detail: `${failure.message} What is stored can be read; nothing new is saved until the disk takes writes again, which is tried every few seconds.`,
  };
}
