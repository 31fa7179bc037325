import type { AppError } from '../../kernel/app-error.ts';
import type { BackupFiles } from '../reading/backup-files.ts';
import type { ReadManifest } from '../reading/read-manifest.ts';

/** A backup that has a manifest which can be read. */
export interface FoundBackup {
  files: BackupFiles;
  read: ReadManifest;
}

/** The one that is restored. */
export interface ChosenBackup extends FoundBackup {
  /** What is missing beside it, and that newer ones may be elsewhere, in words. */
  foundNote: string;
}

/** What was found below a folder. */
export interface FoundBackups {
  /** The newest first, by when the snapshot was taken. */
  backups: FoundBackup[];
  /** Folders named as backups whose manifest cannot be used, each with why. */
  unusable: { place: string; error: AppError }[];
}

/** Name of the folder of an instance. */
export const INSTANCE_FOLDER = /^temps-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
