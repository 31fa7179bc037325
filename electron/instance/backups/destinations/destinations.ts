import { isAbsolute, normalize } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Store } from '../../store/store.ts';
import type { BackupsCore } from '../backups-core.ts';
import { backupOperations } from '../operations.ts';
import type { RetentionPolicy } from '../retention/policy.ts';
import type { DestinationKind } from '../vocabulary.ts';
import type { Destination } from './destination.ts';
import { openFolder } from './folder.ts';
import { findFolderPlace } from './folder-place.ts';
import { probe } from './probe.ts';

export interface KnownDestination {
  id: number;
  kind: DestinationKind;
  name: string;
  path: string;
  mountPoint: string;
  volumeId: string | null;
  /** Whether its backups open without the key. */
  isReadable: boolean;
  /** Whether it is on another disk than the database. */
  separate: boolean;
  /** How many backups are kept there; null for all. */
  retention: RetentionPolicy | null;
  createdAt: number;
}

export interface NewFolder {
  name: string;
  path: string;
  isReadable: boolean;
}

const COLUMNS = `id, kind, name, path, mount_point AS mountPoint, volume_id AS volumeId,
  is_readable AS isReadable, separate, retention, created_at AS createdAt`;

type Row = Omit<KnownDestination, 'isReadable' | 'separate' | 'retention'> & {
  isReadable: number;
  separate: number;
  retention: string | null;
};
const fromRow = (row: Row): KnownDestination => ({
  ...row,
  isReadable: row.isReadable === 1,
  separate: row.separate === 1,
  retention: row.retention === null ? null : (JSON.parse(row.retention) as RetentionPolicy),
});

export function listDestinations({ ctx }: BackupsCore): KnownDestination[] {
  const rows = ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM backup_destinations ORDER BY name`).all();
  return (rows as Row[]).map(fromRow);
}

export function findDestination({ ctx }: BackupsCore, id: number): KnownDestination | null {
  const row = ctx.store.sqlite.prepare(`SELECT ${COLUMNS} FROM backup_destinations WHERE id = ?`).get(id);
  return row ? fromRow(row as Row) : null;
}

/** Throws `not_found`. */
export function getDestination(core: BackupsCore, id: number): KnownDestination {
  const found = findDestination(core, id);
  if (!found) throw new AppError('not_found', 'This backup destination does not exist.');
  return found;
}

export function openDestination({ ctx }: BackupsCore, known: KnownDestination): Destination {
  return openFolder(known, ctx.dataDir);
}

/**
 * Adds a folder that is there, once a file could be written to it, read back, listed and deleted. Throws `name_taken`,
 * `invalid_request`, and what the folder does.
 */
export async function addFolder(
  core: BackupsCore,
  actor: Caller | null,
  { name, path: given, isReadable }: NewFolder,
): Promise<{ destination: KnownDestination; note: string | null }> {
  const { ctx } = core;
  if (!isAbsolute(given))
    throw new AppError('invalid_request', 'Give the whole path of the folder.', {
      fields: { path: 'a path from the root on' },
    });
  const path = normalize(given);
  requireFree(core, name, path);
  const { place, check } = await findFolderPlace(path, ctx.dataDir);
  await probe(openFolder(place, ctx.dataDir), ctx.stopping);
  return ctx.store.transaction(() => {
    requireFree(core, name, path);
    const id = Number(
      ctx.store.sqlite
        .prepare(
          `INSERT INTO backup_destinations
           (kind, name, path, mount_point, volume_id, is_readable, separate, created_at)
           VALUES ('folder', ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          name,
          path,
          place.mountPoint,
          place.volumeId,
          Number(isReadable),
          Number(check.separate),
          ctx.clock.now(),
        ).lastInsertRowid,
    );
    ctx.audit.append(backupOperations.BACKUP_DESTINATION_ADDED, actor, {
      id,
      destination: name,
      readable: isReadable,
    });
    return { destination: getDestination(core, id), note: check.separate ? null : check.message };
  });
}

function requireFree(core: BackupsCore, name: string, path: string): void {
  const known = listDestinations(core);
  if (known.some((other) => other.name === name))
    throw new AppError('name_taken', `There is a backup destination called ${name} already.`, {
      fields: { name: 'taken' },
    });
  const same = known.find((other) => other.path === path);
  if (same) throw new AppError('conflict', `${path} is a backup destination already: ${same.name}.`);
}

/** Looks whether it still takes, gives back, lists and deletes a file. Throws what it does. */
export async function testDestination(core: BackupsCore, id: number): Promise<KnownDestination> {
  const known = getDestination(core, id);
  await probe(openDestination(core, known), core.ctx.stopping);
  await measureSeparation(core, known);
  return getDestination(core, id);
}

/**
 * Looks whether it is on another disk than the database, which may have been moved or restored to it since. Only of a
 * destination that is there. Throws what the folder does.
 */
export async function measureSeparation({ ctx }: BackupsCore, { id, path }: KnownDestination): Promise<void> {
  const { check } = await findFolderPlace(path, ctx.dataDir);
  ctx.store.transaction(() =>
    ctx.store.sqlite
      .prepare('UPDATE backup_destinations SET separate = ? WHERE id = ?')
      .run(Number(check.separate), id),
  );
}

/** After a restore, in a transaction of the caller's: this is another computer, or another disk, until it is looked at. */
export function forgetSeparation({ sqlite }: Pick<Store, 'sqlite'>): void {
  sqlite.prepare('UPDATE backup_destinations SET separate = 0').run();
}

/** The backups there stay there; this instance forgets them. Throws `not_found`, `conflict`. */
export function removeDestination(core: BackupsCore, actor: Caller | null, id: number): void {
  const { ctx } = core;
  const { name } = getDestination(core, id);
  const running = ctx.store.sqlite
    .prepare('SELECT id FROM backups WHERE destination_id = ?')
    .pluck()
    .all(id) as string[];
  if (core.askedBy.has(id) || running.some((backup) => core.running.has(backup)))
    throw new AppError('conflict', `A backup to ${name} is being made. Wait until it has ended.`);
  ctx.store.transaction(() => {
    ctx.store.sqlite.prepare('DELETE FROM backup_destinations WHERE id = ?').run(id);
    ctx.audit.append(backupOperations.BACKUP_DESTINATION_REMOVED, actor, { id, destination: name });
  });
}
