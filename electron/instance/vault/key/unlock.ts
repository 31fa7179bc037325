import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { NoteProgress } from '../../kernel/processes.ts';
import type { CopyReading, ReadKey } from '../copies/key-copy.ts';
import type { CopyReader } from '../copies/reading/copy-reader.ts';
import { readBack } from '../copies/write-copy.ts';
import type { CustodyFinding } from '../custody/custody.ts';
import { watchCustody } from '../custody/custody-watch.ts';
import { judgeForCustody } from '../custody/strong-passphrase.ts';
import { requireNotRelocated } from '../home/relocated.ts';
import { vaultOperations } from '../operations.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import { getKeyFromShares } from '../split/share-recovery.ts';
import { readCustody, takeUp, untilLocked, type VaultCore } from '../vault-core.ts';
import type { CopyFormat } from '../vocabulary.ts';
import { findActiveRecord, listKeyRecords, opensCheckValue } from './key-record.ts';

/** A key copy as entered: a file on this machine, sent bytes, or typed text. */
export interface HandedCopy {
  path?: string;
  bytes?: Uint8Array;
  text?: SecretText;
  /** Shares of a split key, instead of one copy. */
  shares?: readonly SecretText[];
  passphrase?: SecretText;
  /** Told while a KeePass file is decrypted. */
  onProgress?: NoteProgress;
}

/** Reads an entered copy. Throws `not_found` and `place_unusable` for a path that gives no file, and as the reader. */
export async function readHandedCopy(reader: CopyReader, copy: HandedCopy): Promise<CopyReading> {
  const bytes = copy.path
    ? await readBack(copy.path)
    : (copy.bytes ?? Buffer.from(copy.text?.reveal() ?? '', 'utf8'));
  return await reader.read(bytes, copy.passphrase, copy.onProgress);
}

type KeysReading = Extract<CopyReading, { outcome: 'keys' }>;

/**
 * The keys in a copy, at least one, or the named error: `passphrase_required`, `passphrase_wrong`, `words_invalid`
 * (with `problems`), `share_invalid`, `shares_refused`, `copy_damaged`, `copy_unusable`.
 */
export async function getKeysFromCopy(reader: CopyReader, copy: HandedCopy): Promise<ReadKey[]> {
  if (copy.shares) return [{ key: await getKeyFromShares(copy.shares), instanceId: null, epoch: null }];
  return (await getKeysReading(reader, copy)).keys;
}

/** As getKeysFromCopy of one copy, with what kind it is. */
export async function getKeysReading(reader: CopyReader, copy: HandedCopy): Promise<KeysReading> {
  return getKeysOf(await readHandedCopy(reader, copy));
}

/** As getKeysReading, of what was read already. */
export function getKeysOf(reading: CopyReading): KeysReading {
  switch (reading.outcome) {
    case 'keys':
      return reading;
    case 'passphrase_required':
      throw new AppError('passphrase_required', 'This copy is encrypted: enter its passphrase.');
    case 'passphrase_wrong':
      throw new AppError('passphrase_wrong', explainWrongPassphrase(reading.format));
    case 'words_invalid':
      throw new AppError('words_invalid', 'These are not the words of a key.', {
        // SECURITY: errors are logged and pasted into reports; a misspelt word is nearly a word of the key.
        details: {
          problems: reading.problems.map(({ position, nearest }) => ({ position, nearest })),
          checksum_fails: reading.checksumFails,
        },
      });
    case 'damaged':
      throw new AppError('copy_damaged', reading.detail);
    case 'unusable':
      throw new AppError('copy_unusable', explainUnusable(reading.because));
  }
}

/** Nothing in a KeePass file says whether it needs more than a passphrase. */
export function explainWrongPassphrase(format: CopyFormat): string {
  return format === 'kdbx'
    ? 'The passphrase is wrong for this copy, or the database also needs a key file or a device. Temps opens those with a passphrase alone.'
    : 'The passphrase is wrong for this copy.';
}

/** Why a copy that may be whole is no use here. */
export function explainUnusable(because: string): string {
  return `This copy cannot be used here, because ${because}.`;
}

/**
 * Of several keys in one container the one that is wanted.
 *
 * @param wanted fingerprints, the best first; null for a key there is not.
 */
export function chooseKey(keys: readonly ReadKey[], wanted: readonly (Fingerprint | null)[]): ReadKey {
  for (const fingerprint of wanted) {
    const found = keys.find(({ key }) => key.fingerprint === fingerprint);
    if (found) return found;
  }
  return keys[0] as ReadKey;
}

/** How a person unlocks: by what the custody holds, perhaps with its passphrase, or by a copy of the key. */
export type Unlocking =
  | { method: 'custody' }
  | { method: 'passphrase'; passphrase: SecretText }
  | { method: 'words' | 'key' | 'copy' | 'path' | 'shares'; copy: HandedCopy; restoreCustody: boolean };

/**
 * An unlock under way. SECURITY: whether it may still end in one is asked after every wait: if a lock and an unlock
 * overlap, the lock wins.
 */
export interface Attempt {
  isWanted(): boolean;
  /** Throws `vault_locked`, `session_expired`. */
  requireWanted(): void;
}

/** @param mayStill whether who asked for it may still unlock. */
export function beginAttempt(core: VaultCore, mayStill = () => true): Attempt {
  const isUnlocked = untilLocked(core);
  return {
    isWanted: () => isUnlocked() && mayStill(),
    requireWanted() {
      if (!isUnlocked())
        throw new AppError('vault_locked', 'The vault was locked while it was being unlocked.');
      if (!mayStill())
        throw new AppError('session_expired', 'Your session ended while the vault was being unlocked.');
    },
  };
}

/**
 * Unlocks the vault, and notes it. Returns what is left for the user to do, in words, or null. Throws what
 * `unlockFromCustody` and `unlockWithCopy` throw.
 */
export async function unlock(
  core: VaultCore,
  actor: Caller | null,
  unlocking: Unlocking,
): Promise<string | null> {
  let note: string | null = null;
  if (unlocking.method === 'custody') await unlockFromCustody(core);
  else if (unlocking.method === 'passphrase') await unlockFromCustody(core, unlocking.passphrase);
  else note = await unlockWithCopy(core, unlocking.copy, unlocking.restoreCustody);
  core.audit.record(vaultOperations.VAULT_UNLOCKED, actor, { method: unlocking.method });
  return note;
}

/**
 * Asks the custody once more, unless the vault is open already: false then. Throws `custody_missing`,
 * `custody_locked`, `vault_locked`, `conflict` for a passphrase where the custody has none, `too_many_attempts`.
 */
export async function unlockFromCustody(
  core: VaultCore,
  passphrase?: SecretText,
  attempt = beginAttempt(core),
): Promise<boolean> {
  const outcome = await core.custodyTries(() =>
    core.exclusively(async () => {
      if (core.ring.active !== null) return 'open already';
      if (passphrase) requirePassphraseCustody(core);
      return (await readCustody(core, passphrase, attempt.isWanted)) ? 'unlocked' : 'locked';
    }),
  );
  if (outcome !== 'locked') return outcome === 'unlocked';
  attempt.requireWanted();
  requireNotRelocated(core);
  const code = core.situation.case === 'waiting' ? 'custody_locked' : 'custody_missing';
  throw new AppError(code, core.situation.detail ?? 'The custody returned no key.');
}

/** SECURITY: any other custody returns its key whatever the passphrase: any text would unlock the vault. */
function requirePassphraseCustody({ custody }: VaultCore): void {
  if (custody.name !== 'passphrase')
    throw new AppError('conflict', 'The key is not stored under a passphrase: unlock with a copy of it.');
}

/**
 * Unlocks with a copy of the active key and, unless asked not to, puts the key back where it belongs. Returns
 * what is left for the user to do, in words, or null.
 *
 * Throws what reading the copy throws, `copy_of_old_key`, `copy_of_other_instance`, `vault_locked`.
 */
export async function unlockWithCopy(
  core: VaultCore,
  copy: HandedCopy,
  restoreCustody = true,
  attempt = beginAttempt(core),
): Promise<string | null> {
  // Before its turn: a copy that takes long to read keeps nobody else waiting.
  const keys = await getKeysFromCopy(core.copyReader, copy);
  return await core.exclusively(() => takeCopy(core, keys, copy.passphrase, restoreCustody, attempt));
}

async function takeCopy(
  core: VaultCore,
  keys: readonly ReadKey[],
  passphrase: SecretText | undefined,
  restoreCustody: boolean,
  attempt: Attempt,
): Promise<string | null> {
  requireNotRelocated(core);
  const active = findActiveRecord(core.store)?.fingerprint ?? null;
  const { key } = chooseKey(keys, [active, ...listKeyRecords(core.store).map((known) => known.fingerprint)]);
  requireActive(core, key);
  // Also where nothing is put back: values that a rotation has not reached yet need the key before.
  const finding = await askCustody(core);
  const others = finding?.outcome === 'found' ? finding.keys : [];
  attempt.requireWanted();
  takeUp(core, key, others);
  // A custody that is locked has its key: it is not given another copy, least of all under another passphrase.
  const isThere =
    finding?.outcome === 'locked' || others.some((other) => other.fingerprint === key.fingerprint);
  if (!restoreCustody || isThere) return null;
  return await restoreToCustody(core, key, passphrase);
}

/** SECURITY: a key is used only if it opens the recorded check value, not because its fingerprint matches. */
function requireActive(core: VaultCore, key: MasterKey): void {
  const active = findActiveRecord(core.store);
  if (active && active.fingerprint === key.fingerprint && opensCheckValue(active, key)) return;
  const records = listKeyRecords(core.store);
  if (records.length === 0) {
    throw new AppError(
      'copy_of_other_instance',
      `This instance has no key yet, so nothing here was encrypted with ${key.fingerprint}. temps-desktop serve creates the first key.`,
    );
  }
  const known = records.find((record) => record.fingerprint === key.fingerprint);
  if (known) {
    throw new AppError(
      'copy_of_old_key',
      `This is a copy of key version ${known.epoch} (${key.fingerprint}); the active key is ${active?.fingerprint}.`,
    );
  }
  throw new AppError(
    'copy_of_other_instance',
    `This is a copy of the key ${key.fingerprint}, which never belonged to this instance.`,
  );
}

/** What the custody answers now; null for a file there that is no key. */
async function askCustody(core: VaultCore): Promise<CustodyFinding | null> {
  try {
    return await core.custody.find();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

async function restoreToCustody(
  core: VaultCore,
  key: MasterKey,
  passphrase?: SecretText,
): Promise<string | null> {
  const place = core.custody.describe();
  if (!core.custody.writable)
    return `Put the key back at ${place}: it is read-only for Temps, and the next start needs the key there.`;
  try {
    core.store.requireWritable();
    await core.custody.save(key, await judgeForCustody(core.custody, passphrase, core.listNames()));
    core.inCustody.add(key.fingerprint);
    await watchCustody(core, true);
    return null;
  } catch (error) {
    if (hasCode(error, 'passphrase_required')) {
      return 'The key is only in memory: choose a passphrase (key move) so that the next start finds it.';
    }
    if (error instanceof AppError)
      return `The key is only in memory, ${place} did not accept it: ${error.message}`;
    throw error;
  }
}
