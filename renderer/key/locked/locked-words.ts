import type { VaultStatus } from '../../vault-state/vault.ts';
import { keeperOf } from '../custody-words.ts';

/** What keeps the key, inside a sentence: "GNOME Keyring", "the key file". */
export function nameCustody(custody: VaultStatus['custody']): string {
  const keeper = keeperOf(custody);
  return custody.name === 'keychain' ? keeper : keeper.replace(/^The /, 'the ');
}

/** Why it is locked, as the rest of a sentence: "the key is missing from GNOME Keyring". */
export function sayCase(vault: VaultStatus): string {
  const place = nameCustody(vault.custody);
  const isFile = vault.custody.name !== 'keychain';
  switch (vault.case) {
    case 'missing':
      if (!hadKey(vault)) return 'there is no key yet';
      return isFile ? `${place} is missing` : `the key is missing from ${place}`;
    case 'waiting':
      if (vault.refused) return isFile ? `${place} cannot be read` : `${place} did not answer`;
      return vault.custody.name === 'passphrase' ? 'it waits for your passphrase' : `${place} is locked`;
    case 'old_key':
      return `${place} holds an older key`;
    case 'foreign_key':
      return `${place} holds another key`;
    default:
      return 'someone asked for it';
  }
}

const UNTOUCHED = 'Nothing was changed and no new key was made.';

/** What that means, and what becomes of it by itself. */
export function explainLocked(vault: VaultStatus): string {
  const { custody } = vault;
  switch (vault.case) {
    case 'missing':
      if (vault.found_key && !hadKey(vault)) return vault.detail ?? '';
      return custody.name === 'keychain'
        ? `${custody.label} answers, but holds no entry for ${vault.instance.name}. ${UNTOUCHED}`
        : `There is no key at ${custody.place}. ${UNTOUCHED}`;
    case 'waiting':
      if (vault.refused) return `${vault.detail ?? ''} ${UNTOUCHED}`.trim();
      return custody.name === 'passphrase'
        ? 'The key is kept in a file that only your passphrase opens. It is asked for after each start.'
        : 'Unlock the keyring of this machine and everything goes on by itself. No restart is needed.';
    case 'old_key':
    case 'foreign_key':
      return `${vault.detail ?? ''} ${UNTOUCHED}`.trim();
    default:
      return custody.name === 'passphrase'
        ? 'The key was dropped from memory. Type the passphrase to take it up again.'
        : `The key was dropped from memory. It is still in ${nameCustody(custody)}.`;
  }
}

/** Whether there is, or ever was, a key to look for. */
export const hadKey = (vault: VaultStatus) => vault.fingerprint !== null;
