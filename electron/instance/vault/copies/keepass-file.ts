import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import { composePassphrase } from '../custody/passphrase-file.ts';
import type { StrongPassphrase } from '../custody/strong-passphrase.ts';
import { formatKeyText, type MasterKey } from '../sealing/master-key.ts';
import type { CopyFacts } from './key-copy.ts';
import { formatKitText } from './kit-text.ts';

/** Argon2 for new files: 64 MiB and ten passes, about half a second; kdbxweb's own default is a sixtieth of that. */
const MEMORY_BYTES = 64 * 1024 * 1024;
const PASSES = 10;
const deriveArgon2 = promisify(argon2);

/** The library, with Argon2 of node:crypto: it has none of its own. */
export async function loadKdbxweb() {
  const kdbxweb = await import('kdbxweb');
  kdbxweb.CryptoEngine.setArgon2Impl(
    async (password, salt, memoryKib, passes, tagLength, parallelism, type) => {
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

/** A KDBX 4 database with one entry: KeePass, KeePassXC and most password managers open or import it. */
export async function createKeePassFile(
  key: MasterKey,
  facts: CopyFacts,
  passphrase: StrongPassphrase,
): Promise<Uint8Array> {
  const { Credentials, Int64, Kdbx, ProtectedValue, VarDictionary } = await loadKdbxweb();
  const database = Kdbx.create(
    new Credentials(ProtectedValue.fromString(composePassphrase(passphrase))),
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
