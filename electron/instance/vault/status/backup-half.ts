import type { HealthLevel, HealthReasonFacts } from './health-level.ts';

/**
 * The other half of health: whether backups bring back what the key opens. `backups/` judges it and gives it to the
 * vault (`core.judgeBackups`), which knows nothing else of them.
 */

const help = { label: 'Backups', path: '/backups' } as const;

/** Why the promise is not whole, or will not stay so. */
export const recoveryReasons = {
  backup_drill_failed: { title: 'The restore drill failed', help },
  backup_never: { title: 'No backup yet', help },
  backup_gone: { title: 'A backup destination is gone', help },
  backup_not_apart: { title: 'The backups are not in a separate place', help },
  backup_needs_old_key: { title: 'The backup needs an older key', help },
  backup_not_drilled: { title: 'No backup was restored in a drill', help },
  backup_missing: { title: 'A backup is missing', help },
  backup_other_writer: { title: 'Another computer backs up this instance', help },
  backup_old: { title: 'The backup is too old', help },
  backup_drive_due: { title: 'A drive for backups is due', help },
  backup_waits_for_key: { title: 'A backup waits for the key', help: { label: 'Unlock…', path: '/key' } },
} as const satisfies Record<string, HealthReasonFacts>;
export type RecoveryReasonCode = keyof typeof recoveryReasons;
export const recoveryReasonCodes = Object.keys(recoveryReasons) as RecoveryReasonCode[];

export interface RecoveryReason {
  code: RecoveryReasonCode;
  level: HealthLevel;
  message: string;
}

export interface RecoveryPromise {
  /** Whether a verified copy of the key and a drilled backup were both shown: only then the sentence promises. */
  isWhole: boolean;
  /** What happens if this computer is lost now, in one sentence or two. */
  sentence: string;
  /** Epoch ms of the backup that would be restored: what changed since then would be lost. Null without one. */
  backupAt: number | null;
  /** The destination it is at, as its owner named it. */
  destination: string | null;
  /** Epoch ms of the drill that speaks for it. */
  drilledAt: number | null;
  /** Epoch ms from which the newest backup there is older than its schedules say; null where there are none. */
  lateAt: number | null;
  reasons: RecoveryReason[];
}

/** A folder that backups of the database go to. */
export interface BackupFolder {
  /** As its owner named it. */
  name: string;
  /** Absolute. */
  path: string;
  /** Where the file system that it is on was mounted when it was added. */
  mountPoint: string;
  /** UUID of its file system, where known. */
  volumeId: string | null;
}

/**
 * A drive whose backups are made when it is plugged in. `waiting`: it is, and its backup waits for something else. `in_use`: a
 * backup or a drill is under way or about to begin, so it is better left in.
 */
export const driveStates = ['away', 'other_drive', 'waiting', 'in_use', 'can_be_removed'] as const;
export type DriveState = (typeof driveStates)[number];

export interface BackupDestinationState {
  name: string;
  /** What failed there last; null where nothing did. */
  failed: 'backup' | 'drill' | null;
  /** Epoch ms of the last that was good there: a backup that was verified, or a drill that passed. */
  goodAt: number | null;
  /** Null where no schedule waits for it to be plugged in, or it was not looked at yet. */
  drive: DriveState | null;
}

export interface BackupHalf extends RecoveryPromise {
  /** Whether it was said where backups go. */
  hasDestinations: boolean;
  /** Whether a backup is being made. */
  isRunning: boolean;
  destinations: readonly BackupDestinationState[];
  /** UUIDs of the file systems that hold backups. */
  volumeIds: readonly string[];
}
