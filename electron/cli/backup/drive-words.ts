import type { Schemas } from '../api-request.ts';

const words: Record<Schemas['BackupDriveState'], string> = {
  away: 'not plugged in',
  other_drive: 'another drive is in its place',
  waiting: 'plugged in, its backup waits',
  in_use: 'in use, keep it plugged in',
  can_be_removed: 'plugged in, can be removed',
};

/** Of a drive whose backups are made when it is plugged in. */
export const describeDrive = (drive: Schemas['BackupDriveState']): string => words[drive];
