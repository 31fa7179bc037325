import { AppError } from '../../kernel/app-error.ts';

/** What a stored backup is checked for, in this order: nothing is looked into before what comes ahead of it held. */
export const backupChecks = {
  archive: 'it is not one file with a backup as Temps writes it, or not all of it',
  manifest: 'its manifest cannot be read',
  place: 'its folder is not the one its manifest names',
  signature: 'its manifest is not what this instance wrote: it was changed, or made by someone else',
  parts: 'a part is missing, or is not the one that was stored',
  decryption: 'a part cannot be decrypted',
  unpacking: 'a part does not unpack to what its manifest says',
  details: 'what it says of its content cannot be read, or is of something else',
  database: 'the database in it is not one of Temps, or not of the version that its manifest says',
  schema:
    'the database in it has a table, index, view or trigger that no version of Temps makes, or lacks one',
  structure: 'the database in it is damaged',
  instance: 'the database in it is of another instance than its manifest says',
  counts: 'the database in it does not hold what the backup says of its content',
  audit: 'the audit log in it does not end with the line that its manifest names',
  values: 'an encrypted value in it cannot be decrypted',
} as const;
export type BackupCheck = keyof typeof backupChecks;

/**
 * SECURITY: names the check that failed, and never what was found: that may be anything. A part is named as its manifest does,
 * which is letters, digits, dots and dashes.
 */
export function damagedBackup(place: string, check: BackupCheck, cause?: unknown, part?: string): AppError {
  return new AppError(
    'backup_damaged',
    `The backup ${place} is damaged: ${backupChecks[check]}${part === undefined ? '' : ` (${part})`}.`,
    {
      cause,
      details: { check, ...(part === undefined ? {} : { part }) },
    },
  );
}
