import { countingVerdicts, judgeKeyCopy } from '../copies/copy-verdict.ts';
import type { VaultCase } from '../key/start-case.ts';
import type { CustodyName } from '../vocabulary.ts';
import { type BackupHalf, type RecoveryReasonCode, recoveryReasonCodes } from './backup-half.ts';
import { findWorst, type HealthLevel, type HealthReasonFacts, healthLevels } from './health-level.ts';

/** Why the key may be lost; the reasons of the other half are in backup-half.ts. */
export const keyReasons = {
  locked: { title: 'Locked', help: { label: 'Unlock…', path: '/key' } },
  custody_disagrees: { title: 'Another key was found', help: { label: 'See why', path: '/key' } },
  no_separate_copy: {
    title: 'No verified copy of the key',
    help: { label: 'Make a copy', path: '/key/copy' },
  },
  proof_stale: {
    title: 'The last verification is too old',
    help: { label: 'Verify a copy', path: '/key/verify' },
  },
  proof_due: { title: 'Verification due', help: { label: 'Verify a copy', path: '/key/verify' } },
  only_copy_beside_backups: {
    title: 'Copy and backups are in the same place',
    help: { label: 'Make a copy', path: '/key/copy' },
  },
} as const satisfies Record<string, HealthReasonFacts>;
type KeyReasonCode = keyof typeof keyReasons;
export type HealthReasonCode = KeyReasonCode | RecoveryReasonCode;
export const healthReasonCodes = [
  ...(Object.keys(keyReasons) as KeyReasonCode[]),
  ...recoveryReasonCodes,
] satisfies HealthReasonCode[];

/** What a reason speaks of: the key and its copies, or the backups. */
export const healthHalves = ['key', 'backup'] as const;
export type HealthHalf = (typeof healthHalves)[number];

export interface HealthReason {
  code: HealthReasonCode;
  half: HealthHalf;
  level: HealthLevel;
  message: string;
  snoozedUntil: number | null;
}

export interface Health {
  /** Of the worse half. */
  level: HealthLevel;
  halves: Record<HealthHalf, HealthLevel>;
  /** False when every reason is snoozed: the level is unchanged, but tray and mail stay quiet. */
  attention: boolean;
  /** The worst first. */
  reasons: HealthReason[];
  /** What the loss of this computer would mean; null where a damaged database does not tell. */
  recovery: BackupHalf | null;
}

export interface HealthFacts {
  vaultCase: VaultCase;
  custody: CustodyName;
  /** Why the custody does not hold the key in memory, as last seen; or null. */
  custodyMissing: string | null;
  /**
   * Whether there is a secret that cannot simply be created again: before the first, losing the key loses nothing.
   */
  hasSecretsToLose: boolean;
  /** Copies of the active key. */
  copies: { verifiedAt: number | null; separate: boolean; volumeId: string | null }[];
  /** As `backups/` judges it; null where a damaged database does not tell. */
  backups: BackupHalf | null;
  snoozes: Partial<Record<string, number>>;
  nowMs: number;
}

/**
 * How safe the key and what it opens are, as one pure function that the tray, the window, the pages and the command line
 * use. A verification in the future (the clock was set back) does not count.
 */
export function judgeHealth(facts: HealthFacts): Health {
  const reasons = [...findKeyReasons(facts), ...findBackupReasons(facts)]
    .map((reason) => ({
      ...reason,
      // SECURITY: `broken` is never snoozed.
      snoozedUntil: reason.level === 'broken' ? null : activeSnooze(facts, reason.code),
    }))
    .toSorted((a, b) => healthLevels.indexOf(b.level) - healthLevels.indexOf(a.level));
  const levelOf = (half: HealthHalf) =>
    findWorst(reasons.filter((reason) => reason.half === half).map(({ level }) => level));
  return {
    level: findWorst(reasons.map(({ level }) => level)),
    halves: { key: levelOf('key'), backup: levelOf('backup') },
    attention: reasons.some((reason) => reason.snoozedUntil === null),
    reasons,
    recovery: facts.backups,
  };
}

type Finding = Omit<HealthReason, 'snoozedUntil'>;

/** With nothing to lose, and nowhere that backups go, there is nothing to say of them. */
function findBackupReasons({ backups, hasSecretsToLose }: HealthFacts): Finding[] {
  if (backups === null || !(hasSecretsToLose || backups.hasDestinations)) return [];
  return backups.reasons.map((reason) => ({ ...reason, half: 'backup' }));
}

function findKeyReasons(facts: HealthFacts): Finding[] {
  const reasons: Finding[] = [];
  if (facts.vaultCase === 'old_key' || facts.vaultCase === 'foreign_key') {
    reasons.push(
      broken(
        'custody_disagrees',
        `The key in ${facts.custody} custody is not the key the secrets were encrypted with.`,
      ),
    );
  } else if (facts.vaultCase !== 'running') {
    reasons.push(broken('locked', 'The vault is locked: its secrets cannot be read.'));
  } else if (facts.custodyMissing !== null) {
    reasons.push(
      broken(
        'custody_disagrees',
        `${facts.custodyMissing} It is only in memory, and the next start will be locked: copy it now (key copy), then restore it with that copy (key unlock COPY).`,
      ),
    );
  }
  const copyReason = facts.hasSecretsToLose ? judgeCopies(facts) : null;
  if (copyReason) reasons.push(copyReason);
  return reasons;
}

function judgeCopies({ copies, backups, nowMs }: HealthFacts): Finding | null {
  const judged = copies.map((copy) => ({
    ...copy,
    verdict: judgeKeyCopy({ ...copy, isOfKeyInUse: true, finished: true }, nowMs),
  }));
  const counting = judged.filter(({ verdict }) => countingVerdicts.includes(verdict));
  if (counting.length === 0 && judged.some(({ verdict }) => verdict === 'stale')) {
    return {
      code: 'proof_stale',
      half: 'key',
      level: 'at_risk',
      message: 'No copy of the key was verified in the last 180 days.',
    };
  }
  if (counting.length === 0) {
    return {
      code: 'no_separate_copy',
      half: 'key',
      level: 'at_risk',
      message:
        'There is no verified copy of the key in a separate place. If this machine is lost, every secret is lost.',
    };
  }
  if (counting.every(({ verdict }) => verdict === 'due')) {
    return {
      code: 'proof_due',
      half: 'key',
      level: 'due',
      message: 'No copy of the key was verified in the last 90 days.',
    };
  }
  // Where no backup is apart, that is said of the backups, and once.
  const isSaid = backups?.reasons.some(({ code }) => code === 'backup_not_apart') === true;
  const volumeIds = backups?.volumeIds ?? [];
  if (!isSaid && counting.every(({ volumeId }) => volumeId !== null && volumeIds.includes(volumeId))) {
    return {
      code: 'only_copy_beside_backups',
      half: 'key',
      level: 'due',
      message:
        'The only copy of the key is in the same place as database backups: anyone who takes one takes both.',
    };
  }
  return null;
}

function broken(code: KeyReasonCode, message: string): Finding {
  return { code, half: 'key', level: 'broken', message };
}

function activeSnooze({ snoozes, nowMs }: HealthFacts, code: HealthReasonCode): number | null {
  const until = snoozes[code];
  return until !== undefined && until > nowMs ? until : null;
}
