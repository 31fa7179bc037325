import { type Fingerprint, type MasterKey, parseFingerprint } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import type { CopyFormat } from '../vocabulary.ts';

/** What a copy says beside the key itself. None of it is secret. */
export interface CopyFacts {
  instanceId: string;
  instanceName: string;
  fingerprint: Fingerprint;
  epoch: number;
  /** When the key was made, epoch ms. */
  keyCreatedAt: number;
  /** When the copy is made, epoch ms. */
  copiedAt: number;
}

/** One key in a copy. */
export interface ReadKey {
  key: MasterKey;
  instanceId: string | null;
  epoch: number | null;
}

/** What reading some bytes or text as a key copy came to. Never throws for bad input. */
export type CopyReading =
  /** At least one; several when one container holds the copies of several keys. */
  | { outcome: 'keys'; format: CopyFormat; keys: ReadKey[] }
  | { outcome: 'passphrase_required'; format: CopyFormat }
  | { outcome: 'passphrase_wrong'; format: CopyFormat }
  /** Words that are not in the list, or whose checksum fails: `position` counts from 1. */
  | {
      outcome: 'words_invalid';
      problems: { position: number; word: string; nearest: string[] }[];
      checksumFails: boolean;
    }
  | { outcome: 'damaged'; format: CopyFormat | null; detail: string }
  /**
   * It may well be whole. `because` ends the sentence "This copy cannot be used here, because …". `share` has the words
   * of one share of a split key, `identities` those of age (`AGE-SECRET-KEY-1…`), which decrypt backups and no secret.
   */
  | {
      outcome: 'unusable';
      format: CopyFormat | null;
      because: string;
      share?: string;
      identities?: readonly SecretText[];
    };

/** File name of a copy when only a folder is given. */
export function nameCopyFile(format: CopyFormat, facts: Pick<CopyFacts, 'fingerprint'>): string {
  if (format === 'plain') return 'encryption_key';
  const extension = {
    age: 'age',
    kdbx: 'kdbx',
    pdf: 'pdf',
    words: 'txt',
    text: 'txt',
    bitwarden: 'json',
    csv: 'csv',
  }[format];
  return `temps-key-${facts.fingerprint}${format === 'words' ? '-words' : ''}.${extension}`;
}

/** As `nameCopyFile` calls a copy, or file custody a key file beside the one in force. */
const NAMED_BY_KEY = /^(?:temps-key-|encryption_key\.)([0-9A-F-]{16,19})(?:-words)?(?:\.[a-z]+)?$/i;

/** Whether a file is called as a copy of one of these keys is, or as a key file that may be of any. */
export function isCopyFileName(name: string, keys: readonly Fingerprint[]): boolean {
  if (name.toLowerCase() === 'encryption_key') return true;
  const fingerprint = parseFingerprint(NAMED_BY_KEY.exec(name)?.[1] ?? '');
  return fingerprint !== null && keys.includes(fingerprint);
}
