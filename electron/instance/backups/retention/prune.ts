import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { findActiveRecord } from '../../vault/key/key-record.ts';
import { type Backup, deleteBackup, listBackups } from '../backups.ts';
import { type BackupsCore, getSigningKey } from '../backups-core.ts';
import { getDestination, type KnownDestination } from '../destinations/destinations.ts';
import { compareDestination } from '../listing/compare.ts';
import { listAdopted } from '../listing/other-writers.ts';
import { findWriter } from '../making/writer.ts';
import { backupOperations } from '../operations.ts';
import {
  type Candidate,
  decideRetention,
  foreseeRemovals,
  isSteady,
  type KeepReason,
  keepsAnything,
  type RetentionPolicy,
} from './policy.ts';

/** What a policy means for the backups that are at a destination now. */
export interface RetentionPreview {
  /** The newest first. */
  kept: { backup: Backup; reasons: KeepReason[] }[];
  /** The oldest first. */
  removed: Backup[];
  /** Whether it would be done without a person: not after a gap of weeks, when it may be the clock that is wrong. */
  isSteady: boolean;
}

export interface Pruned {
  removed: string[];
  /** Those that the destination refused to remove, as by a lock of the bucket. */
  held: string[];
}

/** How many backups are kept at a destination; null for all. Throws `not_found`, and `invalid_request` for none at all. */
export function setRetention(
  core: BackupsCore,
  actor: Caller | null,
  destinationId: number,
  policy: RetentionPolicy | null,
): KnownDestination {
  const { ctx } = core;
  const { name } = getDestination(core, destinationId);
  if (policy) requireKeeping(policy);
  ctx.store.transaction(() => {
    ctx.store.sqlite
      .prepare('UPDATE backup_destinations SET retention = ? WHERE id = ?')
      .run(policy === null ? null : JSON.stringify(policy), destinationId);
    ctx.audit.append(backupOperations.BACKUP_RETENTION_CHANGED, actor, {
      id: destinationId,
      destination: name,
      keeps_all: policy === null,
    });
  });
  return getDestination(core, destinationId);
}

function requireKeeping(policy: RetentionPolicy): void {
  if (keepsAnything(policy)) return;
  throw new AppError('invalid_request', 'Say of at least one how many are kept; or keep all.');
}

/** Looks at the destination. Throws `vault_locked`: only the key tells which backups are this instance's. */
export async function previewRetention(
  core: BackupsCore,
  destinationId: number,
  policy: RetentionPolicy,
  signal: AbortSignal,
): Promise<RetentionPreview> {
  getSigningKey(core);
  requireKeeping(policy);
  const known = getDestination(core, destinationId);
  const present = await compareDestination(core, known, signal);
  const backups = listOwn(core, destinationId).filter(({ id }) => present.has(id));
  return decide(core, backups, policy);
}

function decide(core: BackupsCore, backups: readonly Backup[], policy: RetentionPolicy): RetentionPreview {
  const candidates = backups.map(toCandidate);
  const circumstances = findCircumstances(core);
  const { kept, removed } = decideRetention(candidates, policy, circumstances);
  const byId = new Map(backups.map((backup) => [backup.id, backup]));
  return {
    kept: kept.flatMap(({ id, reasons }) => {
      const backup = byId.get(id);
      return backup ? [{ backup, reasons }] : [];
    }),
    removed: removed.flatMap((id) => byId.get(id) ?? []),
    isSteady: isSteady(candidates, circumstances.nowMs),
  };
}

/**
 * Removes what the policy of a destination does not keep. Each is removed by its manifest first, so that one that a kill
 * interrupts is no backup. Throws what the destination does; what was removed until then stays removed.
 */
export async function pruneDestination(
  core: BackupsCore,
  actor: Caller | null,
  destinationId: number,
  signal: AbortSignal,
): Promise<Pruned> {
  const { retention } = getDestination(core, destinationId);
  const pruned: Pruned = { removed: [], held: [] };
  if (retention === null) return pruned;
  const preview = await previewRetention(core, destinationId, retention, signal);
  // Without a person, only by a clock that the backups themselves agree with.
  if (actor === null && !preview.isSteady) return pruned;
  for (const backup of preview.removed) {
    signal.throwIfAborted();
    if (backup.isHeld && actor === null) pruned.held.push(backup.id);
    else await removeOne(core, actor, backup, pruned);
  }
  return pruned;
}

async function removeOne(core: BackupsCore, actor: Caller | null, backup: Backup, pruned: Pruned) {
  try {
    await deleteBackup(core, actor, backup.id);
    pruned.removed.push(backup.id);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'destination_refused') throw error;
    pruned.held.push(backup.id);
    noteHeld(core, backup);
  }
}

/** Said once: a lock of the bucket is there for a reason, and ends by itself. */
function noteHeld({ ctx }: BackupsCore, { id, destination, isHeld }: Backup): void {
  if (isHeld) return;
  ctx.store.transaction(() => {
    ctx.store.sqlite.prepare('UPDATE backups SET is_held = 1 WHERE id = ?').run(id);
    ctx.audit.append(backupOperations.BACKUP_HELD, null, { id, destination });
  });
}

/** SECURITY: of this data directory, and of writers that a person adopted. Never another's. */
function listOwn(core: BackupsCore, destinationId: number): Backup[] {
  const own = findWriter(core.ctx)?.writerId;
  const adopted = listAdopted(core);
  return listBackups(core, destinationId).filter(
    ({ id, writerId, folder, state }) =>
      (writerId === own || adopted.has(writerId)) &&
      folder !== null &&
      state !== 'failed' &&
      !core.running.has(id),
  );
}

function toCandidate(backup: Backup): Candidate {
  const { id, takenAt, keyFingerprint, state, drillResult, drilledAt } = backup;
  return {
    id,
    takenAt,
    fingerprint: keyFingerprint,
    isConfirmed: state === 'confirmed',
    drilledAt: drillResult === 'passed' ? drilledAt : null,
    isDamaged: drillResult === 'failed',
  };
}

function findCircumstances({ ctx }: BackupsCore) {
  return {
    nowMs: ctx.clock.now(),
    activeFingerprint: findActiveRecord(ctx.store)?.fingerprint ?? null,
  };
}

/**
 * When each backup of a destination would be removed, by id, if its schedules go on as they are. From the list, without a
 * look at the destination. Empty where all are kept.
 */
export function foreseeAt(
  core: BackupsCore,
  { id, retention }: KnownDestination,
  times: readonly number[],
): Map<string, number> {
  if (retention === null) return new Map();
  const backups = listOwn(core, id).filter(({ goneAt }) => goneAt === null);
  return foreseeRemovals(backups.map(toCandidate), retention, findCircumstances(core), times);
}
