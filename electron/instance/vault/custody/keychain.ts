import { AppError } from '../../kernel/app-error.ts';
import type { ProcessHost } from '../../kernel/process-hosts.ts';
import { decodeKey, encodeKey, type Fingerprint, type MasterKey } from '../sealing/master-key.ts';
import type { CustodyFinding, KeyCustody } from './custody.ts';
import { callKeytar, type KeytarCall, KeytarMissingError } from './keytar-call.ts';
import { findSecretServiceName, probeSecretService } from './secret-service.ts';

/** The name under which the user finds the entries in the system's own keychain window. */
const SERVICE = 'Temps';

const placeNames: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows Credential Manager',
  linux: 'Secret Service (GNOME Keyring or KWallet)',
};

/** Name used until the keychain's own name is known. */
const UNNAMED = 'the keychain';

export interface KeychainOptions {
  /** What its entries are named by: the id of the instance, and its directory. */
  keychainName: string;
  /** The keys worth looking for: those of the key record and of an open rotation. */
  listFingerprints: () => Fingerprint[];
  processes: ProcessHost;
}

/**
 * The OS keychain by keytar: service `Temps`, account `<name>/<fingerprint>`, value the 64 hex digits.
 *
 * Entries are looked up one by one and never listed: listing crashes keytar on a locked Secret Service. keytar
 * is archived upstream and optional; only keytar-call.ts knows it.
 */
export function createKeychainCustody({
  keychainName,
  listFingerprints,
  processes,
}: KeychainOptions): KeyCustody {
  const place = placeNames[process.platform] ?? 'the system keychain';
  let label = process.platform === 'linux' ? UNNAMED : place;
  const entry = (fingerprint: Fingerprint) => ({
    service: SERVICE,
    account: `${keychainName}/${fingerprint}`,
  });

  async function call(request: KeytarCall): Promise<Buffer | boolean | null> {
    try {
      return await callKeytar(processes, request);
    } catch (error) {
      throw asCustodyError(error, place);
    }
  }

  async function requireOpen(): Promise<void> {
    const closed = await findClosed(place);
    if (closed)
      throw new AppError(closed.outcome === 'locked' ? 'custody_locked' : 'custody_refused', closed.detail);
  }

  /** SECURITY: an entry whose value is not the key its name says counts as refused, never as missing. */
  async function read(fingerprint: Fingerprint): Promise<MasterKey | null> {
    const digits = await call({ call: 'get', ...entry(fingerprint) });
    if (digits === null) return null;
    const key = Buffer.isBuffer(digits) ? decodeKey(digits) : null;
    if (Buffer.isBuffer(digits)) digits.fill(0);
    if (key?.fingerprint === fingerprint) return key;
    throw new AppError(
      'custody_refused',
      `The entry ${SERVICE} ${keychainName}/${fingerprint} in ${place} does not contain the key it names.`,
    );
  }

  async function lookUp(): Promise<CustodyFinding> {
    const keys: MasterKey[] = [];
    try {
      for (const fingerprint of listFingerprints()) {
        const key = await read(fingerprint);
        if (key) keys.push(key);
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { outcome: error.code === 'custody_locked' ? 'locked' : 'refused', detail: error.message };
    }
    if (keys.length > 0) return { outcome: 'found', keys, said: [] };
    // It may have been locked between the question and the look-up, which then found nothing.
    return (await findClosed(place)) ?? { outcome: 'missing' };
  }

  async function learnName(): Promise<void> {
    if (process.platform === 'linux') label = (await findSecretServiceName()) ?? label;
  }

  return {
    name: 'keychain',
    writable: true,
    label: () => label,
    describe: () => (process.platform === 'linux' && label !== UNNAMED ? `${label} (Secret Service)` : place),
    async find() {
      const closed = await findClosed(place);
      // Beside the look-ups, so that it costs the start nothing.
      const naming = closed?.outcome === 'refused' ? null : learnName();
      const finding = closed ?? (await lookUp());
      await naming;
      return finding;
    },
    async save(key) {
      await requireOpen();
      if (await read(key.fingerprint)) return;
      const password = encodeKey(key);
      try {
        await call({ call: 'set', ...entry(key.fingerprint), password });
      } finally {
        password.fill(0);
      }
      // keytar has returned stale values on Windows: the entry is read before anything relies on it.
      if (!(await read(key.fingerprint))) {
        throw new AppError('custody_refused', `${place} did not return the key that was stored.`);
      }
    },
    /** Every key has an entry of its own. */
    async promote() {},
    async remove(fingerprint) {
      await requireOpen();
      await call({ call: 'delete', ...entry(fingerprint) });
    },
  };
}

/** The system's keychain by its name, and whether it would answer now; nothing in it is touched. */
export async function probeKeychain(): Promise<{ name: string; state: 'ready' | 'locked' | 'refused' }> {
  const place = placeNames[process.platform] ?? UNNAMED;
  const closed = await findClosed(place);
  const name =
    process.platform === 'linux' && closed?.outcome !== 'refused' ? await findSecretServiceName() : null;
  return { name: name ?? place, state: closed?.outcome ?? 'ready' };
}

/** Null when the keychain may be asked. macOS and Windows say so themselves when it may not. */
async function findClosed(place: string): Promise<{ outcome: 'locked' | 'refused'; detail: string } | null> {
  if (process.platform !== 'linux') return null;
  switch (await probeSecretService()) {
    case 'open':
      return null;
    case 'locked':
      return {
        outcome: 'locked',
        detail: `${place} is locked: unlock your keyring, and Temps continues automatically.`,
      };
    case 'absent':
      return {
        outcome: 'refused',
        detail:
          'No Secret Service responds on the session bus: start your desktop keyring, or choose passphrase or file custody.',
      };
    case 'unknown':
      return {
        outcome: 'refused',
        detail:
          'Cannot check whether the keyring is unlocked: install gdbus (Debian: libglib2.0-bin), busctl or dbus-send.',
      };
  }
}

/** SECURITY: the system's message is kept as the cause, not shown: some contain the name of the entry. */
function asCustodyError(error: unknown, place: string): AppError {
  if (error instanceof KeytarMissingError) {
    return new AppError(
      'custody_refused',
      'The keychain module (keytar) is not installed: install libsecret (Debian: libsecret-1-dev), then run npm start again.',
      { cause: error },
    );
  }
  const message = error instanceof Error ? error.message : '';
  // macOS: errSecInteractionNotAllowed (-25308) while the keychain is locked.
  if (/locked|interaction is not allowed/i.test(message)) {
    return new AppError(
      'custody_locked',
      `${place} is locked: unlock it, and Temps continues automatically.`,
      {
        cause: error,
      },
    );
  }
  return new AppError(
    'custody_refused',
    `${place} refused access: allow Temps to use it, or choose passphrase or file custody.`,
    {
      cause: error,
    },
  );
}
