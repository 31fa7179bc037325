import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createOwner } from '../../doors/socket-door.ts';
import { AppError } from '../../kernel/app-error.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { childProcesses, type ProcessHost } from '../../kernel/process-hosts.ts';
import { hasDatabase, hasUnfinishedRestore, prepareDataDir } from '../../store/data-directory.ts';
import { takeOwnership } from '../../store/ownership.ts';
import { describeSettled, settleSwap } from '../../store/swap-journal.ts';
import { createCopyReader } from '../../vault/copies/reading/copy-reader.ts';
import type { HandedCopy } from '../../vault/key/unlock.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { CustodyName } from '../../vault/vocabulary.ts';
import type { Manifest } from '../format/manifest.ts';
import { requireKnownVersion, requireRoom } from '../reading/check-backup.ts';
import { chooseBackup, findBackups } from './find-backups.ts';
import type { StoredPlace } from './find-stored-backups.ts';
import { type FormerDatabase, findFormer, listFormerDatabases, putFormerBack } from './former-database.ts';
import { nothingGiven, readCopyFor } from './keys-at-hand.ts';
import { type Restored, type RestorePreview, restoreChecked } from './prepare-restore.ts';
import { findExisting, lookAt } from './target.ts';

export { sumStored } from '../format/manifest.ts';
export { describeFoundGaps, findFoundGaps, NEWER_UNKNOWN } from '../listing/gaps.ts';
export { findBackups } from './find-backups.ts';
export { openGivenBucket, type StoredPlace } from './find-stored-backups.ts';
export type { Restored, RestorePreview } from './prepare-restore.ts';
export type { Manifest };

/** A copy of the key, or an identity of age, as it is given: a file of this machine, or words, a key or text. */
export interface GivenCopy {
  path?: string;
  text?: string;
  passphrase?: string;
}

export interface RestoreOptions {
  dataDir: string;
  /** The folder of a backup, its manifest, or a folder or store with backups, of which the newest is taken. */
  from: string | StoredPlace;
  /** Of the key that the backup names, where the custody here does not hold it; or an identity that it is encrypted for. */
  copy?: GivenCopy | undefined;
  /** Where a new data directory keeps its key; `file` unless said, or what the environment names. */
  custody?: CustodyName | undefined;
  /** Of passphrase custody. */
  passphrase?: string | undefined;
  env: NodeJS.ProcessEnv;
  processes?: ProcessHost | undefined;
  clock?: Clock;
  signal: AbortSignal;
}

/**
 * Restores a backup into a data directory that no instance is running in: one of the same instance, or a new, empty one.
 * Everything that can be refused is refused before anything is written; then the backup is checked in a scratch folder, as
 * a drill does, and only what held all through takes the place of the database.
 *
 * Throws `not_found`, `backup_damaged`, `backup_newer`, `backup_needs_key`, `backup_of_other_instance`, `disk_full`,
 * `data_dir_in_use`, `data_dir_unusable`, what reading a copy of a key throws, and what `confirm` throws.
 *
 * @param confirm is shown what would happen; it throws where that is not wanted.
 */
export async function restoreBackup(
  options: RestoreOptions,
  confirm: (preview: RestorePreview) => Promise<void>,
): Promise<Restored> {
  const { dataDir, signal, processes = childProcesses } = options;
  const target = lookAt(dataDir);
  const backup = chooseBackup(await findBackups(options.from, signal), target.instance?.id ?? null);
  const { manifest } = backup.read;
  requireKnownVersion(backup.files.place, manifest);
  requireRoom(manifest, findExisting(dataDir));
  const given = options.copy
    ? await readCopyFor(backup, toHanded(options.copy), createCopyReader(processes))
    : nothingGiven;
  const isNewFolder = !existsSync(dataDir);
  prepareDataDir(dataDir);
  try {
    return await owning(dataDir, async (settled) => {
      const { custody, passphrase, env, clock = systemClock } = options;
      const restored = await restoreChecked({
        target: settled ? lookAt(dataDir) : target,
        backup,
        given,
        held: [],
        custody,
        passphrase: passphrase === undefined ? undefined : new SecretText(passphrase),
        env,
        processes,
        clock,
        actor: createOwner('socket', clock.now()),
        signal,
        confirm,
        closed: async (exchange) => exchange(),
      });
      return settled === null ? restored : { ...restored, notes: [settled, ...restored.notes] };
    });
  } catch (error) {
    if (isNewFolder && !hasDatabase(dataDir)) removeOwnTraces(dataDir);
    throw error;
  }
}

function toHanded({ path, text, passphrase }: GivenCopy): HandedCopy {
  return {
    ...(path === undefined ? {} : { path: resolve(path) }),
    ...(text === undefined ? {} : { text: new SecretText(text) }),
    ...(passphrase === undefined ? {} : { passphrase: new SecretText(passphrase) }),
  };
}

/** Puts a former database back: of before the last restore, unless another is named. Throws `not_found` where it is not kept. */
export async function undoRestore(
  dataDir: string,
  clock: Clock = systemClock,
  name?: string,
): Promise<{ former: string | null; restored: string; notes: string[] }> {
  if (!existsSync(dataDir)) throw new AppError('not_found', `There is no data directory ${dataDir}.`);
  prepareDataDir(dataDir);
  return await owning(dataDir, () =>
    putFormerBack(dataDir, { clock, actor: createOwner('socket', clock.now()), name }, async (exchange) =>
      exchange(),
    ),
  );
}

/** Before anyone is asked about it: throws `not_found` where `undoRestore` would. */
export function requireFormer(dataDir: string, name?: string): void {
  // What a restore that was interrupted left is settled first, by what undoes it.
  if (!hasUnfinishedRestore(dataDir) && hasDatabase(dataDir)) findFormer(dataDir, name);
}

/** Of a data directory; none of anything else. */
export function findFormerDatabases(place: string): FormerDatabase[] {
  try {
    return listFormerDatabases(place);
  } catch (error) {
    // What cannot be read, or is no folder, is named by who looks for backups in it.
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    return [];
  }
}

async function owning<T>(dataDir: string, work: (settled: string | null) => Promise<T>): Promise<T> {
  const ownership = takeOwnership(dataDir);
  try {
    const settled = settleSwap(dataDir);
    return await work(settled && describeSettled(settled));
  } finally {
    ownership.release();
  }
}

/** What a start itself makes in a new folder; with anything else in it, it stays. */
function removeOwnTraces(dataDir: string): void {
  for (const name of ['instance.lock', 'instance.pid', 'scratch'])
    rmSync(join(dataDir, name), { recursive: true, force: true });
  try {
    rmdirSync(dataDir);
  } catch {
    // Somebody keeps something in it.
  }
}
