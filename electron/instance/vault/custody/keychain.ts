import { AppError } from '../../app-error.ts';
import { type Fingerprint, formatKeyText, type MasterKey, parseKeyText } from '../sealing/master-key.ts';
import type { CustodyFinding, KeyCustody } from './custody.ts';
import { probeSecretService } from './secret-service.ts';

/** The name under which the user finds the entries in the system's own keychain window. */
const SERVICE = 'Temps';
/** A keychain that asks its user something may never answer: nothing here waits longer. */
const CALL_TIMEOUT_MS = 15_000;

/** What is used of keytar, an optional dependency that may not have built: hence no import of its types. */
interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}
const KEYTAR_MODULE: string = 'keytar';

const placeNames: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
  linux: 'Secret Service (GNOME Keyring or KWallet)',
};

export interface KeychainOptions {
  instanceId: string;
  /** The keys worth looking for: those of the key record and of an open rotation. */
  listFingerprints: () => Fingerprint[];
}

/**
 * The OS keychain by keytar: service `Temps`, account `<instance id>/<fingerprint>`, value the 64 hex digits.
 *
 * Entries are looked up one by one and never listed: listing crashes keytar on a locked Secret Service. keytar
 * is archived upstream and optional; this file is the only one that knows it.
 */
export function createKeychainCustody({ instanceId, listFingerprints }: KeychainOptions): KeyCustody {
  const place = placeNames[process.platform] ?? 'the system keychain';
  const account = (fingerprint: Fingerprint) => `${instanceId}/${fingerprint}`;

  /** Ready to be asked, or the finding to answer with. */
  async function openKeychain(): Promise<Keytar | Exclude<CustodyFinding, { outcome: 'found' | 'missing' }>> {
    const closed = process.platform === 'linux' ? await findClosed(place) : null;
    if (closed) return closed;
    try {
      const loaded = (await import(KEYTAR_MODULE)) as Keytar & { default?: Keytar };
      return loaded.default ?? loaded;
    } catch {
      return {
        outcome: 'refused',
        detail:
          'The keychain module (keytar) is not installed: install libsecret (Debian: libsecret-1-dev), then run npm start again.',
      };
    }
  }

  async function requireKeychain(): Promise<Keytar> {
    const keychain = await openKeychain();
    if ('outcome' in keychain)
      throw new AppError(
        keychain.outcome === 'locked' ? 'custody_locked' : 'custody_refused',
        keychain.detail,
      );
    return keychain;
  }

  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withTimeout(work());
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw asCustodyError(error, place);
    }
  }

  /** SECURITY: an entry whose value is not the key its name says counts as refused, never as missing. */
  async function read(keychain: Keytar, fingerprint: Fingerprint): Promise<MasterKey | null> {
    const text = await call(() => keychain.getPassword(SERVICE, account(fingerprint)));
    if (text === null) return null;
    const key = parseKeyText(text);
    if (key?.fingerprint === fingerprint) return key;
    throw new AppError(
      'custody_refused',
      `The entry ${SERVICE} ${account(fingerprint)} in ${place} does not hold the key it names.`,
    );
  }

  return {
    name: 'keychain',
    writable: true,
    describe: () => place,
    async find() {
      const keychain = await openKeychain();
      if ('outcome' in keychain) return keychain;
      const keys: MasterKey[] = [];
      try {
        for (const fingerprint of listFingerprints()) {
          const key = await read(keychain, fingerprint);
          if (key) keys.push(key);
        }
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { outcome: error.code === 'custody_locked' ? 'locked' : 'refused', detail: error.message };
      }
      if (keys.length > 0) return { outcome: 'found', keys, said: [] };
      // It may have been locked between the question and the look-up, which then found nothing.
      return (process.platform === 'linux' && (await findClosed(place))) || { outcome: 'missing' };
    },
    async save(key) {
      const keychain = await requireKeychain();
      const text = formatKeyText(key);
      if (await read(keychain, key.fingerprint)) return;
      await call(() => keychain.setPassword(SERVICE, account(key.fingerprint), text));
      // keytar has given back stale values on Windows: nothing relies on the entry before it was read.
      if (!(await read(keychain, key.fingerprint))) {
        throw new AppError('custody_refused', `${place} did not give back the key that was stored.`);
      }
    },
    /** Every key has an entry of its own. */
    async promote() {},
    async remove(fingerprint) {
      const keychain = await requireKeychain();
      await call(() => keychain.deletePassword(SERVICE, account(fingerprint)));
    },
  };
}

async function findClosed(place: string): Promise<{ outcome: 'locked' | 'refused'; detail: string } | null> {
  switch (await probeSecretService()) {
    case 'open':
      return null;
    case 'locked':
      return {
        outcome: 'locked',
        detail: `${place} is locked: unlock your keyring, and Temps goes on by itself.`,
      };
    case 'absent':
      return {
        outcome: 'refused',
        detail:
          'No Secret Service answers on the session bus: start your desktop keyring, or choose passphrase or file custody.',
      };
    case 'unknown':
      return {
        outcome: 'refused',
        detail:
          'Whether the keyring is open cannot be told: install gdbus (Debian: libglib2.0-bin), busctl or dbus-send.',
      };
  }
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('custody_refused', 'The keychain did not answer.')),
      CALL_TIMEOUT_MS,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** SECURITY: the system's own words are kept as the cause, not shown: some name the entry they were asked for. */
function asCustodyError(error: unknown, place: string): AppError {
  const message = error instanceof Error ? error.message : '';
  // macOS: errSecInteractionNotAllowed (-25308) while the keychain is locked.
  if (/locked|interaction is not allowed/i.test(message)) {
    return new AppError('custody_locked', `${place} is locked: unlock it, and Temps goes on by itself.`, {
      cause: error,
    });
  }
  return new AppError(
    'custody_refused',
    `${place} refused: allow Temps to use it, or choose passphrase or file custody.`,
    { cause: error },
  );
}
