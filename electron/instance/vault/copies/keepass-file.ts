import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { StrongPassphrase } from '../custody/strong-passphrase.ts';
import { formatKeyText, type MasterKey } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import type { CopyFacts } from './key-copy.ts';
import { findPayloads, formatKitText, type KitContents } from './kit-text.ts';

/** KDBX's magic, KeePass 2 (https://keepass.info/help/kb/kdbx.html). */
const SIGNATURE = Buffer.from('03d9a29a67fb4bb5', 'hex');
/** Argon2 for new files: 64 MiB and ten passes, about half a second; kdbxweb's own default is a sixtieth of that. */
const MEMORY_BYTES = 64 * 1024 * 1024;
const PASSES = 10;
/** SECURITY: what a file may ask of this machine, so that a crafted one does not exhaust it. */
const MAX_MEMORY_KIB = 256 * 1024;
const MAX_PASSES = 64;

const deriveArgon2 = promisify(argon2);

async function loadKdbxweb() {
  const kdbxweb = await import('kdbxweb');
  kdbxweb.CryptoEngine.setArgon2Impl(
    async (password, salt, memoryKib, passes, tagLength, parallelism, type) => {
      if (memoryKib > MAX_MEMORY_KIB || passes > MAX_PASSES || parallelism > 16)
        throw new Error('asks for too much');
      const parameters = {
        message: Buffer.from(password),
        nonce: Buffer.from(salt),
        parallelism,
        tagLength,
        memory: memoryKib,
        passes,
      };
      const derived = await deriveArgon2(type === 0 ? 'argon2d' : 'argon2id', parameters);
      return new Uint8Array(derived).buffer;
    },
  );
  return kdbxweb;
}

export function looksLikeKeePass(bytes: Uint8Array): boolean {
  return SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length));
}

/** A KDBX 4 database with one entry: KeePass, KeePassXC and most password managers open or import it. */
export async function createKeePassFile(
  key: MasterKey,
  facts: CopyFacts,
  passphrase: StrongPassphrase,
): Promise<Uint8Array> {
  const { Credentials, Int64, Kdbx, ProtectedValue, VarDictionary } = await loadKdbxweb();
  const database = Kdbx.create(
    new Credentials(ProtectedValue.fromString(passphrase.text.reveal())),
    `Temps key ${facts.instanceName}`,
  );
  const parameters = database.header.kdfParameters;
  parameters?.set('M', VarDictionary.ValueType.UInt64, Int64.from(MEMORY_BYTES));
  parameters?.set('I', VarDictionary.ValueType.UInt64, Int64.from(PASSES));
  const entry = database.createEntry(database.getDefaultGroup());
  entry.fields.set('Title', `Temps encryption key of ${facts.instanceName}`);
  entry.fields.set('UserName', facts.fingerprint);
  entry.fields.set('Password', ProtectedValue.fromString(formatKeyText(key)));
  entry.fields.set('Notes', ProtectedValue.fromString(formatKitText(key, facts)));
  return new Uint8Array(await database.save());
}

export type KeePassOpening =
  | { outcome: 'opened'; contents: KitContents }
  | { outcome: 'wrong' }
  | { outcome: 'damaged' };

/** Never throws for what the file says. */
export async function openKeePassFile(bytes: Uint8Array, passphrase: SecretText): Promise<KeePassOpening> {
  const { Credentials, Kdbx, KdbxError, Consts, ProtectedValue } = await loadKdbxweb();
  try {
    const credentials = new Credentials(ProtectedValue.fromString(passphrase.reveal()));
    const database = await Kdbx.load(new Uint8Array(bytes).buffer, credentials);
    const found = [...database.getDefaultGroup().allEntries()].flatMap((entry) =>
      [...entry.fields.values()].flatMap((field) =>
        findPayloads(typeof field === 'string' ? field : field.getText()),
      ),
    );
    const fingerprints = new Set(found.map(({ key }) => key.fingerprint));
    return found[0] && fingerprints.size === 1
      ? { outcome: 'opened', contents: found[0] }
      : { outcome: 'damaged' };
  } catch (error) {
    const isWrong = error instanceof KdbxError && error.code === Consts.ErrorCodes.InvalidKey;
    return { outcome: isWrong ? 'wrong' : 'damaged' };
  }
}
