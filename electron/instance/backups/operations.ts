import { declareOperations, operation } from '../audit/operation.ts';
import { say } from '../audit/sentence.ts';
import type { FormerWhy } from '../store/data-directory.ts';
import type { Fingerprint } from '../vault/sealing/master-key.ts';
import type { WriterVerdict } from './vocabulary.ts';

interface Named extends Record<string, unknown> {
  id: string | number;
  destination: string;
}

export const backupOperations = declareOperations({
  BACKUP_DESTINATION_ADDED: operation<Named & { readable: boolean; recipients?: readonly string[] }>(
    'Backup destination added',
    ({ destination }) => say`Added the backup destination ${destination}`,
  ),
  BACKUP_DESTINATION_REMOVED: operation<Named>(
    'Backup destination removed',
    ({ destination }) => say`Removed the backup destination ${destination}; its backups stay there`,
  ),
  BACKUP_DESTINATION_CHANGED: operation<Named & { credentials: boolean; recipients?: readonly string[] }>(
    'Backup destination changed',
    ({ destination, credentials, recipients }) => {
      if (Array.isArray(recipients))
        return say`Changed who can decrypt new backups at ${destination}; further recipients: ${recipients.length}`;
      return credentials === true
        ? say`Replaced the credentials of the backup destination ${destination}`
        : say`Changed the backup destination ${destination}`;
    },
  ),
  RECOVERY_RECIPIENT_CREATED: operation<{ recipient: string }>(
    'Recovery key of backups created',
    () => say`Created a recovery key, and saw it`,
  ),
  RECOVERY_RECIPIENT_VERIFIED: operation<{ recipient: string }>(
    'Recovery key of backups verified',
    () => say`Showed that a recovery key was kept`,
  ),
  BACKUP_MADE: operation<Named & { bytes: number; sequence: number }>(
    'Backup made',
    ({ destination }) => say`Made a backup at ${destination}, and verified it`,
  ),
  BACKUP_FAILED: operation<Named & { code: string }>(
    'Backup failed',
    ({ destination }) => say`Failed to make a backup at ${destination}`,
  ),
  BACKUP_CANCELLED: operation<Named>(
    'Backup cancelled',
    ({ destination }) => say`Cancelled a backup to ${destination} while it was made`,
  ),
  BACKUP_SCHEDULE_ADDED: operation<Named & { name: string }>(
    'Backup schedule added',
    ({ name, destination }) => say`Added the schedule ${name} for backups at ${destination}`,
  ),
  BACKUP_SCHEDULE_CHANGED: operation<Named & { name: string; enabled: boolean }>(
    'Backup schedule changed',
    ({ name, destination, enabled }) =>
      enabled === false
        ? say`Changed the schedule ${name} for backups at ${destination}: it is disabled`
        : say`Changed the schedule ${name} for backups at ${destination}`,
  ),
  BACKUP_SCHEDULE_REMOVED: operation<Named & { name: string }>(
    'Backup schedule removed',
    ({ name, destination }) => say`Removed the schedule ${name} for backups at ${destination}`,
  ),
  BACKUP_RETENTION_CHANGED: operation<Named & { keeps_all: boolean }>(
    'Retention of backups changed',
    ({ destination, keeps_all }) =>
      keeps_all === true
        ? say`Kept all backups at ${destination} from then on`
        : say`Changed how many backups are kept at ${destination}`,
  ),
  BACKUP_HELD: operation<Named>(
    'Backup not removed',
    ({ destination }) => say`Could not remove a backup that is kept no longer: ${destination} refused it`,
  ),
  BACKUP_WRITER_JUDGED: operation<{ id: string; verdict: WriterVerdict }>(
    'Other writer of backups judged',
    ({ verdict }) =>
      verdict === 'adopted'
        ? say`Adopted the backups that another data directory of this instance made`
        : say`Said that another data directory of this instance is gone`,
  ),
  BACKUP_DELETED: operation<Named>(
    'Backup deleted',
    ({ destination }) => say`Deleted a backup at ${destination}`,
  ),
  BACKUP_EXPORTED: operation<Named>(
    'Backup exported',
    ({ destination }) => say`Exported a backup at ${destination} as one file`,
  ),
  BACKUP_DRILLED: operation<Named & { passed: boolean }>('Backup drilled', ({ destination, passed }) =>
    passed === false
      ? say`Found that a backup at ${destination} would not come back`
      : say`Tried out that a backup at ${destination} comes back`,
  ),
  BACKUP_RESTORED: operation<{
    id: string;
    taken_at: number;
    fingerprint: Fingerprint;
    verified: boolean;
  }>('Backup restored', ({ taken_at }) =>
    typeof taken_at === 'number'
      ? say`Restored the backup of ${new Date(taken_at).toISOString()}`
      : say`Restored a backup`,
  ),
  RESTORE_UNDONE: operation<{ why: FormerWhy }>('Former database put back', ({ why }) => {
    if (why === 'migration') return say`Put back the database that was there before a new version changed it`;
    if (why === 'rotation') return say`Put back the database that was there before a rotation`;
    return say`Put back the database that was there before a restore`;
  }),
  FORMER_DATABASE_DELETED: operation<{ name: string }>(
    'Former database deleted',
    () => say`Deleted a former database`,
  ),
  OLD_COMPUTER_ANSWERED: operation<{ answer: 'gone' | 'runs' }>('Old computer answered for', ({ answer }) =>
    answer === 'gone'
      ? say`Said that the computer which made the restored backup is gone`
      : say`Said that the computer which made the restored backup still runs`,
  ),
  BACKUP_IDENTITY_SHOWN: operation<{ recipient: string }>(
    'Identity of backups shown',
    () => say`Read the identity that decrypts backups`,
  ),
});
