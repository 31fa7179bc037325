import { type Fingerprint, formatKeyText, type MasterKey, parseKeyText } from '../sealing/master-key.ts';
import type { CopyFacts, ReadKey } from './key-copy.ts';
import { formatWords } from './words.ts';

/** One line with everything a program needs: in the QR code and in every text. */
const PAYLOAD = /temps-key:v1:([0-9a-f-]{36}):(\d{1,9}):([0-9a-f]{64}):([0-9A-F]{4}(?:-[0-9A-F]{4}){3})/g;

/** A key and a fingerprint as they stand in any text. */
const KEY_DIGITS = /(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])/g;
const FINGERPRINT = /(?<![0-9A-Za-z])[0-9A-Fa-f]{4}(?:-[0-9A-Fa-f]{4}){3}/g;
/**
 * Where mail programs and editors fold long lines: also as quoted-printable, as a quoted answer, and in the strings
 * of JSON.
 */
const FOLD = /=?(?:\r\n|\r|\n|\\r\\n|\\n)[\s>]*/g;

/** `temps-key:v1:<instance id>:<epoch>:<64 hex digits>:<fingerprint>` */
export function formatPayload(key: MasterKey, facts: CopyFacts): string {
  return `temps-key:v1:${facts.instanceId}:${facts.epoch}:${formatKeyText(key)}:${key.fingerprint}`;
}

/** Content of the paper kit, for the PDF and for the console's print page. */
export interface KitPage {
  title: string;
  warning: string;
  instanceName: string;
  instanceId: string;
  fingerprint: string;
  epoch: number;
  /** Days, `2026-06-01`. */
  keyMade: string;
  date: string;
  /** 64 hex digits. */
  keyText: string;
  words: string[];
  /** What the QR code holds. */
  qrText: string;
  steps: string[];
  opens: string[];
  notContains: string[];
}

export function describeKit(key: MasterKey, facts: CopyFacts): KitPage {
  return {
    title: 'Temps encryption key',
    warning:
      'Keep this page away from the machine and its backups. Anyone who has both can decrypt every secret.',
    instanceName: oneLine(facts.instanceName),
    instanceId: facts.instanceId,
    fingerprint: facts.fingerprint,
    epoch: facts.epoch,
    keyMade: formatDay(facts.keyCreatedAt),
    date: formatDay(facts.copiedAt),
    keyText: formatKeyText(key),
    words: formatWords(key).split(' '),
    qrText: formatPayload(key, facts),
    steps: [
      'Install Temps Desktop on a machine that has the data directory or a restored backup of it.',
      'When it says it is locked, choose "Unlock with a copy", or run: temps-desktop key unlock -',
      'Enter the 24 words, or the text in the QR code.',
    ],
    opens: ['It decrypts the secrets of this instance, and of its backups made while this key was in use.'],
    notContains: ['It contains no data: without the database or a backup of it, this page decrypts nothing.'],
  };
}

/** The kit as text: in the encrypted file and in password managers. */
export function formatKitText(key: MasterKey, facts: CopyFacts): string {
  return [
    'Temps encryption key',
    '',
    ...describeFacts(facts),
    '',
    'Key (64 hex digits, as in the encryption_key file of upstream Temps):',
    formatKeyText(key),
    '',
    'The same key as words:',
    ...numberWords(key),
    '',
    'To use it: open Temps on the machine that has the data, choose "Unlock with a copy", and enter this file or the words.',
    'It decrypts the secrets of this instance and of its backups with this key version. It contains no data itself.',
    '',
    'For machines:',
    formatPayload(key, facts),
    '',
  ].join('\n');
}

/** The words alone, to write down. */
export function formatWordsFile(key: MasterKey, facts: CopyFacts): string {
  return [...describeFacts(facts).map((line) => `# ${line}`), '', ...numberWords(key), ''].join('\n');
}

export function describeFacts(facts: CopyFacts): string[] {
  return [
    `Instance: ${oneLine(facts.instanceName)}`,
    `Instance id: ${facts.instanceId}`,
    `Fingerprint: ${facts.fingerprint}`,
    `Key version: ${facts.epoch}`,
    `Key created: ${formatDay(facts.keyCreatedAt)}`,
    `Copied: ${formatDay(facts.copiedAt)}`,
  ];
}

/** Six lines of four words, each with its number. */
export function numberWords(key: MasterKey): string[] {
  const words = formatWords(key).split(' ');
  return Array.from({ length: 6 }, (_, row) =>
    words
      .slice(row * 4, row * 4 + 4)
      .map((word, at) => `${String(row * 4 + at + 1).padStart(2)} ${word.padEnd(9)}`)
      .join(' ')
      .trimEnd(),
  );
}

export interface FoundKeys {
  /** Each key once. */
  keys: ReadKey[];
  /** The line for machines is there, whether or not it gave a key. */
  hasTraces: boolean;
}

/**
 * Every key in a text, whatever became of the rest of it: the line for machines, or its digits alone, in one line or
 * folded. SECURITY: digits count only when their own fingerprint is in the same text, so a digit lost on the way is
 * never taken for another key.
 */
export function findKeys(text: string): FoundKeys {
  const texts = [text, text.replace(FOLD, '')];
  const find = (pattern: RegExp) => texts.flatMap((one) => [...one.matchAll(pattern)]);
  const fingerprints = new Set(find(FINGERPRINT).map(([found]) => found.toUpperCase()));
  const keys = new Map<Fingerprint, ReadKey>();
  for (const digits of new Set(find(KEY_DIGITS).map(([found]) => found.toLowerCase()))) {
    const key = parseKeyText(digits);
    if (key && fingerprints.has(key.fingerprint))
      keys.set(key.fingerprint, { key, instanceId: readInstanceId(text), epoch: null });
  }
  for (const [, instanceId = '', epoch = '', digits = '', fingerprint = ''] of find(PAYLOAD)) {
    const key = parseKeyText(digits);
    if (key?.fingerprint === fingerprint) keys.set(fingerprint, { key, instanceId, epoch: Number(epoch) });
  }
  return { keys: [...keys.values()], hasTraces: text.includes('temps-key:') };
}

/** The instance a kit says it is for, beside keys that do not say it themselves; null for none, or for several. */
export function readInstanceId(text: string): string | null {
  const ids = new Set([...text.matchAll(/Instance id: ([0-9a-f-]{36})/g)].map(([, id = '']) => id));
  const [only = null] = ids;
  return ids.size === 1 ? only : null;
}

export function formatDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
