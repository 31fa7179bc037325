import type { z } from '@hono/zod-openapi';
import { explainNotSeparate, type KeyCopy } from './copies/key-copies.ts';
import type { KitPage } from './copies/kit-text.ts';
import type { Place } from './copies/places.ts';
import type { KeyEpoch } from './key/key-history.ts';
import { countSecretsAtStake, countSecretsByKind, findActiveRecord } from './key/key-record.ts';
import type { copyShape, epochShape, keyShape, kitShape, placeShape } from './key/key-shapes.ts';
import type { RecoveryList } from './recovery/recovery.ts';
import { getRotationProgress } from './rotation/rotation-progress.ts';
import type { DoctorReport } from './secrets/doctor.ts';
import type { ListedSecret } from './secrets/secret-list.ts';
import type { doctorShape, ownerShape, recoveryShape, secretShape } from './secrets/secret-shapes.ts';
import type { Health } from './status/health.ts';
import { findKeyProof, type KeyProof } from './status/key-proof.ts';
import type {
  custodyShape,
  healthShape,
  proofOfKeyShape,
  rotationShape,
  statusShape,
} from './status/status-shapes.ts';
import { getHealth, getSealCount } from './status/vault-status.ts';
import type { SecretOwner } from './vault.ts';
import type { VaultCore } from './vault-core.ts';
import type { VaultJobs } from './vault-jobs.ts';

/** The vault's answers as the API gives them: snake_case, and never a value. */
export function toStatusJson(core: VaultCore, jobs: VaultJobs): z.infer<typeof statusShape> {
  const active = findActiveRecord(core.store);
  const byKind = countSecretsByKind(core.store);
  return {
    state: core.situation.case === 'running' ? 'running' : 'locked',
    case: core.situation.case,
    detail: core.situation.detail,
    instance: { id: core.store.identity.id, name: core.store.identity.name },
    fingerprint: active?.fingerprint ?? null,
    refused: core.situation.refused ?? false,
    found_fingerprint: core.situation.foundFingerprint,
    found_key: core.found,
    epoch: active?.epoch ?? null,
    custody: toCustodyJson(core),
    custody_asked_at: core.custodyAskedAt,
    health: toHealthJson(getHealth(core)),
    proof: toProofJson(findKeyProof(core)),
    secrets: {
      total: Object.values(byKind).reduce((sum, count) => sum + count, 0),
      by_kind: byKind,
      at_stake: countSecretsAtStake(core.store),
    },
    rotation: toRotationJson(core, jobs),
    database: toDatabaseJson(core),
    said: [...core.said],
  };
}

function toDatabaseJson({ store }: VaultCore): z.infer<typeof statusShape>['database'] {
  const trouble = store.findTrouble();
  if (!trouble) return { state: 'ok', detail: null };
  return { state: trouble.code === 'database_gone' ? 'gone' : 'damaged', detail: trouble.message };
}

export function toCustodyJson(core: VaultCore): z.infer<typeof custodyShape> {
  return {
    name: core.custody.name,
    label: core.custody.label(),
    place: core.custody.describe(),
    writable: core.custody.writable,
  };
}

export function toProofJson(proof: KeyProof): z.infer<typeof proofOfKeyShape> {
  return {
    verified_at: proof.verifiedAt,
    place: proof.place,
    format: proof.format,
    due_at: proof.dueAt,
  };
}

export function toHealthJson(health: Health): z.infer<typeof healthShape> {
  return {
    level: health.level,
    attention: health.attention,
    reasons: health.reasons.map(({ code, level, message, snoozedUntil }) => ({
      code,
      level,
      message,
      snoozed_until: snoozedUntil,
    })),
  };
}

export function toRotationJson(core: VaultCore, jobs: VaultJobs): z.infer<typeof rotationShape> | null {
  const progress = getRotationProgress(core, jobs.rotation);
  if (!progress) return null;
  const { rotation, perSecond, etaMs } = progress;
  return {
    id: rotation.id,
    state: rotation.state,
    old_fingerprint: rotation.oldFingerprint,
    old_epoch: progress.oldEpoch,
    new_fingerprint: rotation.newFingerprint,
    new_epoch: progress.newEpoch,
    without_copy: rotation.withoutCopy,
    total: rotation.total,
    moved: progress.moved,
    by_group: progress.byGroup,
    per_second: perSecond === null ? null : Math.round(perSecond),
    eta_ms: etaMs === null ? null : Math.round(etaMs),
    started_at: rotation.startedAt,
    staged_at: rotation.startedAt,
    proven_at: rotation.provenAt,
    proven_by: progress.provenBy,
    sealing_at: rotation.sealingAt,
    finished_at: rotation.finishedAt,
  };
}

export function toKeyJson(core: VaultCore): z.infer<typeof keyShape> {
  const active = findActiveRecord(core.store);
  const { sealCount, rotationAdvised } = getSealCount(core);
  return {
    fingerprint: active?.fingerprint ?? null,
    epoch: active?.epoch ?? null,
    custody: toCustodyJson(core),
    created_at: active?.createdAt ?? null,
    activated_at: active?.activatedAt ?? null,
    seal_count: sealCount,
    rotation_advised: rotationAdvised,
    health: toHealthJson(getHealth(core)),
  };
}

export function toCopyJson(copy: KeyCopy & { epoch?: number | null }): z.infer<typeof copyShape> {
  return {
    id: copy.id,
    fingerprint: copy.fingerprint,
    epoch: copy.epoch ?? null,
    format: copy.format,
    place: copy.place,
    volume_id: copy.volumeId,
    separate: copy.separate,
    not_separate: explainNotSeparate(copy),
    made_at: copy.madeAt,
    verified_at: copy.verifiedAt,
  };
}

export function toEpochJson(epoch: KeyEpoch): z.infer<typeof epochShape> {
  return {
    fingerprint: epoch.fingerprint,
    epoch: epoch.epoch,
    state: epoch.state,
    custody: epoch.custody,
    created_at: epoch.createdAt,
    activated_at: epoch.activatedAt,
    retired_at: epoch.retiredAt,
    shredded_at: epoch.shreddedAt,
    held: epoch.held,
    seal_count: epoch.sealCount,
    values: epoch.values,
    copies: epoch.copies,
  };
}

export function toPlaceJson(place: Place): z.infer<typeof placeShape> {
  return {
    path: place.path,
    label: place.label,
    writable: place.writable,
    kind: place.kind,
    free_bytes: place.freeBytes,
    volume_id: place.volumeId,
    separate: place.separate,
    reason: place.reason,
    message: place.message,
  };
}

export function toRecoveryJson(list: RecoveryList): z.infer<typeof recoveryShape> {
  return {
    total: list.total,
    remaining: list.remaining,
    started_at: list.startedAt,
    lost_fingerprints: list.lostKeys.map(({ fingerprint }) => fingerprint),
    lost_epoch: list.lostKeys[0]?.epoch ?? null,
    groups: list.groups.map(({ group, values }) => ({
      group,
      values: values.map(({ lastUsedAt, canReenter, canRegenerate, owner, ...value }) => ({
        ...value,
        owner: toOwnerJson(owner),
        last_used_at: lastUsedAt,
        can_reenter: canReenter,
        can_regenerate: canRegenerate,
      })),
    })),
  };
}

function toOwnerJson(owner: SecretOwner | null): z.infer<typeof ownerShape> | null {
  if (!owner) return null;
  const { title, name, belongsTo, path } = owner;
  return { title, name, belongs_to: belongsTo, path };
}

export function toSecretJson(secret: ListedSecret): z.infer<typeof secretShape> {
  return {
    id: secret.id,
    kind: secret.kind,
    group: secret.group,
    key_fingerprint: secret.keyFingerprint,
    epoch: secret.epoch,
    created_at: secret.createdAt,
    updated_at: secret.updatedAt,
    last_used_at: secret.lastUsedAt,
    state: secret.state,
    check: secret.check,
    owner: toOwnerJson(secret.owner),
  };
}

export function toKitJson(kit: KitPage): z.infer<typeof kitShape> {
  return {
    title: kit.title,
    warning: kit.warning,
    instance_name: kit.instanceName,
    instance_id: kit.instanceId,
    fingerprint: kit.fingerprint,
    epoch: kit.epoch,
    key_made: kit.keyMade,
    date: kit.date,
    key_text: kit.keyText,
    words: kit.words,
    qr_text: kit.qrText,
    steps: kit.steps,
    opens: kit.opens,
    not_contains: kit.notContains,
  };
}

export function toDoctorJson(report: DoctorReport | null): z.infer<typeof doctorShape> {
  if (!report)
    return {
      running: false,
      total: 0,
      checked: 0,
      opened: 0,
      failed: 0,
      by_kind: {},
      by_key: {},
      failures: [],
      started_at: null,
      finished_at: null,
    };
  return {
    running: report.running,
    total: report.total,
    checked: report.checked,
    opened: report.opened,
    failed: report.failed,
    by_kind: report.byKind,
    by_key: report.byKey,
    failures: report.failures.map(({ id, kind, keyFingerprint, reason, owner }) => ({
      id,
      kind,
      key_fingerprint: keyFingerprint,
      reason,
      owner: toOwnerJson(owner),
    })),
    started_at: report.startedAt,
    finished_at: report.finishedAt,
  };
}
