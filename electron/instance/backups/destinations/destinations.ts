import { isAbsolute, normalize } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Store } from '../../store/store.ts';
import type { BackupsCore } from '../backups-core.ts';
import { backupOperations } from '../operations.ts';
import type { DestinationKind } from '../vocabulary.ts';
import type { Destination } from './destination.ts';
import { openFolder } from './folder.ts';
import { FOLDER_SILENT_MS, whileItAnswers } from './folder-deadline.ts';
import { findFolderPlace } from './folder-place.ts';
import { describeKeyCopyThere, findKeyFile, listCopyPlaces } from './key-copy-there.ts';
import { kindOf, type Separation } from './kinds.ts';
import {
  type FolderDestination,
  type KnownDestination,
  readDestination,
  readDestinations,
} from './known-destination.ts';
import { probe } from './probe.ts';
import { parseRecipients } from './recipients.ts';

export type { KnownDestination };

export interface NewFolder {
  name: string;
  path: string;
  isReadable: boolean;
  /** Besides the instance itself. */
  recipients?: readonly string[];
}

/** A destination that was just added, with what keeps it from being apart, or its backups from counting. */
export interface Added {
  destination: KnownDestination;
  note: string | null;
}

export function listDestinations({ ctx }: BackupsCore): KnownDestination[] {
  return readDestinations(ctx.store.sqlite);
}

export function findDestination({ ctx }: BackupsCore, id: number): KnownDestination | null {
  return readDestination(ctx.store.sqlite, id);
}

/** Throws `not_found`. */
export function getDestination(core: BackupsCore, id: number): KnownDestination {
  const found = findDestination(core, id);
  if (!found) throw new AppError('not_found', 'This backup destination does not exist.');
  return found;
}

/** Calls nothing yet. */
export function openDestination(core: BackupsCore, known: KnownDestination): Destination {
  return kindOf(known).open(core, known);
}

/** Where it is, for people. */
export function describeDestination(known: KnownDestination): string {
  return kindOf(known).describe(known);
}

/**
 * Adds a folder that is there, once a file could be written to it, read back, listed and deleted. Throws `name_taken`,
 * `invalid_request`, and what the folder does.
 */
export async function addFolder(
  core: BackupsCore,
  actor: Caller | null,
  { name, path: given, isReadable, recipients: others = [] }: NewFolder,
): Promise<Added> {
  const { ctx } = core;
  if (!isAbsolute(given))
    throw new AppError('invalid_request', 'Give the whole path of the folder.', {
      fields: { path: 'a path from the root on' },
    });
  const path = normalize(given);
  const isSame = (other: KnownDestination) => other.kind === 'folder' && other.path === path;
  requireFree(core, name, path, isSame);
  const recipients = await parseRecipients(core, others, isReadable);
  const { place, check, keyFile } = await whileItAnswers(path, FOLDER_SILENT_MS, async (goOn) => ({
    ...(await findFolderPlace(path, ctx.dataDir)),
    keyFile: await findKeyFile(core, path, goOn),
  }));
  await probe(openFolder(place, ctx.dataDir), ctx.stopping);
  return ctx.store.transaction(() => {
    requireFree(core, name, path, isSame);
    const id = insertDestination(core, actor, {
      ...place,
      kind: 'folder',
      name,
      isReadable,
      recipients,
      separate: check.separate,
      keyFile,
    });
    const destination = getDestination(core, id);
    const besideKey = describeKeyCopyThere(destination, listCopyPlaces(core));
    const notes = [check.separate ? null : check.message, besideKey].filter((each) => each !== null);
    return { destination, note: notes.length > 0 ? notes.join(' ') : null };
  });
}

type NewRow = Omit<FolderDestination, 'id' | 'kind' | 'retention' | 'createdAt'> & { kind: DestinationKind };

/** In a transaction of the caller's. */
export function insertDestination({ ctx }: BackupsCore, actor: Caller | null, row: NewRow): number {
  const { kind, name, path, mountPoint, volumeId, isReadable, recipients, separate, keyFile } = row;
  const { lastInsertRowid } = ctx.store.sqlite
    .prepare(
      `INSERT INTO backup_destinations
       (kind, name, path, mount_point, volume_id, is_readable, recipients, separate, key_file, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      kind,
      name,
      path,
      mountPoint,
      volumeId,
      Number(isReadable),
      JSON.stringify(recipients),
      Number(separate),
      keyFile,
      ctx.clock.now(),
    );
  const id = Number(lastInsertRowid);
  ctx.audit.append(backupOperations.BACKUP_DESTINATION_ADDED, actor, {
    id,
    destination: name,
    readable: isReadable,
    ...(recipients.length > 0 ? { recipients } : {}),
  });
  return id;
}

/** Throws `name_taken`, and `conflict` for a place that is a destination already. */
export function requireFree(
  core: BackupsCore,
  name: string,
  place: string,
  isSame: (other: KnownDestination) => boolean,
): void {
  const known = listDestinations(core);
  if (known.some((other) => other.name === name))
    throw new AppError('name_taken', `There is a backup destination called ${name} already.`, {
      fields: { name: 'taken' },
    });
  const same = known.find(isSame);
  if (same) throw new AppError('conflict', `${place} is a backup destination already: ${same.name}.`);
}

/**
 * Says who besides the instance decrypts the backups of a destination, from the next one on: what is stored stays as it is.
 * Throws `not_found`, and `invalid_request` for what is no recipient.
 */
export async function changeRecipients(
  core: BackupsCore,
  actor: Caller | null,
  id: number,
  others: readonly string[],
): Promise<KnownDestination> {
  const { ctx } = core;
  const recipients = await parseRecipients(core, others, getDestination(core, id).isReadable);
  return ctx.store.transaction(() => {
    // It may have gone meanwhile.
    const { name, recipients: before } = getDestination(core, id);
    if (JSON.stringify(before) !== JSON.stringify(recipients)) {
      ctx.store.sqlite
        .prepare('UPDATE backup_destinations SET recipients = ? WHERE id = ?')
        .run(JSON.stringify(recipients), id);
      ctx.audit.append(backupOperations.BACKUP_DESTINATION_CHANGED, actor, {
        id,
        destination: name,
        credentials: false,
        recipients,
      });
    }
    return getDestination(core, id);
  });
}

/** Looks whether it still takes, gives back, lists and deletes a file. Throws what it does. */
export async function testDestination(core: BackupsCore, id: number): Promise<KnownDestination> {
  const known = getDestination(core, id);
  await probe(openDestination(core, known), core.ctx.stopping);
  await measureSeparation(core, known);
  return getDestination(core, id);
}

/**
 * Looks whether it is apart from the disk of the database, which may have been moved or restored to it since, and whether
 * a copy of the key was put into it. Only of a destination that is there. Throws what it does.
 */
export async function measureSeparation(core: BackupsCore, known: KnownDestination): Promise<Separation> {
  const { store } = core.ctx;
  const measured = await kindOf(known).measure(core, known);
  store.transaction(() =>
    store.sqlite
      .prepare('UPDATE backup_destinations SET separate = ?, key_file = ? WHERE id = ?')
      .run(Number(measured.separate), measured.keyFile, known.id),
  );
  return measured;
}

/** After a restore, in a transaction of the caller's: this is another computer, or another disk, until it is looked at. */
export function forgetSeparation({ sqlite }: Pick<Store, 'sqlite'>): void {
  sqlite.prepare('UPDATE backup_destinations SET separate = 0').run();
}

/** The backups there stay there; this instance forgets them, and its credentials. Throws `not_found`, `conflict`. */
export function removeDestination(core: BackupsCore, actor: Caller | null, id: number): void {
  const { ctx } = core;
  const known = getDestination(core, id);
  const { name } = known;
  const running = ctx.store.sqlite
    .prepare('SELECT id FROM backups WHERE destination_id = ?')
    .pluck()
    .all(id) as string[];
  if (core.askedBy.has(id) || running.some((backup) => core.running.has(backup)))
    throw new AppError('conflict', `A backup to ${name} is being made. Wait until it has ended.`);
  ctx.store.transaction(() => {
    ctx.store.sqlite.prepare('DELETE FROM backup_destinations WHERE id = ?').run(id);
    if (known.kind === 's3')
      ctx.vault.remove([known.credentials.accessKeyId, known.credentials.secretAccessKey]);
    ctx.audit.append(backupOperations.BACKUP_DESTINATION_REMOVED, actor, { id, destination: name });
  });
}
