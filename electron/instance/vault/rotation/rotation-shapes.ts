import { z } from '@hono/zod-openapi';
import { toAnswer } from '../../http/to-answer.ts';
import type { VaultCore } from '../vault-core.ts';
import type { VaultJobs } from '../vault-jobs.ts';
import { rotationStates } from '../vocabulary.ts';
import { epochMs, fingerprint, orNull, secretGroupShape } from '../vocabulary-shapes.ts';
import { getRotationProgress } from './rotation-progress.ts';

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
    proven_by: z.string().nullable().openapi({ description: 'Place of the copy that verified the new key' }),
    sealing_at: epochMs.nullable(),
    finished_at: epochMs.nullable(),
  })
  .openapi('KeyRotation');

/** The newest rotation, or null when there never was one. */
export const rotationAnswer = z.object({ rotation: orNull(rotationShape) }).openapi('KeyRotationAnswer');

/** What an answer about the newest rotation is made from; null when there never was one. */
export function describeRotation(core: VaultCore, jobs: VaultJobs) {
  const progress = getRotationProgress(core, jobs.rotation);
  if (!progress) return null;
  const { rotation, perSecond, etaMs } = progress;
  return {
    ...rotation,
    ...progress,
    perSecond: perSecond === null ? null : Math.round(perSecond),
    etaMs: etaMs === null ? null : Math.round(etaMs),
    stagedAt: rotation.startedAt,
  };
}

export function toRotationJson(core: VaultCore, jobs: VaultJobs) {
  return toAnswer(rotationAnswer, { rotation: describeRotation(core, jobs) });
}
