import { z } from '@hono/zod-openapi';
import { healthLevels, healthReasonCodes } from './health.ts';
import { secretGroups } from './secret-groups.ts';
import { vaultCases } from './start-case.ts';
import { custodyNames, rotationStates, secretKinds } from './vocabulary.ts';

/** What the vault's routes answer. Every answer is checked against its shape by the compiler, and documented by it. */

export const epochMs = z.number().int().openapi({ description: 'Milliseconds since 1970' });
export const fingerprint = z.string().openapi({ example: '4F2A-91C0-77DE-1B3A' });
export const secretKindShape = z.enum(secretKinds).openapi('SecretKind');
export const secretGroupShape = z.enum(secretGroups).openapi('SecretGroup');
export const countsByKind = z.partialRecord(z.enum(secretKinds), z.number());

/** Null beside a named shape: `.nullable()` would make the named component itself nullable in the document. */
export const orNull = <S extends z.ZodType>(shape: S) => z.union([shape, z.null()]);

export const custodyNameShape = z.enum(custodyNames).openapi('CustodyName');
const healthLevelShape = z.enum(healthLevels).openapi('KeyHealthLevel');

export const custodyShape = z
  .object({ name: custodyNameShape, place: z.string(), writable: z.boolean() })
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

export const rotationShape = z
  .object({
    id: z.number(),
    state: z.enum(rotationStates).openapi('KeyRotationState'),
    old_fingerprint: fingerprint,
    new_fingerprint: fingerprint,
    without_copy: z.boolean(),
    total: z.number(),
    moved: z.number(),
    per_second: z.number().nullable(),
    eta_ms: z.number().nullable(),
    started_at: epochMs,
    finished_at: epochMs.nullable(),
  })
  .openapi('KeyRotation');

/** The newest rotation, or null when there never was one. */
export const rotationAnswer = z.object({ rotation: orNull(rotationShape) }).openapi('KeyRotationAnswer');

const statusFields = {
  state: z.enum(['running', 'locked']),
  case: z.enum(vaultCases).openapi('VaultCase'),
  detail: z.string().nullable(),
  instance: z.object({ id: z.string(), name: z.string() }),
  fingerprint: fingerprint.nullable(),
  found_fingerprint: fingerprint.nullable(),
  epoch: z.number().nullable(),
  custody: custodyShape,
  health: healthShape,
  secrets: z.object({ total: z.number(), by_kind: countsByKind }),
  rotation: orNull(rotationShape),
  said: z.array(z.string()),
};

export const statusShape = z.object(statusFields).openapi('VaultStatus');

export const unlockedShape = z
  .object({
    ...statusFields,
    note: z.string().nullable().openapi({ description: 'What is left to do, in words' }),
  })
  .openapi('UnlockedVault');
