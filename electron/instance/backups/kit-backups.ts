import type { Caller } from '../access/caller.ts';
import type { KitBackups } from '../vault/copies/kit-backups.ts';
import type { MasterKey } from '../vault/sealing/master-key.ts';
import type { BackupsCore } from './backups-core.ts';
import { listDestinations } from './destinations/destinations.ts';
import { deriveBackupIdentity } from './format/backup-identity.ts';
import { backupOperations } from './operations.ts';
import type { DestinationKind } from './vocabulary.ts';

const kindNames: Record<DestinationKind, string> = { folder: 'folder', s3: 'bucket of an S3 store' };

/**
 * What a paper kit of `key` says of backups: where they are now, and the identity that opens them and no secret in them.
 * A copy of lesser reach than the key, and recorded as one before it is given.
 */
export async function giveKitBackups(
  { ctx, ...core }: BackupsCore,
  key: MasterKey,
  actor: Caller | null,
): Promise<KitBackups> {
  const { identity, recipient } = await deriveBackupIdentity(key, ctx.store.identity.id);
  ctx.store.transaction(() => ctx.audit.append(backupOperations.BACKUP_IDENTITY_SHOWN, actor, { recipient }));
  const places = listDestinations({ ctx, ...core }).map(
    (known) => `${known.name} (${kindNames[known.kind]})`,
  );
  return { places, identity };
}
