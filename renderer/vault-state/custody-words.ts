import { FileKey, FolderInput, KeyRound, type LucideIcon, TextCursorInput } from 'lucide-react';
import type { VaultStatus } from './vault.ts';

type Custody = VaultStatus['custody'];
export type CustodyName = Custody['name'];

interface CustodyWords {
  /** Name of the custody within a sentence. */
  name: string;
  /** Where the key is, within a sentence. */
  where: string;
  /** Title as a choice. */
  title: string;
  icon: LucideIcon;
  /** When the key is read, and by whom. */
  opens: string;
  /** What to know before choosing it. */
  advice: string;
}

/** The places where a key can be stored. A keychain also has its own name. */
export const custodyWords: Record<CustodyName, CustodyWords> = {
  keychain: {
    name: 'the keychain',
    where: 'in the keychain',
    title: 'The system’s keychain',
    icon: KeyRound,
    opens: 'Unlocks when you sign in to this computer.',
    advice: 'Needs a desktop with a keyring.',
  },
  passphrase: {
    name: 'the protected key file',
    where: 'in a file encrypted with your passphrase',
    title: 'A passphrase you type',
    icon: TextCursorInput,
    opens: 'Unlocks when you type the passphrase after a start.',
    advice:
      'The key on the disk cannot be read without the passphrase. Until it is typed, second-factor codes do not work.',
  },
  file: {
    name: 'the key file',
    where: 'in the data directory',
    title: 'A file in the data directory',
    icon: FileKey,
    opens: 'Unlocks automatically at every start, for anyone who runs as this account.',
    advice: 'Anyone who copies the whole directory has the key and the encrypted data.',
  },
  external: {
    name: 'the external file',
    where: 'in an external file',
    title: 'An external file',
    icon: FolderInput,
    opens: 'Read at every start, never written.',
    advice: 'TEMPS_ENCRYPTION_KEY_FILE must name a file that already holds this key: put it there first.',
  },
};

/** A custody as a choice. */
export function custodyChoice(name: CustodyName) {
  const { title, icon, opens, advice } = custodyWords[name];
  return { title, icon, text: `${opens} ${advice}` };
}

type Named = Pick<Custody, 'name' | 'label'>;

/** "in GNOME Keyring", "in the data directory". */
export const inCustody = ({ name, label }: Named): string =>
  name === 'keychain' ? `in ${label}` : custodyWords[name].where;

/** Name of the custody within a sentence: "GNOME Keyring", "the key file". */
export const nameCustody = ({ name, label }: Named): string =>
  name === 'keychain' ? label : custodyWords[name].name;

/** The same at the beginning of a sentence. */
export function keeperOf(custody: Named): string {
  const name = nameCustody(custody);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Where to find it: a file, or an entry in the keychain. */
export const findIn = ({ name, place }: Pick<Custody, 'name' | 'place'>): string =>
  name === 'keychain' ? 'Entry “Temps”' : place;
