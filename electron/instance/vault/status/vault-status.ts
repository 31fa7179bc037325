import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { findActiveRecord } from '../key/key-record.ts';
import { vaultOperations } from '../operations.ts';
import { ADVISED_SEALS_PER_KEY } from '../sealing/sealed-value.ts';
import { listCountingSplits } from '../split/split-record.ts';
import type { VaultCore } from '../vault-core.ts';
import type { BackupHalf } from './backup-half.ts';
import { type Health, judgeHealth } from './health.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
export const snoozeDays = [1, 7, 30] as const;

/** Gathers the facts and judges them. */
export function getHealth(core: VaultCore): Health {
  const active = findActiveRecord(core.store);
  const { sqlite } = core.store;
  const copies = sqlite
    .prepare(
      'SELECT verified_at AS verifiedAt, separate, volume_id AS volumeId FROM key_copies WHERE fingerprint = ?',
    )
    .all(active?.fingerprint ?? '') as {
    verifiedAt: number | null;
    separate: number;
    volumeId: string | null;
  }[];
  const splits = active ? listCountingSplits(core, active.fingerprint) : [];
  const snoozes = sqlite.prepare('SELECT reason, until FROM warning_snoozes').all() as {
    reason: string;
    until: number;
  }[];
  return judgeHealth({
    vaultCase: core.situation.case,
    custody: core.custody.name,
    custodyMissing: core.custodySeen.missing,
    hasSecretsToLose: hasSecretsToLose(core),
    copies: [...copies.map((copy) => ({ ...copy, separate: copy.separate === 1 })), ...splits],
    backups: judgeBackups(core),
    snoozes: Object.fromEntries(snoozes.map(({ reason, until }) => [reason, until])),
    nowMs: core.clock.now(),
  });
}

function judgeBackups(core: VaultCore): BackupHalf | null {
  try {
    return core.judgeBackups();
  } catch (error) {
    if (hasCode(error, 'database_damaged')) return null;
    throw error;
  }
}

function hasSecretsToLose({ store, secrets }: VaultCore): boolean {
  const replaceable = secrets.keepers.filter(({ isReplaceable }) => isReplaceable).map(({ kind }) => kind);
  return (
    store.sqlite
      .prepare('SELECT EXISTS (SELECT 1 FROM secrets WHERE kind NOT IN (SELECT value FROM json_each(?)))')
      .pluck()
      .get(JSON.stringify(replaceable)) === 1
  );
}

/**
 * Snoozes one reason for 1, 7 or 30 days. Throws `not_found` for a reason not in force, `forbidden` for `broken`.
 */
export function snoozeWarning(
  core: VaultCore,
  actor: Caller | null,
  code: string,
  days: (typeof snoozeDays)[number],
): Health {
  const reason = getHealth(core).reasons.find((known) => known.code === code);
  if (!reason) throw new AppError('not_found', 'This warning is not active.');
  if (reason.level === 'broken') throw new AppError('forbidden', 'This warning cannot be snoozed.');
  const now = core.clock.now();
  core.store.transaction(() => {
    core.store.sqlite
      .prepare(
        'INSERT INTO warning_snoozes (reason, until, set_at) VALUES (@code, @until, @now) ON CONFLICT (reason) DO UPDATE SET until = @until, set_at = @now',
      )
      .run({ code, until: now + days * DAY_MS, now });
    core.audit.append(vaultOperations.WARNING_SNOOZED, actor, { reason: code, days });
  });
  core.emit('vault');
  return getHealth(core);
}

/** Seals under the active key, and whether so many that a new key is advised. */
export function getSealCount(core: VaultCore): { sealCount: number; rotationAdvised: boolean } {
  const sealCount = findActiveRecord(core.store)?.sealCount ?? 0;
  return { sealCount, rotationAdvised: sealCount >= ADVISED_SEALS_PER_KEY };
}
