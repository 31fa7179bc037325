import { AppError } from '../../kernel/app-error.ts';
import type { ProcessHost } from '../../kernel/process-hosts.ts';
import type { CopyReader } from '../../vault/copies/reading/copy-reader.ts';
import { createCustody } from '../../vault/custody/custodies.ts';
import type { KeyCustody } from '../../vault/custody/custody.ts';
import { createFileCustody } from '../../vault/custody/file-custody.ts';
import { type CustodyHere, chooseRestoredName } from '../../vault/home/restored-custody.ts';
import { getKeysFromCopy, type HandedCopy } from '../../vault/key/unlock.ts';
import type { Fingerprint, MasterKey } from '../../vault/sealing/master-key.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { needsKey } from '../reading/check-backup.ts';
import type { FoundBackup } from './find-backups.ts';

/** The custody of a data directory, also of one that has no database. */
export function openCustodyHere(
  here: CustodyHere,
  around: {
    dataDir: string;
    instanceId: string;
    fingerprints: readonly Fingerprint[];
    env: NodeJS.ProcessEnv;
    processes: ProcessHost;
  },
): KeyCustody {
  const { dataDir, env, processes } = around;
  return createCustody(here.custody, {
    dataDir,
    env,
    processes,
    // Of a directory that is not there yet there are no entries.
    keychainName: here.custody === 'keychain' ? chooseRestoredName(here, around.instanceId, dataDir) : '',
    listFingerprints: () => [...around.fingerprints],
  });
}

/**
 * Gives the key in force the plain name among key files, by which people copy it: with another database another key is in
 * force. All of them stay. Returns why it could not be done, or null.
 */
export async function nameKeyInForce(
  dataDir: string,
  { custody }: CustodyHere,
  fingerprint: Fingerprint,
): Promise<string | null> {
  if (custody !== 'file') return null;
  const files = createFileCustody(dataDir);
  try {
    await files.promote(fingerprint);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${files.describe()} may hold another key than the one in use: ${error.message}`;
  }
}

/** What the custody gives now. One that is locked, refuses, or holds a file that is no key gives nothing. */
export async function readKeysHere(custody: KeyCustody, passphrase?: SecretText): Promise<MasterKey[]> {
  try {
    const finding = await custody.find(passphrase ? { passphrase } : undefined);
    return finding.outcome === 'found' ? finding.keys : [];
  } catch (error) {
    if (error instanceof AppError && error.code !== 'passphrase_wrong') return [];
    throw error;
  }
}

/**
 * The keys in a copy, among them the one that a backup names. Throws what reading a copy throws, and `backup_needs_key`
 * with the fingerprints of those that it has.
 */
export async function readCopyFor(
  { files, read }: FoundBackup,
  copy: HandedCopy,
  reader: CopyReader,
): Promise<MasterKey[]> {
  const found = await getKeysFromCopy(reader, copy);
  const keys = found.map(({ key }) => key);
  const { keyFingerprint } = read.manifest;
  if (keys.some(({ fingerprint }) => fingerprint === keyFingerprint)) return keys;
  throw needsKey(files.place, keyFingerprint, keys);
}
