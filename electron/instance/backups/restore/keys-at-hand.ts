import { AppError } from '../../kernel/app-error.ts';
import type { ProcessHost } from '../../kernel/process-hosts.ts';
import type { CopyReader } from '../../vault/copies/reading/copy-reader.ts';
import { createCustody } from '../../vault/custody/custodies.ts';
import type { CustodyFinding, KeyCustody } from '../../vault/custody/custody.ts';
import { createFileCustody } from '../../vault/custody/file-custody.ts';
import { type CustodyHere, chooseRestoredName } from '../../vault/home/restored-custody.ts';
import { getKeysFromCopy, getKeysOf, type HandedCopy, readHandedCopy } from '../../vault/key/unlock.ts';
import type { Fingerprint, MasterKey } from '../../vault/sealing/master-key.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { needsKey } from '../reading/check-backup.ts';
import { findIdentityFor, type OpeningIdentity } from '../reading/opening-identity.ts';
import type { FoundBackup } from './find-backups.ts';
import type { Target } from './target.ts';

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
export async function readKeysHere(
  custody: KeyCustody,
  passphrase?: SecretText,
): Promise<{ keys: MasterKey[]; closed: Closed | null }> {
  try {
    const finding = await custody.find(passphrase ? { passphrase } : undefined);
    const isClosed = finding.outcome === 'locked' || finding.outcome === 'refused';
    return {
      keys: finding.outcome === 'found' ? finding.keys : [],
      closed: isClosed ? finding : null,
    };
  } catch (error) {
    if (error instanceof AppError && error.code !== 'passphrase_wrong') return { keys: [], closed: null };
    throw error;
  }
}
export type Closed = Extract<CustodyFinding, { outcome: 'locked' | 'refused' }>;

/**
 * SECURITY: with an identity nobody vouches for a backup, so that it is taken only where the key is not to be had here: not
 * while the custody that has the key is closed, nor for a key that the instance here never had, which anyone could name.
 */
export function requireIdentityAlone(
  { files, read }: FoundBackup,
  { instance, keys }: Pick<Target, 'instance' | 'keys'>,
  closed: Closed | null,
): void {
  const { keyFingerprint } = read.manifest;
  if (instance === null) return;
  if (!keys.includes(keyFingerprint))
    throw new AppError(
      'backup_needs_key',
      `The backup ${files.place} names the key ${keyFingerprint}, which the instance here never had, so that an identity is not enough: give a copy of that key, or restore into a new data directory.`,
      { details: { fingerprint: keyFingerprint, found: [] } },
    );
  if (closed)
    throw new AppError(
      closed.outcome === 'locked' ? 'custody_locked' : 'custody_refused',
      `The key ${keyFingerprint} is stored here, and is used rather than an identity: ${closed.detail}`,
    );
}

/** What was given to open a backup: a copy of the key, or an identity of age, which opens it and no secret in it. */
export interface Given {
  keys: readonly MasterKey[];
  identity: OpeningIdentity | null;
}

export const nothingGiven: Given = { keys: [], identity: null };

/**
 * The keys in a copy, among them the one that a backup names; or of identities of age the one that it is encrypted for. Throws
 * what reading a copy throws, `backup_needs_key` with the fingerprints or recipients of those that it has, and
 * `copy_unusable` for an identity where a backup is not encrypted.
 */
export async function readCopyFor(
  { files, read }: FoundBackup,
  copy: HandedCopy,
  reader: CopyReader,
): Promise<Given> {
  const { keyFingerprint } = read.manifest;
  const reading = copy.shares ? null : await readHandedCopy(reader, copy);
  if (reading?.outcome === 'unusable' && reading.identities)
    return { keys: [], identity: await findIdentityFor(files.place, read.manifest, reading.identities) };
  const found = reading === null ? await getKeysFromCopy(reader, copy) : getKeysOf(reading).keys;
  const keys = found.map(({ key }) => key);
  if (keys.some(({ fingerprint }) => fingerprint === keyFingerprint)) return { keys, identity: null };
  throw needsKey(files.place, keyFingerprint, keys);
}
