import { FileKey, FolderInput, KeyRound, type LucideIcon, TextCursorInput } from 'lucide-react';
import type { VaultStatus } from '../vault-state/vault.ts';

export type CustodyName = VaultStatus['custody']['name'];

interface CustodyChoice {
  title: string;
  text: string;
  icon: LucideIcon;
}

/** The places a key may live, as a choice says them. */
export const custodyChoices: Record<CustodyName, CustodyChoice> = {
  keychain: {
    title: 'The system’s keychain',
    text: 'Opens when you sign in to the computer. Needs a desktop with a keyring.',
    icon: KeyRound,
  },
  passphrase: {
    title: 'A passphrase you type',
    text: 'After every start someone has to type it. Nothing on the disk opens the key alone.',
    icon: TextCursorInput,
  },
  file: {
    title: 'A file in the data directory',
    text: 'Opens by itself. Whoever copies the whole directory has the key and what it opens.',
    icon: FileKey,
  },
  external: {
    title: 'A file from outside',
    text: 'A mount named by TEMPS_ENCRYPTION_KEY_FILE that already holds this key. It is only read, never written: put the key there first.',
    icon: FolderInput,
  },
};
