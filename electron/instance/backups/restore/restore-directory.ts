import { existsSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createOwner } from '../../doors/socket-door.ts';
import { AppError } from '../../kernel/app-error.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { childProcesses, type ProcessHost } from '../../kernel/process-hosts.ts';
import { hasDatabase, prepareDataDir } from '../../store/data-directory.ts';
import { readIdentity, type Sqlite } from '../../store/database-file.ts';
import type { InstanceIdentity } from '../../store/instance-table.ts';
import { takeOwnership } from '../../store/ownership.ts';
import { readAside } from '../../store/read-aside.ts';
import { countContents, type RowCounts } from '../../store/row-counts.ts';
import { inScratch } from '../../store/scratch.ts';
import { describeSettled, listFormer, settleSwap, swapDatabase } from '../../store/swap-journal.ts';
import { type CustodyHere, listKnownKeys, readCustodyHere } from '../../vault/home/restored-custody.ts';
import { findActiveRecord } from '../../vault/key/key-record.ts';
import type { Fingerprint, MasterKey } from '../../vault/sealing/master-key.ts';
import type { CustodyName } from '../../vault/vocabulary.ts';
import { COUNTED } from '../format/details.ts';
import type { Manifest } from '../format/manifest.ts';
import {
  type CheckedBackup,
  checkBackup,
  needsKey,
  type OpenedValues,
  requireKnownVersion,
  requireRoom,
} from '../reading/check-backup.ts';
import { chooseBackup, type FoundBackup, findBackups } from './find-backups.ts';
import type { StoredPlace } from './find-stored-backups.ts';
import { installDatabase } from './install-database.ts';
import {
  type GivenCopy,
  nameKeyInForce,
  openCustodyHere,
  readCopyFor,
  readKeysHere,
} from './keys-at-hand.ts';

export { sumStored } from '../format/manifest.ts';
export { findBackups } from './find-backups.ts';
export { openGivenBucket, type StoredPlace } from './find-stored-backups.ts';
export type { GivenCopy } from './keys-at-hand.ts';
export type { Manifest };

export interface RestoreOptions {
  dataDir: string;
  /** The folder of a backup, its manifest, or a folder or store with backups, of which the newest is taken. */
  from: string | StoredPlace;
  /** Of the key that the backup names, where the custody here does not hold it. */
  copy?: GivenCopy | undefined;
  /** Where a new data directory keeps its key; `file` unless said, or what the environment names. */
  custody?: CustodyName | undefined;
  env: NodeJS.ProcessEnv;
  processes?: ProcessHost | undefined;
  clock?: Clock;
  signal: AbortSignal;
}

/** What a restore would do, from a backup that was checked to its last value. */
export interface RestorePreview {
  place: string;
  manifest: Manifest;
  instance: InstanceIdentity;
  /** Null where the key is not at hand: nobody vouched for the backup, and the instance will be locked. */
  values: OpenedValues | null;
  inBackup: RowCounts;
  /** What is in the data directory now; null for a new one, and for one whose database cannot be read. */
  now: (RowCounts & { instance: InstanceIdentity }) | null;
  /** Whether there is a database in the data directory; it is kept beside. */
  hasDatabase: boolean;
}

export interface Restored {
  preview: RestorePreview;
  /** Folder with the database that was there before; null where there was none. */
  former: string | null;
  /** What is left to do, in words. */
  notes: string[];
}

/** The data directory as it is, looked at without writing; null is what cannot be read. */
interface Target {
  dataDir: string;
  hasDatabase: boolean;
  instance: InstanceIdentity | null;
  custody: CustodyHere | null;
  keys: Fingerprint[];
  counts: RowCounts | null;
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
  const given = options.copy ? await readCopyFor(backup, options.copy, processes) : [];
  const isNewFolder = !existsSync(dataDir);
  prepareDataDir(dataDir);
  try {
    return await owning(dataDir, async (settled) => {
      const restored = await restoreOwned(
        options,
        settled ? lookAt(dataDir) : target,
        backup,
        given,
        confirm,
      );
      return settled === null ? restored : { ...restored, notes: [settled, ...restored.notes] };
    });
  } catch (error) {
    if (isNewFolder && !hasDatabase(dataDir)) removeOwnTraces(dataDir);
    throw error;
  }
}

/** Puts the database back that was there before the last restore. Throws `not_found` where none was kept. */
export async function undoRestore(
  dataDir: string,
  clock: Clock = systemClock,
): Promise<{ former: string | null; restored: string; notes: string[] }> {
  if (!existsSync(dataDir)) throw new AppError('not_found', `There is no data directory ${dataDir}.`);
  prepareDataDir(dataDir);
  return await owning(dataDir, async () => {
    const [newest] = listFormer(dataDir);
    if (newest === undefined)
      throw new AppError(
        'not_found',
        `Nothing was restored in ${dataDir}, or the former database is not kept any more.`,
      );
    const { former } = swapDatabase(dataDir, newest, clock.now());
    const { custody } = lookAt(dataDir);
    const active = readAside(dataDir, (sqlite) => findActiveRecord({ sqlite })?.fingerprint ?? null);
    const notes = custody && active ? listReasons(await nameKeyInForce(dataDir, custody, active)) : [];
    return { former, restored: newest, notes };
  });
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

async function restoreOwned(
  options: RestoreOptions,
  target: Target,
  { files, read }: FoundBackup,
  given: readonly MasterKey[],
  confirm: (preview: RestorePreview) => Promise<void>,
): Promise<Restored> {
  const { dataDir, env, signal, processes = childProcesses, clock = systemClock } = options;
  const { instanceId, keyFingerprint, recipients } = read.manifest;
  const here = chooseCustody(options, target);
  const custody = openCustodyHere(here, {
    dataDir,
    instanceId,
    fingerprints: [
      ...new Set([keyFingerprint, ...target.keys, ...given.map(({ fingerprint }) => fingerprint)]),
    ],
    env,
    processes,
  });
  const held = await readKeysHere(custody);
  const keys = [...given, ...held];
  const isHere = keys.some(({ fingerprint }) => fingerprint === keyFingerprint);
  if (!isHere && recipients.length > 0) throw needsKey(files.place, keyFingerprint, keys);
  return await inScratch(dataDir, 'restore', async (scratch) => {
    const checked = await checkBackup({ files, read, keys, scratch, processes, clock, signal });
    const preview = describePreview(files.place, checked, target);
    await confirm(preview);
    signal.throwIfAborted();
    const notes = await keepKey(custody, given, held, keyFingerprint);
    if (checked.values === null) notes.push(explainLocked(keyFingerprint));
    const actor = createOwner('socket', clock.now());
    const { former } = installDatabase({ dataDir, checked, here, actor, clock });
    if (isHere) notes.push(...listReasons(await nameKeyInForce(dataDir, here, keyFingerprint)));
    return { preview, former, notes };
  });
}

const listReasons = (reason: string | null): string[] => (reason === null ? [] : [reason]);

const explainLocked = (fingerprint: Fingerprint): string =>
  `The key ${fingerprint} is not here, so nobody vouched for this backup and no secret in it was decrypted. The vault stays locked until it gets a copy of that key: temps-desktop key unlock PATH`;

function lookAt(dataDir: string): Target {
  if (!existsSync(dataDir) || !hasDatabase(dataDir))
    return { dataDir, hasDatabase: false, instance: null, custody: null, keys: [], counts: null };
  // Each by itself: of a damaged database what can be read still says whose it is, and where its keys are.
  const read = <T>(what: (sqlite: Sqlite) => T) => readAside(dataDir, what);
  return {
    dataDir,
    hasDatabase: true,
    instance: read((sqlite) => readIdentity(sqlite, dataDir)),
    custody: read((sqlite) => readCustodyHere({ sqlite })),
    keys: read((sqlite) => listKnownKeys({ sqlite })) ?? [],
    counts: read((sqlite) => countContents(sqlite, COUNTED)),
  };
}

/** The folder itself, or the nearest one around it that is there. */
function findExisting(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : findExisting(dirname(path));
}

/** Where the keys of this data directory are: as it was, or as it is chosen for a new one. */
function chooseCustody({ custody, env }: RestoreOptions, target: Target): CustodyHere {
  if (target.custody) return target.custody;
  return { custody: custody ?? (env.TEMPS_ENCRYPTION_KEY_FILE ? 'external' : 'file'), keychain: null };
}

/** A key that came from a copy is stored where the instance will look for it. Returns what is left to do. */
async function keepKey(
  custody: ReturnType<typeof openCustodyHere>,
  given: readonly MasterKey[],
  held: readonly MasterKey[],
  fingerprint: Fingerprint,
): Promise<string[]> {
  const key = given.find((known) => known.fingerprint === fingerprint);
  if (!key || held.some((known) => known.fingerprint === fingerprint)) return [];
  const why =
    custody.writable && custody.name !== 'passphrase' ? null : 'it is not written there by a restore';
  try {
    if (why === null) await custody.save(key);
    else return [explainUnkept(custody.describe(), why)];
    return [];
  } catch (error) {
    if (error instanceof AppError) return [explainUnkept(custody.describe(), error.message)];
    throw error;
  }
}

const explainUnkept = (place: string, why: string): string =>
  `The key is not stored at ${place}: ${why} The vault stays locked until it is, or gets a copy of the key: temps-desktop key unlock PATH`;

function describePreview(
  place: string,
  { manifest, details, values }: CheckedBackup,
  target: Target,
): RestorePreview {
  const { instance, counts } = target;
  return {
    place,
    manifest,
    instance: details.instance,
    values,
    inBackup: { rows: details.tables, groups: details.sealedValues },
    now: instance && counts && { ...counts, instance },
    hasDatabase: target.hasDatabase,
  };
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
