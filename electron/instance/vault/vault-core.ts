import type { Caller } from '../access/caller.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { AppError, type ErrorCode } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { ProcessHost } from '../kernel/process-hosts.ts';
import { createQueue, type Queue } from '../kernel/queue.ts';
import type { Store } from '../store/store.ts';
import type { KitBackups } from './copies/kit-backups.ts';
import { type CopyReader, createCopyReader } from './copies/reading/copy-reader.ts';
import { type CustodySurroundings, createCustody } from './custody/custodies.ts';
import type { CustodyFinding, KeyCustody } from './custody/custody.ts';
import { judgeForCustody } from './custody/strong-passphrase.ts';
import { chooseCustody, chooseKeychainName, findChosenCustody, noteKeychainUse } from './home/custody-row.ts';
import { describeRelocation, findRelocation, noteHome } from './home/relocated.ts';
import { forgetDroppedKeys } from './key/forget.ts';
import { type FoundKey, findKeyFile } from './key/found-key.ts';
import { findActiveRecord, insertActiveRecord, type KeyRecord, listKeyRecords } from './key/key-record.ts';
import { KeyRing } from './key/key-ring.ts';
import { type KnownBackups, NO_BACKUPS } from './key/known-backups.ts';
import { sweepLeftoverKeys } from './key/leftover-keys.ts';
import { decideStart, type StartDecision, type VaultCase } from './key/start-case.ts';
import { vaultOperations } from './operations.ts';
import { type Fingerprint, MasterKey } from './sealing/master-key.ts';
import type { SecretText } from './secret-text.ts';
import { createSecretStore, lockedError, type SecretStore } from './secrets/secret-store.ts';
import type { BackupFolder, BackupHalf } from './status/backup-half.ts';
import type { CustodyName } from './vocabulary.ts';

export interface Situation {
  case: VaultCase;
  /** In words; null when running. */
  detail: string | null;
  /** For `locked_when_idle`: for how long nobody used it. */
  idleMinutes?: number;
  /** For `waiting`: the custody refused or did not answer; otherwise it is locked. */
  refused?: boolean;
  /** For `old_key` and `foreign_key`: what was found instead. */
  foundFingerprint: Fingerprint | null;
}

/** Unlocks from the custody that may wait while one is tried. */
const MAX_CUSTODY_TRIES = 4;
const tooManyTries = () =>
  new AppError('too_many_attempts', 'Several people are unlocking the vault. Try again in a moment.', {
    details: { retry_after_s: 5 },
  });

export type VaultEvent = 'vault' | 'rotation' | 'doctor' | 'copies' | 'copying';

/** What the functions of the vault work on. One per open instance. */
export interface VaultCore {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly store: Store;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly processes: ProcessHost;
  readonly copyReader: CopyReader;
  readonly ring: KeyRing;
  readonly secrets: SecretStore;
  /** Where the active key is stored; follows the key record. */
  custody: KeyCustody;
  situation: Situation;
  readonly scryptLogN?: number | undefined;
  /** Called after keys were dropped. */
  forgetDroppedKeys(): void;
  readonly argon2Mib?: number | undefined;
  /** Pieces of work under way that hold a key: the vault does not lock by itself meanwhile. */
  holders: number;
  /** Number of locks so far: an unlock that started before a lock must not finish after it. */
  lockCount: number;
  /** Epoch ms of the last time the custody was asked for the key. */
  custodyAskedAt: number | null;
  /** Keys the custody in force was seen to hold: the condition for removing them from another. */
  readonly inCustody: Set<Fingerprint>;
  /** Names an attacker would try first as passphrases: the instance's name, later also those of its people. */
  listNames: () => readonly string[];
  /** Folders that backups of the database go to: a copy of the key in one does not count, and beside one it is said. */
  listBackupFolders: () => readonly BackupFolder[];
  /** What backups would bring back, which is half of health; null while nothing makes any. */
  judgeBackups: () => BackupHalf | null;
  /** The backups that were made under a key, and the former databases that hold values of it. */
  findBackupsOf: (fingerprint: Fingerprint) => KnownBackups;
  /** What backups add to a paper kit of a key, which is recorded; null while nothing makes any. */
  giveKitBackups: (key: MasterKey, actor: Caller | null) => Promise<KitBackups | null>;
  /** Whether the first start found its key there already; null when this process did not make the first start. */
  wasKeyAdopted: boolean | null;
  /** A key file that exists at a first start, until it is decided whether to use it. */
  found: FoundKey | null;
  /** Whether a first key may be created or adopted here: not by a command. */
  readonly createsFirstKey: boolean;
  /** When the custody was last checked for the key in memory, and what was wrong; see custody-watch.ts. */
  readonly custodySeen: { atMs: number; missing: string | null };
  /** What startup repaired or noticed, to be reported. */
  readonly said: string[];
  /**
   * Runs work that changes where keys are, one at a time: a rotation, a move, an unlock and a start over never
   * overlap, whichever doors they come through. Not reentrant.
   */
  readonly exclusively: Queue;
  /** Unlocks from the custody: a passphrase takes a second and 256 MiB, and so few may wait. */
  readonly custodyTries: Queue;
  /** Tells the doors that something changed; carries no secret. */
  emit(event: VaultEvent): void;
}

/** The key of a first start: `adopt` instead of a new one, and never the refused one. */
export interface FirstKeyOrder {
  given: MasterKey | null;
  unwanted: Fingerprint | null;
}
const NO_ORDER: FirstKeyOrder = { given: null, unwanted: null };

export interface OpenVaultOptions {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  store: Store;
  audit: AuditLog;
  clock: Clock;
  log: Log;
  processes: ProcessHost;
  /** Where a first start keeps the new key. */
  custody?: CustodyName;
  passphrase?: SecretText;
  /** The same, where nobody chose. */
  usualCustody?: CustodyName;
  /** A first start with an existing key file creates no key: set-up asks whether to use it. */
  offersFoundKey?: boolean;
  /** False for a command: only a start and set-up create or adopt a first key. */
  createsFirstKey?: boolean;
  /** Work factor of new passphrase files, for tests; age's own unless said. Every file says its own. */
  scryptLogN?: number;
  /** For tests of something else: `forgetDroppedKeys` unless said. */
  forgetDroppedKeys?: (() => void) | undefined;
  /** Memory of Argon2 for new KeePass files, for tests; ours unless said. */
  argon2Mib?: number;
  emit(event: VaultEvent): void;
}

/**
 * Finds the key and determines the vault's status. Where nothing was ever sealed it throws `key_file_invalid` or
 * `key_file_unsafe` for a file that is there and is no key, and what saving a first key throws; later such a file
 * locks the vault. A locked outcome has written nothing.
 */
export async function openVault(options: OpenVaultOptions): Promise<VaultCore> {
  const { store, dataDir, env, clock } = options;
  const record = findActiveRecord(store) ?? listKeyRecords(store)[0] ?? null;
  const { createsFirstKey = true } = options;
  const chosen = options.custody ?? findChosenCustody(store) ?? options.usualCustody;
  const name = record?.custody ?? chosen ?? (env.TEMPS_ENCRYPTION_KEY_FILE ? 'external' : 'file');
  // SECURITY: before it is tried: a keychain that refuses must not lead to a key file at the next start.
  if (createsFirstKey && chosen && isUnused(store)) chooseCustody(store, chosen);
  const ring = new KeyRing();
  const core: VaultCore = {
    dataDir,
    env,
    store,
    audit: options.audit,
    clock,
    log: options.log,
    processes: options.processes,
    copyReader: createCopyReader(options.processes),
    ring,
    secrets: createSecretStore(store, ring, clock),
    scryptLogN: options.scryptLogN,
    forgetDroppedKeys: options.forgetDroppedKeys ?? forgetDroppedKeys,
    argon2Mib: options.argon2Mib,
    custody: openCustody(options, name),
    situation: { case: 'missing', detail: null, foundFingerprint: null },
    holders: 0,
    lockCount: 0,
    custodyAskedAt: null,
    inCustody: new Set(),
    listNames: () => [store.identity.name],
    listBackupFolders: () => [],
    judgeBackups: () => null,
    findBackupsOf: () => NO_BACKUPS,
    giveKitBackups: async () => null,
    wasKeyAdopted: null,
    found: null,
    createsFirstKey,
    custodySeen: { atMs: -Infinity, missing: null },
    said: [],
    exclusively: createQueue(),
    custodyTries: createQueue({ maxWaiting: MAX_CUSTODY_TRIES, refuse: tooManyTries }),
    emit: options.emit,
  };
  if (record && options.custody && options.custody !== record.custody) {
    core.said.push(
      `The key is stored in ${record.custody} custody; --custody ${options.custody} only applies to a first start. To move it: temps-desktop key move --to ${options.custody}`,
    );
  }
  if (options.offersFoundKey && isUnused(store) && core.custody.name !== 'file') {
    const { found, said } = await findKeyFile(dataDir);
    core.found = found;
    core.said.push(...said);
  }
  if (createsFirstKey) noteHome(core);
  await readCustody(core, options.passphrase);
  return core;
}

type Surrounded = Pick<VaultCore, 'dataDir' | 'env' | 'store' | 'processes' | 'scryptLogN'>;

export function openCustody(core: Surrounded, name: CustodyName): KeyCustody {
  return createCustody(name, describeSurroundings(core, chooseKeychainName(core.store, core.dataDir)));
}

/** The keychain's entries under one name. */
export function openKeychain(core: Surrounded, keychainName: string): KeyCustody {
  return createCustody('keychain', describeSurroundings(core, keychainName));
}

function describeSurroundings(core: Surrounded, keychainName: string): CustodySurroundings {
  return {
    dataDir: core.dataDir,
    env: core.env,
    keychainName,
    listFingerprints: () => listKnownFingerprints(core.store),
    processes: core.processes,
    scryptLogN: core.scryptLogN,
  };
}

/**
 * Asks the custody in force for the key and takes up what it answers. Used at the start, by every retry while
 * waiting, and by an unlock. Returns true when the vault runs afterwards.
 *
 * @param isWanted whether the key is still wanted, asked after every wait. SECURITY: by default until someone locks:
 * who locks while the custody is still being asked finds the vault locked afterwards.
 * @param first what its owner said of the key of a first start.
 */
export async function readCustody(
  core: VaultCore,
  passphrase?: SecretText,
  isWanted = untilLocked(core),
  first: FirstKeyOrder = NO_ORDER,
): Promise<boolean> {
  const relocation = findRelocation(core);
  if (relocation) {
    setSituation(core, {
      case: 'relocated',
      detail: describeRelocation(relocation),
      foundFingerprint: null,
    });
    return false;
  }
  const records = listKeyRecords(core.store);
  const sealedBefore = !isUnused(core.store);
  const finding = await askCustody(core.custody, sealedBefore, passphrase);
  core.custodyAskedAt = core.clock.now();
  if (!isWanted()) return false;
  core.inCustody.clear();
  if (finding.outcome === 'found')
    core.said.push(...finding.said.filter((line) => !core.said.includes(line)));
  const decision = decideStart({
    records,
    hasSecrets: hasSecrets(core.store),
    finding,
    place: core.custody.describe(),
  });
  if (decision.case === 'first') return await startFirst(core, decision.adopt, first, isWanted, passphrase);
  if (decision.case === 'running') {
    for (const key of [decision.active, ...decision.others]) core.inCustody.add(key.fingerprint);
    core.custodySeen.missing = null;
    await sweepLeftoverKeys(core);
    if (!isWanted()) return false;
    takeUp(core, decision.active, decision.others);
    return true;
  }
  setSituation(core, describeLocked(decision));
  return false;
}

/** Whether nobody has locked the vault since this was called. */
export function untilLocked(core: VaultCore): () => boolean {
  const { lockCount } = core;
  return () => core.lockCount === lockCount;
}

/** What a custody throws for a file that is there and is no key, or cannot be read. */
const unusableCodes: readonly ErrorCode[] = ['key_file_invalid', 'key_file_unsafe', 'custody_refused'];

/**
 * SECURITY: a file that is no key is a custody that refuses, never one that holds nothing. Where nothing was ever
 * sealed there is nothing to wait for: the error is the caller's.
 */
async function askCustody(
  custody: KeyCustody,
  sealedBefore: boolean,
  passphrase?: SecretText,
): Promise<CustodyFinding> {
  try {
    return await custody.find(passphrase ? { passphrase } : undefined);
  } catch (error) {
    if (!sealedBefore || !(error instanceof AppError) || !unusableCodes.includes(error.code)) throw error;
    return { outcome: 'refused', detail: error.message };
  }
}

function describeLocked(decision: Exclude<StartDecision, { case: 'first' | 'running' }>): Situation {
  return {
    case: decision.case,
    detail: decision.detail,
    ...('refused' in decision ? { refused: decision.refused } : {}),
    foundFingerprint: 'found' in decision ? decision.found : null,
  };
}

/**
 * The very first start: generate, store, verify, record, in this order. A kill after the store leaves a key
 * in custody and no record; the next start adopts it.
 */
async function startFirst(
  core: VaultCore,
  adopt: MasterKey | null,
  { given, unwanted }: FirstKeyOrder,
  isWanted: () => boolean,
  passphrase?: SecretText,
): Promise<boolean> {
  if (!adopt && core.found) {
    setSituation(core, {
      case: 'missing',
      detail: `There is a key at ${core.found.path} (${core.found.fingerprint}). No key was created: choose whether to use that one.`,
      foundFingerprint: core.found.fingerprint,
    });
    return false;
  }
  if (!core.createsFirstKey) {
    setSituation(core, {
      case: 'missing',
      detail: `There is no key yet${adopt ? `, but ${core.custody.describe()} holds one (${adopt.fingerprint})` : ''}. Only a start creates or adopts the first one: temps-desktop serve.`,
      foundFingerprint: null,
    });
    return false;
  }
  const isOther = adopt && given && adopt.fingerprint !== given.fingerprint;
  if (isOther || (adopt && adopt.fingerprint === unwanted))
    throw new AppError(
      'custody_conflict',
      `${core.custody.describe()} holds ${isOther ? 'another key' : 'the key you chose not to use'} (${adopt.fingerprint}). Nothing was changed.`,
    );
  if (!adopt && !core.custody.writable) {
    setSituation(core, {
      case: 'missing',
      detail: `No key at ${core.custody.describe()}, and this custody is read-only for Temps. Put 64 hex digits there (openssl rand -hex 32).`,
      foundFingerprint: null,
    });
    return false;
  }
  core.store.requireWritable();
  const key = adopt ?? given ?? MasterKey.generate();
  if (adopt) {
    // Right after a kill of the very first start, and on a mount; else the database is gone and its key is not.
    const line = `The database is new, and the key ${key.fingerprint} already existed at ${core.custody.describe()}, so it is used. If an earlier database belongs to it, stop and restore that database.`;
    core.said.push(line);
    core.log.warn({}, line);
  } else await core.custody.save(key, await judgeForCustody(core.custody, passphrase, core.listNames()));
  const now = core.clock.now();
  core.store.transaction(() => {
    noteKeychainUse(core.store, core.dataDir, core.custody.name);
    insertActiveRecord(core.store, key, core.custody.name, now, now);
  });
  // From now on the file alone says that there is a key: a copy of it is never taken for unused.
  core.store.checkpoint();
  core.inCustody.add(key.fingerprint);
  core.wasKeyAdopted = adopt !== null || given !== null;
  await sweepLeftoverKeys(core);
  // SECURITY: after a lock while the key was being created there is a key, and the vault stays locked.
  if (!isWanted()) return false;
  takeUp(core, key, []);
  return true;
}

/** Holds the active key and, of the others, those the records or an open rotation name. */
export function takeUp(core: VaultCore, active: MasterKey, others: readonly MasterKey[]): void {
  const known = new Set(listKnownFingerprints(core.store));
  core.ring.hold(active);
  for (const key of others) if (known.has(key.fingerprint)) core.ring.hold(key);
  core.ring.activate(active.fingerprint);
  setSituation(core, { case: 'running', detail: null, foundFingerprint: null });
}

/** Keys of the record, and the new one of an open rotation. */
function listKnownFingerprints(store: Store): Fingerprint[] {
  return store.sqlite
    .prepare(
      "SELECT fingerprint FROM keys UNION SELECT new_fingerprint FROM rotations WHERE state IN ('staged', 'proven')",
    )
    .pluck()
    .all() as Fingerprint[];
}

export function setSituation(core: VaultCore, situation: Situation): void {
  const changed = JSON.stringify(core.situation) !== JSON.stringify(situation);
  core.situation = situation;
  if (changed) core.emit('vault');
}

/**
 * "Lock now": drops every key from memory; the next read fails. SECURITY: first, whatever becomes of its line in
 * the audit log: a database that takes none must not keep the keys.
 */
export function lockVault(core: VaultCore, actor: Caller | null): void {
  dropKeys(core, { case: 'locked_by_owner', detail: 'Locked on request.', foundFingerprint: null });
  core.audit.record(vaultOperations.VAULT_LOCKED, actor);
}

/** The same, because nobody used it for so long: by nobody, and said as what it is. */
export function lockIdleVault(core: VaultCore, minutes: number): void {
  const detail = `Locked because nobody used it for ${minutes === 1 ? '1 minute' : `${minutes} minutes`}.`;
  dropKeys(core, { case: 'locked_when_idle', detail, foundFingerprint: null, idleMinutes: minutes });
  core.audit.record(vaultOperations.VAULT_LOCKED_WHEN_IDLE, null, { minutes });
}

/** The same, because the screen was locked and the settings have it lock with that. */
export function lockVaultWithScreen(core: VaultCore): void {
  const detail = 'Locked with the screen of this computer.';
  dropKeys(core, { case: 'locked_with_screen', detail, foundFingerprint: null });
  core.audit.record(vaultOperations.VAULT_LOCKED_WITH_SCREEN, null);
}

function dropKeys(core: VaultCore, situation: Situation): void {
  core.lockCount += 1;
  core.ring.dropAll();
  core.forgetDroppedKeys();
  setSituation(core, situation);
}

/** Work that holds a key from its beginning to its end, such as writing a copy to a slow drive. */
export async function holdingKey<T>(core: VaultCore, work: () => Promise<T>): Promise<T> {
  core.holders += 1;
  try {
    return await work();
  } finally {
    core.holders -= 1;
  }
}

/** The record of the active key. Throws `vault_locked` when nothing was ever recorded. */
export function getActiveRecord(core: VaultCore): KeyRecord {
  const record = findActiveRecord(core.store);
  if (!record) throw lockedError();
  return record;
}

/** The active key itself. Throws `vault_locked`. */
export function getActiveKey(core: VaultCore): MasterKey {
  if (!core.ring.active) throw lockedError();
  return core.ring.active;
}

/** Throws `not_found` unless the fingerprint is of a key this instance has or had. */
export function getKeyRecord(core: VaultCore, fingerprint: Fingerprint): KeyRecord {
  const record = listKeyRecords(core.store).find((known) => known.fingerprint === fingerprint);
  if (!record) throw new AppError('not_found', 'This instance never had a key with this fingerprint.');
  return record;
}

/** Whether nothing was ever sealed here and no key ever recorded. */
export function isUnused(store: Store): boolean {
  return listKeyRecords(store).length === 0 && !hasSecrets(store);
}

function hasSecrets(store: Store): boolean {
  return store.sqlite.prepare('SELECT EXISTS (SELECT 1 FROM secrets)').pluck().get() === 1;
}
