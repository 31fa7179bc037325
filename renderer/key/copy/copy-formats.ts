import { BookKey, FileKey, FileText, type LucideIcon, Printer, Usb } from 'lucide-react';
import type { components } from '../../api/schema.ts';

export type CopyFormat = components['schemas']['CopyFormat'];
export type KeyCopy = components['schemas']['KeyCopy'];
export type MadeCopy = components['schemas']['MadeKeyCopy'];

/** Whether it brings the key back when this machine is lost, as the instance judged it. */
export const isCounting = ({ worth }: Pick<KeyCopy, 'worth'>): boolean =>
  worth === 'counts' || worth === 'due';

/** The options for keeping a copy, in the order shown. */
export type KeepWay = 'drive' | 'manager' | 'paper' | 'file' | 'plain';

interface Way {
  title: string;
  text: string;
  icon: LucideIcon;
  /** Roughly how long it takes. */
  time: string;
  /** Its possible formats; the first is the default. */
  formats: readonly CopyFormat[];
}

export const ways: Record<KeepWay, Way> = {
  drive: {
    title: 'USB stick or other drive',
    text: 'A file encrypted with a passphrase, on a separate drive.',
    icon: Usb,
    time: '1 minute',
    formats: ['age'],
  },
  manager: {
    title: 'Password manager',
    text: 'A KeePass file, or an entry for Bitwarden, 1Password and others.',
    icon: BookKey,
    time: '1 minute',
    formats: ['kdbx', 'text', 'bitwarden', 'csv'],
  },
  paper: {
    title: 'Paper',
    text: 'One page to print with 24 words, a QR code and instructions. Or words to write down.',
    icon: Printer,
    time: '3 minutes',
    formats: ['pdf', 'words'],
  },
  file: {
    title: 'File elsewhere',
    text: 'Encrypted with a passphrase. Not on the disk that holds the database.',
    icon: FileKey,
    time: '1 minute',
    formats: ['age'],
  },
  plain: {
    title: 'Plain key file',
    text: 'In upstream Temps’ format. Not encrypted: anyone who has the file can decrypt every secret.',
    icon: FileText,
    time: '1 minute',
    formats: ['plain'],
  },
};

interface FormatWords {
  /** Name as a choice. */
  name: string;
  /** Name of the copy within a sentence. */
  kept: string;
  fact: string;
  icon: LucideIcon;
  hasPassphrase: boolean;
  /** Whether it is written to a file on the instance's machine; the others are given to the person. */
  isFile: boolean;
}

export const formats: Record<CopyFormat, FormatWords> = {
  age: {
    name: 'Encrypted file',
    kept: 'encrypted file',
    fact: 'An age file. Its passphrase decrypts it here or with age -d.',
    icon: Usb,
    hasPassphrase: true,
    isFile: true,
  },
  kdbx: {
    name: 'KeePass file',
    kept: 'KeePass file',
    fact: 'A KeePass database with one entry. KeePassXC and others open it.',
    icon: BookKey,
    hasPassphrase: true,
    isFile: true,
  },
  bitwarden: {
    name: 'Bitwarden JSON',
    kept: 'Bitwarden entry',
    fact: 'One secure note to import. The file is not encrypted: delete it after the import.',
    icon: BookKey,
    hasPassphrase: false,
    isFile: true,
  },
  csv: {
    name: 'CSV',
    kept: 'password manager entry',
    fact: 'One note, for 1Password and others. The file is not encrypted: delete it after the import.',
    icon: BookKey,
    hasPassphrase: false,
    isFile: true,
  },
  text: {
    name: 'Text to paste',
    kept: 'password manager entry',
    fact: 'The key as text, for a secure note in any password manager.',
    icon: BookKey,
    hasPassphrase: false,
    isFile: false,
  },
  pdf: {
    name: 'Paper kit',
    kept: 'paper kit',
    fact: 'One page with 24 words, a QR code and instructions.',
    icon: FileText,
    hasPassphrase: false,
    isFile: false,
  },
  words: {
    name: '24 words',
    kept: '24 words',
    fact: 'Shown one at a time, to write down.',
    icon: FileText,
    hasPassphrase: false,
    isFile: false,
  },
  plain: {
    name: 'Plain key file',
    kept: 'plain key file',
    fact: '64 hex digits, not encrypted. FAT and exFAT drives have no file permissions: anyone who has the drive can read it.',
    icon: FileKey,
    hasPassphrase: false,
    isFile: true,
  },
};
