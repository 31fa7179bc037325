import { join } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { encodeKey, type Fingerprint, type MasterKey, parseFingerprint } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import type { KeyCustody } from './custody.ts';
import { uniqueKeys } from './file-custody.ts';
import {
  isTaken,
  listFiles,
  readKeyFile,
  removeFile,
  renameFile,
  replaceFile,
  writeNewFile,
} from './key-file.ts';
import { takeKey } from './key-text-file.ts';
import { sweepPartialKeys } from './partial-files.ts';
import { openWithPassphrase, protectWithPassphrase } from './passphrase-file.ts';
import type { StrongPassphrase } from './strong-passphrase.ts';

const FILE = 'encryption_key.age';
/**
 * The fingerprint (public) of the key under the plain name: the file itself does not reveal it without the
 * passphrase.
 */
const LABEL = 'encryption_key.age.fingerprint';
const FILES = /^encryption_key(\.[0-9A-F]{16})?\.age$/;
const RULES = { followSymlinks: false, repairMode: true } as const;

/**
 * `<data dir>/encryption_key.age`: the key's 64 hex digits in an age v1 file, opened by typing a passphrase at
 * every start. Further keys lie beside it as `encryption_key.4F2A91C077DE1B3A.age`.
 */
export function createPassphraseCustody(dataDir: string, scryptLogN?: number): KeyCustody {
  const plain = join(dataDir, FILE);
  const named = (fingerprint: Fingerprint) =>
    join(dataDir, `encryption_key.${fingerprint.replaceAll('-', '')}.age`);

  /** Which file holds which key, learned by opening or writing it. */
  const paths = new Map<Fingerprint, string>();

  const label = join(dataDir, LABEL);

  /** Which key has the plain name, as far as known without the passphrase. */
  async function readLabel(): Promise<Fingerprint | null> {
    const reading = await readKeyFile(label, RULES);
    return reading.outcome === 'read' ? parseFingerprint(reading.bytes.toString('latin1')) : null;
  }

  const writeLabel = (fingerprint: Fingerprint) =>
    replaceFile(label, Buffer.from(`${fingerprint}\n`, 'ascii'));

  async function renameKey(fingerprint: Fingerprint, to: string): Promise<void> {
    await renameFile(paths.get(fingerprint) as string, to);
    paths.set(fingerprint, to);
  }

  async function readAll(): Promise<{ path: string; bytes: Buffer }[]> {
    const found: { path: string; bytes: Buffer }[] = [];
    for (const name of await listFiles(dataDir, FILES)) {
      const path = join(dataDir, name);
      const reading = await readKeyFile(path, RULES);
      if (reading.outcome === 'refused') throw new AppError('custody_refused', reading.detail);
      if (reading.outcome === 'read') found.push({ path, bytes: reading.bytes });
    }
    return found;
  }

  /** Files with another passphrase are reported; if none can be decrypted, the passphrase is wrong. */
  async function openAll(passphrase: SecretText): Promise<{ keys: MasterKey[]; said: string[] }> {
    const keys: MasterKey[] = [];
    const said: string[] = [];
    for (const { path, bytes } of await readAll()) {
      const opened = await openWithPassphrase(bytes, passphrase);
      if (opened.outcome === 'opened') {
        const key = takeKey(opened.plaintext, path);
        keys.push(key);
        paths.set(key.fingerprint, path);
      } else if (opened.outcome === 'wrong') said.push(`${path} cannot be decrypted with this passphrase`);
      else if (opened.outcome === 'unusable')
        throw new AppError(
          'key_file_invalid',
          `${path} cannot be used here, because ${opened.because}. It was not changed.`,
        );
      else throw new AppError('key_file_invalid', `${path} is damaged. It was not changed.`);
    }
    if (keys.length === 0) throw new AppError('passphrase_wrong', 'Wrong passphrase.');
    return { keys: uniqueKeys(keys), said };
  }

  async function protect(key: MasterKey, passphrase: StrongPassphrase): Promise<Uint8Array> {
    const digits = encodeKey(key);
    try {
      return await protectWithPassphrase(digits, passphrase, scryptLogN);
    } finally {
      digits.fill(0);
    }
  }

  return {
    name: 'passphrase',
    writable: true,
    label: () => 'A passphrase you type',
    describe: () => plain,
    async find(unlock) {
      const files = await readAll();
      if (files.length === 0) return { outcome: 'missing' };
      if (!unlock)
        return { outcome: 'locked', detail: `${plain} is encrypted with a passphrase: unlock with it.` };
      return { outcome: 'found', ...(await openAll(unlock.passphrase)) };
    },
    async save(key, options = {}) {
      const { passphrase } = options;
      if (!passphrase)
        throw new AppError(
          'passphrase_required',
          'This custody encrypts the key with a passphrase: enter one.',
        );
      if (paths.has(key.fingerprint)) return;
      const path = (await isTaken(plain)) ? named(key.fingerprint) : plain;
      if (path === plain) await writeLabel(key.fingerprint);
      await writeNewFile(path, await protect(key, passphrase));
      const { keys } = await openAll(passphrase.text);
      if (!keys.some((known) => known.fingerprint === key.fingerprint)) {
        throw new AppError('custody_refused', `${path} did not return the key that was written.`);
      }
    },
    /**
     * The files are sealed: which key lies under the plain name is known once they were opened, and until then
     * the names stay as they are (find looks at all of them).
     */
    async promote(fingerprint) {
      const wanted = paths.get(fingerprint);
      const current = [...paths].find(([, path]) => path === plain)?.[0];
      if (!wanted || wanted === plain || ((await isTaken(plain)) && !current)) return;
      if (current) await renameKey(current, named(current));
      await writeLabel(fingerprint);
      await renameKey(fingerprint, plain);
    },
    /** SECURITY: the file under the plain name is removed only when it is known to hold this key. */
    async remove(fingerprint) {
      const isPlain = paths.get(fingerprint) === plain || (await readLabel()) === fingerprint;
      if (await isTaken(named(fingerprint))) await removeFile(named(fingerprint));
      else if (isPlain) {
        await removeFile(plain);
        await removeFile(label);
      }
      // SECURITY: also removes files that a kill left half written.
      await sweepPartialKeys(
        dataDir,
        (partial) => partial.fingerprint === fingerprint || (partial.fingerprint === null && isPlain),
      );
      paths.delete(fingerprint);
    },
  };
}
