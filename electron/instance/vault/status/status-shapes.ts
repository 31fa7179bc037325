import { z } from '@hono/zod-openapi';
import { vaultCases } from '../key/start-case.ts';
import { secretGroupNames } from '../secrets/secret-kinds.ts';
import { copyFormats, custodyNames, rotationStates, secretKinds } from '../vocabulary.ts';
import { healthLevels, healthReasonCodes } from './health.ts';

/** What the vault's routes answer. Every answer is checked against its shape by the compiler, and documented by it. */

export const epochMs = z.number().int().openapi({ description: 'Milliseconds since 1970' });
export const fingerprint = z.string().openapi({ example: '4F2A-91C0-77DE-1B3A' });
export const databaseStates = ['ok', 'gone', 'damaged'] as const;
export const secretKindShape = z.enum(secretKinds).openapi('SecretKind');
export const secretGroupShape = z.enum(secretGroupNames).openapi('SecretGroup');
export const countsByKind = z.partialRecord(z.enum(secretKinds), z.number());

/** Null beside a named shape: `.nullable()` would make the named component itself nullable in the document. */
export const orNull = <S extends z.ZodType>(shape: S) => z.union([shape, z.null()]);

export const copyFormatShape = z.enum(copyFormats).openapi('CopyFormat');
export const custodyNameShape = z.enum(custodyNames).openapi('CustodyName');
const healthLevelShape = z.enum(healthLevels).openapi('KeyHealthLevel');

export const custodyShape = z
  .object({ name: custodyNameShape, label: z.string(), place: z.string(), writable: z.boolean() })
  .openapi('KeyCustody');

export const healthShape = z
  .object({
    level: healthLevelShape,
    attention: z.boolean().openapi({ description: 'False when every reason is snoozed' }),
    reasons: z.array(
      z
        .object({
          code: z.enum(healthReasonCodes).openapi('KeyHealthReasonCode'),
          level: healthLevelShape,
          message: z.string(),
          snoozed_until: epochMs.nullable(),
        })
        .openapi('KeyHealthReason'),
    ),
  })
  .openapi('KeyHealth');

const groupProgressShape = z
  .object({
    group: secretGroupShape,
    before: z.number(),
    moved: z.number(),
    left: z.number(),
  })
  .openapi('KeyRotationGroup');

export const rotationShape = z
  .object({
    id: z.number(),
    state: z.enum(rotationStates).openapi('KeyRotationState'),
    old_fingerprint: fingerprint,
    old_epoch: z.number().nullable(),
    new_fingerprint: fingerprint,
    new_epoch: z.number().nullable(),
    without_copy: z.boolean(),
    total: z.number(),
    moved: z.number(),
    by_group: z.array(groupProgressShape),
    per_second: z.number().nullable(),
    eta_ms: z.number().nullable(),
    started_at: epochMs,
    staged_at: epochMs,
    proven_at: epochMs.nullable(),
    proven_by: z.string().nullable().openapi({ description: 'Place of the copy that proved the new key' }),
    sealing_at: epochMs.nullable(),
    finished_at: epochMs.nullable(),
  })
  .openapi('KeyRotation');

/** The newest rotation, or null when there never was one. */
export const rotationAnswer = z.object({ rotation: orNull(rotationShape) }).openapi('KeyRotationAnswer');

export const proofOfKeyShape = z
  .object({
    verified_at: epochMs.nullable(),
    place: z.string().nullable(),
    format: orNull(copyFormatShape),
    due_at: epochMs.nullable(),
  })
  .openapi('KeyProof', { description: 'The newest proven separate copy of the active key' });

const statusFields = {
  state: z.enum(['running', 'locked']),
  case: z.enum(vaultCases).openapi('VaultCase'),
  detail: z.string().nullable(),
  refused: z.boolean().openapi({
    description: 'While waiting: true when the custody refused or did not answer, false when it is locked',
  }),
  instance: z.object({ id: z.string(), name: z.string() }),
  fingerprint: fingerprint.nullable(),
  found_fingerprint: fingerprint.nullable(),
  found_key: z
    .object({ path: z.string(), fingerprint })
    .nullable()
    .openapi({ description: 'A key file that lies here: to be used for the first key, or left as it is' }),
  epoch: z.number().nullable(),
  custody: custodyShape,
  custody_asked_at: epochMs
    .nullable()
    .openapi({ description: 'When the custody was last asked for the key' }),
  health: healthShape,
  proof: proofOfKeyShape,
  secrets: z.object({
    total: z.number(),
    by_kind: countsByKind,
    at_stake: countsByKind.openapi({ description: 'Without what a lost key holds' }),
  }),
  rotation: orNull(rotationShape),
  database: z
    .object({
      state: z.enum(databaseStates).openapi('DatabaseState'),
      detail: z.string().nullable(),
    })
    .openapi('DatabaseStanding', { description: 'Only `ok` is written to' }),
  said: z.array(z.string()).openapi({ description: 'What the start repaired or noticed' }),
};

export const statusShape = z.object(statusFields).openapi('VaultStatus');

export const unlockedShape = z
  .object({
    ...statusFields,
    note: z.string().nullable().openapi({ description: 'What is left to do, in words' }),
  })
  .openapi('UnlockedVault');
