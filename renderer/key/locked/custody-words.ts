import type { VaultStatus } from '../../app/vault.ts';

type Custody = VaultStatus['custody'];

/** Where the key lives, inside a sentence: "GNOME Keyring", "the key file". */
export function nameCustody({ name, label }: Custody): string {
  switch (name) {
    case 'keychain':
      return label;
    case 'file':
      return 'the key file';
    case 'external':
      return 'the outside key file';
    case 'passphrase':
      return 'the protected key file';
  }
}

/** The case in one line, with the real place. */
export function sayLocked(vault: VaultStatus): string {
  const place = nameCustody(vault.custody);
  const isFile = vault.custody.name !== 'keychain';
  switch (vault.case) {
    case 'missing':
      return isFile ? `Locked: ${place} is missing` : `Locked: the key is missing from ${place}`;
    case 'waiting':
      if (vault.refused)
        return isFile ? `Locked: ${place} cannot be read` : `Locked: ${place} did not answer`;
      return vault.custody.name === 'passphrase'
        ? 'Locked: it waits for your passphrase'
        : `Locked: ${place} is locked`;
    case 'old_key':
      return `Locked: ${place} holds an older key`;
    case 'foreign_key':
      return `Locked: ${place} holds another key`;
    default:
      return 'Locked now, on request';
  }
}

const UNTOUCHED = 'Nothing was changed and no new key was made.';

/** What that means, and what becomes of it by itself. */
export function explainLocked(vault: VaultStatus): string {
  const { custody } = vault;
  switch (vault.case) {
    case 'missing':
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
