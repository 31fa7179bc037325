import type { DoctorReport } from './doctor.ts';
import type { Health } from './health.ts';
import type { KeyCopy } from './key-copies.ts';
import { countSecretsByKind, findActiveRecord } from './key-record.ts';
import type { VaultCore } from './vault-core.ts';
import type { VaultJobs } from './vault-jobs.ts';
import { getHealth, getRotationProgress, getSealCount } from './vault-status.ts';

/** The vault's answers as the API gives them: snake_case, and never a value. */
export function toStatusJson(core: VaultCore, jobs: VaultJobs) {
  const active = findActiveRecord(core.store);
  const byKind = countSecretsByKind(core.store);
  return {
    state: core.situation.case === 'running' ? ('running' as const) : ('locked' as const),
    case: core.situation.case,
    detail: core.situation.detail,
    instance: { id: core.store.identity.id, name: core.store.identity.name },
    fingerprint: active?.fingerprint ?? null,
    found_fingerprint: core.situation.foundFingerprint,
    epoch: active?.epoch ?? null,
    custody: toCustodyJson(core),
    health: toHealthJson(getHealth(core)),
    secrets: { total: Object.values(byKind).reduce((sum, count) => sum + count, 0), by_kind: byKind },
    rotation: toRotationJson(core, jobs),
    said: core.said,
  };
}

export function toCustodyJson(core: VaultCore) {
  return { name: core.custody.name, place: core.custody.describe(), writable: core.custody.writable };
}

export function toHealthJson(health: Health) {
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

export function toRotationJson(core: VaultCore, jobs: VaultJobs) {
  const progress = getRotationProgress(core, jobs.rotation);
  if (!progress) return null;
  const { rotation, moved, perSecond, etaMs } = progress;
  return {
    id: rotation.id,
    state: rotation.state,
    old_fingerprint: rotation.oldFingerprint,
    new_fingerprint: rotation.newFingerprint,
    without_copy: rotation.withoutCopy,
    total: rotation.total,
    moved,
    per_second: perSecond === null ? null : Math.round(perSecond),
    eta_ms: etaMs === null ? null : Math.round(etaMs),
    started_at: rotation.startedAt,
    finished_at: rotation.finishedAt,
  };
}

export function toKeyJson(core: VaultCore) {
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

export function toCopyJson(copy: KeyCopy & { epoch?: number | null }) {
  return {
    id: copy.id,
    fingerprint: copy.fingerprint,
    epoch: copy.epoch ?? null,
    format: copy.format,
    place: copy.place,
    volume_id: copy.volumeId,
    separate: copy.separate,
    made_at: copy.madeAt,
    verified_at: copy.verifiedAt,
  };
}

export function toDoctorJson(report: DoctorReport | null) {
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
      owner,
    })),
    started_at: report.startedAt,
    finished_at: report.finishedAt,
  };
}
