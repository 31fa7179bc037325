import { countValuesByKind, findKeyRecord, listKeyRecords } from '../key/key-record.ts';
import { countByGroup, type SecretGroup, secretGroupNames } from '../secrets/secret-kinds.ts';
import { findProvingPlace } from '../status/key-proof.ts';
import type { VaultCore } from '../vault-core.ts';
import type { SecretKind } from '../vocabulary.ts';
import type { RotationJob } from './reseal-job.ts';
import { findLatestRotation, type RotationRecord } from './rotation-record.ts';

/** How long a count per kind is used again: counting 100,000 values takes some 30 ms, and every window asks. */
const RECOUNT_MS = 500;

export interface GroupProgress {
  group: SecretGroup;
  /** What is expected at the end: values added while sealing are counted in, removed ones out. */
  before: number;
  moved: number;
  left: number;
}

export interface RotationProgress {
  rotation: RotationRecord;
  moved: number;
  /** Groups without a value are left out. */
  byGroup: GroupProgress[];
  perSecond: number | null;
  etaMs: number | null;
  oldEpoch: number | null;
  /** The one a staged key will have; null for a key that never came into use. */
  newEpoch: number | null;
  provenBy: string | null;
}

type KindCounts = Partial<Record<SecretKind, number>>;

/** The newest rotation with its progress, or null when there never was one. */
export function getRotationProgress(core: VaultCore, job: RotationJob): RotationProgress | null {
  const rotation = findLatestRotation(core.store);
  if (!rotation) return null;
  const { before, left } = countGroups(core, rotation);
  const leftInAll = rotation.state === 'sealing' ? sum(Object.values(left)) : 0;
  const moved = ['sealing', 'done'].includes(rotation.state) ? Math.max(0, rotation.total - leftInAll) : 0;
  const perSecond = job.speed()?.perSecond ?? null;
  return {
    rotation,
    moved,
    byGroup: secretGroupNames
      .map((group) => ({
        group,
        before: before[group],
        moved: Math.max(0, before[group] - left[group]),
        left: left[group],
      }))
      .filter((progress) => progress.before > 0 || progress.left > 0),
    perSecond,
    etaMs: perSecond && rotation.state === 'sealing' ? ((rotation.total - moved) * 1000) / perSecond : null,
    oldEpoch: findKeyRecord(core.store, rotation.oldFingerprint)?.epoch ?? null,
    newEpoch: findNewEpoch(core, rotation),
    provenBy: findProvingPlace(core, rotation),
  };
}

/** Per group what is expected at the end, and what the old key still seals. */
function countGroups(core: VaultCore, rotation: RotationRecord) {
  const { before, left } = countKinds(core, rotation);
  const groupOf = (kind: SecretKind) => core.secrets.factsOf(kind).group;
  return { before: countByGroup(before, groupOf), left: countByGroup(left, groupOf) };
}

function countKinds(core: VaultCore, rotation: RotationRecord): { before: KindCounts; left: KindCounts } {
  switch (rotation.state) {
    case 'staged':
    case 'proven': {
      // A rotation starts only when every value opens: all of them are under the old key.
      const all = countValuesByKind(core.store);
      return { before: all, left: all };
    }
    case 'sealing':
      return { before: rotation.countsBefore ?? {}, left: countLeft(core, rotation) };
    case 'done':
      return { before: rotation.countsBefore ?? {}, left: {} };
    case 'undone':
      return { before: {}, left: {} };
  }
}

const lastCounts = new WeakMap<VaultCore, { rotationId: number; atMs: number; left: KindCounts }>();

function countLeft(core: VaultCore, rotation: RotationRecord): KindCounts {
  const last = lastCounts.get(core);
  const atMs = performance.now();
  if (last?.rotationId === rotation.id && atMs - last.atMs < RECOUNT_MS) return last.left;
  const left = countValuesByKind(core.store, [rotation.oldFingerprint]);
  lastCounts.set(core, { rotationId: rotation.id, atMs, left });
  return left;
}

function findNewEpoch(core: VaultCore, rotation: RotationRecord): number | null {
  const record = findKeyRecord(core.store, rotation.newFingerprint);
  if (record) return record.epoch;
  const isOpen = rotation.state === 'staged' || rotation.state === 'proven';
  return isOpen ? (listKeyRecords(core.store)[0]?.epoch ?? 0) + 1 : null;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
