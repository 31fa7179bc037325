import type { VaultStatus } from '../vault-state/vault.ts';

type Custody = VaultStatus['custody'];

/** Where the key is kept, inside a sentence: "in GNOME Keyring", "in the data directory". */
export function inCustody({ name, label }: Pick<Custody, 'name' | 'label'>): string {
  switch (name) {
    case 'keychain':
      return `in ${label}`;
    case 'passphrase':
      return 'under your passphrase';
    case 'file':
      return 'in the data directory';
    case 'external':
      return 'in the file from outside';
  }
}

/** The thing that keeps it, at the beginning of a sentence. */
export function keeperOf({ name, label }: Pick<Custody, 'name' | 'label'>): string {
  switch (name) {
    case 'keychain':
      return label;
    case 'passphrase':
      return 'The protected key file';
    case 'file':
      return 'The key file';
    case 'external':
      return 'The file from outside';
  }
}

/** Where to find it there: a file, or the entry of a keychain. */
export const findIn = ({ name, place }: Pick<Custody, 'name' | 'place'>): string =>
  name === 'keychain' ? 'Entry “Temps”' : place;
