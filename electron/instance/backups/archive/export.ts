import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { asDiskFull } from '../../store/store-error.ts';
import { giveName } from '../../vault/custody/key-file.ts';
import { getStored } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { getDestination, openDestination } from '../destinations/destinations.ts';
import { formatBackupFolder } from '../format/manifest.ts';
import { backupOperations } from '../operations.ts';
import { findAtDestination } from '../reading/backup-files.ts';
import { damagedBackup } from '../reading/damaged-backup.ts';
import { listHeldKeys } from '../reading/held-keys.ts';
import { isSigned, readManifest } from '../reading/read-manifest.ts';
import { measureArchive, packArchive } from './write-archive.ts';

export interface Export {
  /** Of the file. */
  name: string;
  sizeBytes: number;
  content: Readable;
}

/**
 * A backup of the list as one file. Throws `not_found`, `conflict`, `backup_damaged` and what its destination throws; the
 * content may end with these, too.
 */
export async function exportBackup(
  core: BackupsCore,
  actor: Caller,
  id: string,
  signal: AbortSignal,
): Promise<Export> {
  const { folder, destination, destinationId } = getStored(core, id);
  const known = getDestination(core, destinationId);
  const files = findAtDestination(openDestination(core, known), folder, `${known.name}: ${folder}`);
  const read = await readManifest(files, signal).catch((error: unknown) => {
    throw hasCode(error, 'not_found') ? damagedBackup(files.place, 'manifest', error) : error;
  });
  const { manifest } = read;
  if (manifest.id !== id || manifest.instanceId !== core.ctx.store.identity.id)
    throw damagedBackup(files.place, 'place');
  const key = listHeldKeys(core).find(({ fingerprint }) => fingerprint === manifest.keyFingerprint);
  if (key && !isSigned(read, key)) throw damagedBackup(files.place, 'signature');
  core.ctx.store.transaction(() =>
    core.ctx.audit.append(backupOperations.BACKUP_EXPORTED, actor, { id, destination }),
  );
  return {
    name: `${formatBackupFolder(manifest)}.tar`,
    sizeBytes: measureArchive(read),
    content: packArchive(files, read, signal),
  };
}

/**
 * The same, written to a new file of this machine (0600), or into a folder. It has its name once it is whole and on the disk;
 * nothing is left of one that failed. Throws `conflict` for a name that is taken, `disk_full`, `place_unusable`.
 */
export async function exportTo(
  core: BackupsCore,
  actor: Caller,
  id: string,
  to: string,
  signal: AbortSignal,
): Promise<{ path: string; sizeBytes: number }> {
  if (!isAbsolute(to))
    throw new AppError('invalid_request', 'Give the whole path of the new file, or of a folder.', {
      fields: { path: 'a path from the root on' },
    });
  const found = await stat(to).catch(() => null);
  if (found && !found.isDirectory()) throw taken(to);
  const { name, sizeBytes, content } = await exportBackup(core, actor, id, signal);
  const path = found ? join(to, name) : to;
  const partial = `${path}.partial-${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(partial, 'wx', 0o600);
    await pipeline(content, file.createWriteStream({ flush: true }), { signal });
    await giveName(partial, path);
    return { path, sizeBytes };
  } catch (error) {
    throw explain(error, path);
  } finally {
    content.destroy();
    await rm(partial, { force: true });
  }
}

const taken = (path: string) =>
  new AppError('conflict', `There is a file ${path} already. Nothing was written.`, {
    fields: { path: 'taken' },
  });

function explain(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof AppError || typeof code !== 'string') return error;
  if (code === 'EEXIST') return taken(path);
  return (
    asDiskFull(error, path) ??
    new AppError('place_unusable', `${path} cannot be written (${code}). Nothing was left there.`, {
      cause: error,
    })
  );
}
