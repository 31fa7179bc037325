import { countingVerdicts, judgeKeyCopy } from '../copies/copy-verdict.ts';
import type { VaultCase } from '../key/start-case.ts';
import type { CustodyName } from '../vocabulary.ts';

/** From best to worst. */
export const healthLevels = ['ok', 'due', 'at_risk', 'broken'] as const;
export type HealthLevel = (typeof healthLevels)[number];

/** A reason in words, and the page of the console that helps against it. */
export interface HealthReasonFacts {
  title: string;
  help: { label: string; path: '/backups' | '/key' | '/key/copy' | '/key/verify' };
}

export const healthReasons = {
  locked: { title: 'Locked', help: { label: 'Unlock…', path: '/key' } },
  custody_disagrees: { title: 'Another key was found', help: { label: 'See why', path: '/key' } },
  drill_failed: { title: 'The restore drill failed', help: { label: 'See why', path: '/key' } },
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
export type HealthReasonCode = keyof typeof healthReasons;
export const healthReasonCodes = Object.keys(healthReasons) as HealthReasonCode[];

export interface HealthReason {
  code: HealthReasonCode;
  level: HealthLevel;
  message: string;
  snoozedUntil: number | null;
}

export interface Health {
  level: HealthLevel;
  /** False when every reason is snoozed: the level is unchanged, but tray and mail stay quiet. */
  attention: boolean;
  reasons: HealthReason[];
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
  /** Volumes that also hold backups of the database. */
  backupVolumeIds: string[];
  drillFailed: boolean;
  snoozes: Partial<Record<string, number>>;
  nowMs: number;
}

/**
 * How safe the key is, as one pure function that the tray, the window, the key page and the command line use. A
 * verification in the future (the clock was set back) does not count.
 */
export function judgeHealth(facts: HealthFacts): Health {
  const reasons = findReasons(facts).map((reason) => ({
    ...reason,
    // SECURITY: `broken` is never snoozed.
    snoozedUntil: reason.level === 'broken' ? null : activeSnooze(facts, reason.code),
  }));
  const worst = Math.max(0, ...reasons.map((reason) => healthLevels.indexOf(reason.level)));
  return {
    level: healthLevels[worst] ?? 'broken',
    attention: reasons.some((reason) => reason.snoozedUntil === null),
    reasons,
  };
}

type Finding = Omit<HealthReason, 'snoozedUntil'>;

function findReasons(facts: HealthFacts): Finding[] {
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
  if (facts.drillFailed)
    reasons.push(broken('drill_failed', 'The last restore drill could not decrypt its secrets.'));
  const copyReason = facts.hasSecretsToLose ? judgeCopies(facts) : null;
  if (copyReason) reasons.push(copyReason);
  return reasons;
}

function judgeCopies({ copies, backupVolumeIds, nowMs }: HealthFacts): Finding | null {
  const judged = copies.map((copy) => ({
    ...copy,
    verdict: judgeKeyCopy({ ...copy, isOfKeyInUse: true, finished: true }, nowMs),
  }));
  const counting = judged.filter(({ verdict }) => countingVerdicts.includes(verdict));
  if (counting.length === 0 && judged.some(({ verdict }) => verdict === 'stale')) {
    return {
      code: 'proof_stale',
      level: 'at_risk',
      message: 'No copy of the key was verified in the last 180 days.',
    };
  }
  if (counting.length === 0) {
    return {
      code: 'no_separate_copy',
      level: 'at_risk',
      message:
        'There is no verified copy of the key in a separate place. If this machine is lost, every secret is lost.',
    };
  }
  if (counting.every(({ verdict }) => verdict === 'due')) {
    return {
      code: 'proof_due',
      level: 'due',
      message: 'No copy of the key was verified in the last 90 days.',
    };
  }
  if (counting.every((copy) => copy.volumeId !== null && backupVolumeIds.includes(copy.volumeId))) {
    return {
      code: 'only_copy_beside_backups',
      level: 'due',
      message:
        'The only copy of the key is in the same place as database backups: anyone who takes one takes both.',
    };
  }
  return null;
}

function broken(code: HealthReasonCode, message: string): Finding {
  return { code, level: 'broken', message };
}

function activeSnooze({ snoozes, nowMs }: HealthFacts, code: HealthReasonCode): number | null {
  const until = snoozes[code];
  return until !== undefined && until > nowMs ? until : null;
}
