import type { BackupReason } from '../format/manifest.ts';

export const backupSteps = ['packing', 'writing', 'verifying'] as const;
export type BackupStep = (typeof backupSteps)[number];

/** How far a run has come with its step. */
export interface BackupProgress {
  step: BackupStep;
  /** Name of the file that is written or read back; null while the database is packed. */
  part: string | null;
  doneBytes: number;
  /** Null before it is packed. */
  totalBytes: number | null;
}

/** A run under way. In memory alone: a kill ends it. */
export interface BackupRun {
  id: string;
  destination: { id: number; name: string };
  why: BackupReason;
  /** Epoch ms. */
  startedAt: number;
  progress: BackupProgress;
  /** When its step began, by the monotonic clock, and how far it was by then. */
  stepBegunMs: number;
  stepBegunBytes: number;
  cancelling: AbortController;
  /** Whether it was read back: it is a backup, and to be deleted as one. */
  isConfirmed: boolean;
}
