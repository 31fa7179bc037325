import { declareOperations, operation } from '../../audit/operation.ts';
import { say } from '../../audit/sentence.ts';
import type { Fingerprint } from '../../vault/sealing/master-key.ts';

export const restoreOperations = declareOperations({
  BACKUP_RESTORED: operation<{
    backup: string;
    taken_at: number;
    fingerprint: Fingerprint;
    verified: boolean;
  }>('Backup restored', ({ taken_at }) =>
    typeof taken_at === 'number'
      ? say`Restored the backup of ${new Date(taken_at).toISOString()}`
      : say`Restored a backup`,
  ),
});
