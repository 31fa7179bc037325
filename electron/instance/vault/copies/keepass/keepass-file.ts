import type { NoteProgress } from '../../../kernel/processes.ts';
import { createQueue } from '../../../kernel/queue.ts';
import { composePassphrase } from '../../custody/passphrase-file.ts';
import type { StrongPassphrase } from '../../custody/strong-passphrase.ts';
import { formatKeyText, type MasterKey } from '../../sealing/master-key.ts';
import type { CopyFacts } from '../key-copy.ts';
import { formatKitText } from '../kit-text.ts';
import { type Argon2Task, deriveInThread } from './argon2.ts';

/** Argon2 for new files: 64 MiB and ten passes, about five seconds; kdbxweb's own default is a sixtieth of that. */
const MEMORY_MIB = 64;
const PASSES = 10;

/** The library, with Argon2 from here: it has none of its own. */
export async function loadKdbxweb(derive: (task: Argon2Task) => Uint8Array | Promise<Uint8Array>) {
  const kdbxweb = await import('kdbxweb');
  kdbxweb.CryptoEngine.setArgon2Impl(async (password, salt, memoryKib, passes, tagBytes, lanes, type) => {
    const derived = await derive({
      kind: type === 0 ? 'argon2d' : 'argon2id',
      password: new Uint8Array(password.slice(0)),
      salt: new Uint8Array(salt),
      memoryKib,
      passes,
      lanes,
      tagBytes,
    });
    const owned = new Uint8Array(derived);
    derived.fill(0);
    return owned.buffer;
  });
  return kdbxweb;
}

/** The library has one Argon2 for all files, which tells the progress of one. */
const oneAtATime = createQueue();

export interface KeePassOptions {
  /** Of Argon2; ours unless said. */
  memoryMib?: number | undefined;
  /** Told while the key of the file is derived from its passphrase, which is nearly all of the work. */
  onProgress?: NoteProgress | undefined;
}

/** A KDBX 4 database with one entry: KeePass, KeePassXC and most password managers open or import it. */
export function createKeePassFile(
  key: MasterKey,
  facts: CopyFacts,
  passphrase: StrongPassphrase,
  options: KeePassOptions = {},
): Promise<Uint8Array> {
  return oneAtATime(() => createNow(key, facts, passphrase, options));
}

async function createNow(
  key: MasterKey,
  facts: CopyFacts,
  passphrase: StrongPassphrase,
  { memoryMib = MEMORY_MIB, onProgress }: KeePassOptions,
): Promise<Uint8Array> {
  const { Credentials, Int64, Kdbx, ProtectedValue, VarDictionary } = await loadKdbxweb((task) =>
    deriveInThread(task, onProgress),
  );
  const database = Kdbx.create(
    new Credentials(ProtectedValue.fromString(composePassphrase(passphrase))),
    `Temps key ${facts.instanceName}`,
  );
  const parameters = database.header.kdfParameters;
  parameters?.set('M', VarDictionary.ValueType.UInt64, Int64.from(memoryMib * 1024 * 1024));
  parameters?.set('I', VarDictionary.ValueType.UInt64, Int64.from(PASSES));
  const entry = database.createEntry(database.getDefaultGroup());
  entry.fields.set('Title', `Temps encryption key of ${facts.instanceName}`);
  entry.fields.set('UserName', facts.fingerprint);
  entry.fields.set('Password', ProtectedValue.fromString(formatKeyText(key)));
  entry.fields.set('Notes', ProtectedValue.fromString(formatKitText(key, facts)));
  return new Uint8Array(await database.save());
}
