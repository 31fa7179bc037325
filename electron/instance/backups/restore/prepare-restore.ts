import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Exchanged } from '../../kernel/exchange.ts';
import type { ProcessHost } from '../../kernel/process-hosts.ts';
import { openExamined } from '../../store/examination.ts';
import type { InstanceIdentity } from '../../store/instance-table.ts';
import { readAside } from '../../store/read-aside.ts';
import { type ComparedCount, compareCounts, type Grouped, listNames } from '../../store/row-counts.ts';
import { inScratch } from '../../store/scratch.ts';
import type { CustodyHere } from '../../vault/home/restored-custody.ts';
import type { Fingerprint, MasterKey } from '../../vault/sealing/master-key.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { CustodyName } from '../../vault/vocabulary.ts';
import type { Manifest } from '../format/manifest.ts';
import {
  type CheckedBackup,
  type CheckOptions,
  checkBackup,
  needsKey,
  type OpenedValues,
} from '../reading/check-backup.ts';
import type { ChosenBackup } from './find-backups.ts';
import { installDatabase } from './install-database.ts';
import {
  type Closed,
  type Given,
  nameKeyInForce,
  openCustodyHere,
  readKeysHere,
  requireIdentityAlone,
} from './keys-at-hand.ts';
import type { Target } from './target.ts';

/** What a restore would do, from a backup that was checked to its last value. */
export interface RestorePreview {
  place: string;
  /** What is missing beside it, and that newer ones may be elsewhere, in words. */
  foundNote: string;
  manifest: Manifest;
  instance: InstanceIdentity;
  /** Null where the key is not at hand: nobody vouched for the backup, and the instance will be locked. */
  values: OpenedValues | null;
  /** Of the identity that decrypted it in place of the key, `age1…`; null where none did. */
  decryptedFor: string | null;
  /** How many rows each table has now and in the backup, and encrypted values by their kind. */
  tables: ComparedCount[];
  valuesByKind: ComparedCount[];
  /** Whose database it takes the place of; null for a new one, and for one that cannot be read. */
  replaces: InstanceIdentity | null;
  /** Whether there is a database in the data directory; it is kept beside. */
  hasDatabase: boolean;
  /** Names of what is in the data directory and not in the backup, by table: it goes. */
  onlyHere: Record<string, string[]>;
}

/** What people know by a name. */
const NAMED: readonly Grouped[] = [
  { table: 'projects', column: 'name' },
  { table: 'users', column: 'email' },
];

export interface Restored {
  preview: RestorePreview;
  /** Folder with the database that was there before; null where there was none. */
  former: string | null;
  /** What is left to do, in words. */
  notes: string[];
}

/** Runs an exchange of the database while no connection to it is open, in the owner of its directory. */
export type WhileClosed = (exchange: () => Promise<Exchanged>) => Promise<Exchanged>;

export interface PrepareOptions {
  target: Target;
  backup: ChosenBackup;
  /** Of a copy that was given: the key that the backup names is stored in the custody, an identity nowhere. */
  given: Given;
  /** In memory here. */
  held: readonly MasterKey[];
  /** Where a new data directory keeps its key; `file` unless said, or what the environment names. */
  custody?: CustodyName | undefined;
  /** For passphrase custody. */
  passphrase?: SecretText | undefined;
  env: NodeJS.ProcessEnv;
  processes: ProcessHost;
  clock: Clock;
  actor: Caller | null;
  signal: AbortSignal;
  onProgress?: CheckOptions['onProgress'];
  /** Is shown what would happen; throws where that is not wanted. */
  confirm(preview: RestorePreview): Promise<void>;
  closed: WhileClosed;
}

/**
 * Checks a backup in a scratch folder, as a drill does, and puts only what held all through at the place of the database,
 * once that was confirmed. For the owner of the data directory.
 *
 * Throws what `checkBackup`, `installDatabase` and `confirm` throw, and `passphrase_required`.
 */
export async function restoreChecked(options: PrepareOptions): Promise<Restored> {
  const { target, backup, given, signal, clock, processes, actor } = options;
  const { files, read } = backup;
  const { dataDir } = target;
  const { keyFingerprint, recipients, writerId } = read.manifest;
  const here = chooseCustody(options);
  const custody = openHere(options, here);
  const { held, closed } = await findHeld(options, custody);
  const keys = [...given.keys, ...held];
  const isHere = keys.some(({ fingerprint }) => fingerprint === keyFingerprint);
  const identity = isHere ? null : given.identity;
  if (identity) requireIdentityAlone(backup, target, closed);
  else if (!isHere && recipients.length > 0) throw needsKey(files.place, keyFingerprint, keys);
  return await inScratch(dataDir, 'restore', async (scratch) => {
    const { onProgress } = options;
    const checked = await checkBackup({
      files,
      read,
      keys,
      identity,
      scratch,
      processes,
      clock,
      signal,
      ...(onProgress ? { onProgress } : {}),
    });
    const preview = describePreview(backup, checked, target);
    await options.confirm(preview);
    signal.throwIfAborted();
    const notes = await keepKey(custody, given.keys, held, keyFingerprint);
    if (checked.values === null) notes.push(explainLocked(keyFingerprint, checked.decryptedFor));
    if (checked.auditBrokenAt !== null) notes.push(explainBrokenLog(checked.auditBrokenAt));
    const isOwn = target.writerId === writerId;
    const exchanged = await options.closed(async () => {
      const { former } = installDatabase({ dataDir, checked, here, actor, clock, isOwn });
      if (isHere) notes.push(...listReasons(await nameKeyInForce(dataDir, here, keyFingerprint)));
      return { former, notes };
    });
    return { preview, ...exchanged };
  });
}

/** Those in memory, or else what the custody gives. */
async function findHeld(
  { held, given, passphrase, backup, target }: PrepareOptions,
  custody: ReturnType<typeof openCustodyHere>,
): Promise<{ held: readonly MasterKey[]; closed: Closed | null }> {
  const { keyFingerprint } = backup.read.manifest;
  const isAmong = (keys: readonly MasterKey[]) => keys.some((key) => key.fingerprint === keyFingerprint);
  if (isAmong(held)) return { held, closed: null };
  const { keys: found, closed } = await readKeysHere(custody, passphrase);
  const isBehindPassphrase = custody.name === 'passphrase' && target.keys.includes(keyFingerprint);
  if (isBehindPassphrase && passphrase === undefined && !isAmong([...given.keys, ...found]))
    throw new AppError(
      'passphrase_required',
      `The key ${keyFingerprint} is stored here with a passphrase: enter it, or give a copy of the key.`,
    );
  return { held: [...held, ...found], closed };
}

/** Where the keys of this data directory are: as it was, or as it is chosen for a new one. */
function chooseCustody({ custody, env, target }: PrepareOptions): CustodyHere {
  if (target.custody) return target.custody;
  return { custody: custody ?? (env.TEMPS_ENCRYPTION_KEY_FILE ? 'external' : 'file'), keychain: null };
}

function openHere({ target, backup, given, env, processes }: PrepareOptions, here: CustodyHere) {
  const { instanceId, keyFingerprint } = backup.read.manifest;
  const fingerprints = [keyFingerprint, ...target.keys, ...given.keys.map(({ fingerprint }) => fingerprint)];
  return openCustodyHere(here, {
    dataDir: target.dataDir,
    instanceId,
    fingerprints: [...new Set(fingerprints)],
    env,
    processes,
  });
}

const listReasons = (reason: string | null): string[] => (reason === null ? [] : [reason]);

const explainLocked = (fingerprint: Fingerprint, recipient: string | null): string =>
  `${recipient === null ? '' : `An identity of age decrypted it, whose recipient is ${recipient}. `}The key ${fingerprint} is not here, so nobody vouched for this backup and no secret in it was decrypted. The vault stays locked until it gets a copy of that key: temps-desktop key unlock PATH`;

const explainBrokenLog = (line: number): string =>
  `Line ${line} of the audit log does not follow from the lines before it: the log had been changed before this backup was made.`;

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
  { files, foundNote }: ChosenBackup,
  { manifest, details, values, decryptedFor, databasePath }: CheckedBackup,
  target: Target,
): RestorePreview {
  const { instance, counts } = target;
  const now = instance && counts;
  return {
    place: files.place,
    foundNote,
    manifest,
    instance: details.instance,
    values,
    decryptedFor,
    tables: compareCounts(now?.rows, details.tables),
    valuesByKind: compareCounts(now?.groups, details.sealedValues),
    replaces: now && instance,
    hasDatabase: target.hasDatabase,
    onlyHere: instance ? findOnlyHere(target.dataDir, databasePath) : {},
  };
}

function findOnlyHere(dataDir: string, databasePath: string): Record<string, string[]> {
  const restored = openExamined(databasePath);
  try {
    return Object.fromEntries(
      NAMED.map((named) => {
        const then = new Set(listNames(restored, named));
        const now = readAside(dataDir, (sqlite) => listNames(sqlite, named)) ?? [];
        return [named.table, now.filter((name) => !then.has(name))];
      }),
    );
  } finally {
    restored.close();
  }
}
