import { listKeyRecords } from '../../vault/key/key-record.ts';
import type { MasterKey } from '../../vault/sealing/master-key.ts';
import type { BackupsCore } from '../backups-core.ts';

/** Every key of the record that is in memory. */
export function listHeldKeys({ vault }: BackupsCore): MasterKey[] {
  return listKeyRecords(vault.store).flatMap(({ fingerprint }) => vault.ring.find(fingerprint) ?? []);
}
