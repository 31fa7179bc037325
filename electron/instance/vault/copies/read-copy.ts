import { looksLikeAge, openWithPassphrase } from '../custody/passphrase-file.ts';
import { parseKeyText } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import type { CopyFormat } from '../vocabulary.ts';
import { looksLikeKeePass, openKeePassFile } from './keepass-file.ts';
import type { CopyReading } from './key-copy.ts';
import { findPayloads, type KitContents } from './kit-text.ts';
import { readPaperKit } from './paper-kit.ts';
import { looksLikeWords, parseWords, splitWords } from './words.ts';

/** No copy is this large; larger input is not read. */
export const MAX_COPY_BYTES = 1024 * 1024;

/**
 * Reads bytes or typed text as a copy of a key, in whichever format they are. Never throws for bad input, and never
 * returns a key without a check: a fingerprint beside it, a checksum, or a cipher's tag. The only format without
 * one is the plain key file, whose fingerprint the caller compares.
 */
export async function readCopy(
  bytes: Uint8Array,
  options: { passphrase?: SecretText } = {},
): Promise<CopyReading> {
  if (bytes.length === 0 || bytes.length > MAX_COPY_BYTES) {
    return {
      outcome: 'damaged',
      format: null,
      detail: 'This is not a copy of a key: its size is wrong.',
    };
  }
  if (looksLikeAge(bytes)) return await readProtected('age', bytes, options.passphrase);
  if (looksLikeKeePass(bytes)) return await readProtected('kdbx', bytes, options.passphrase);
  if (startsWith(bytes, '%PDF-')) return readPayloads('pdf', (await readPaperKit(bytes)) ?? '');
  return readText(Buffer.from(bytes).toString('utf8'));
}

async function readProtected(
  format: 'age' | 'kdbx',
  bytes: Uint8Array,
  passphrase: SecretText | undefined,
): Promise<CopyReading> {
  if (!passphrase) return { outcome: 'passphrase_required', format };
  if (format === 'kdbx') {
    const opening = await openKeePassFile(bytes, passphrase);
    if (opening.outcome === 'opened') return toReading(format, opening.contents);
    return opening.outcome === 'wrong' ? { outcome: 'passphrase_wrong', format } : damaged(format);
  }
  const opening = await openWithPassphrase(bytes, passphrase);
  if (opening.outcome === 'opened')
    return readPayloads(format, Buffer.from(opening.plaintext).toString('utf8'));
  return opening.outcome === 'wrong' ? { outcome: 'passphrase_wrong', format } : damaged(format);
}

function readText(text: string): CopyReading {
  const trimmed = text.trim();
  const plain = parseKeyText(trimmed);
  if (plain) return { outcome: 'key', format: 'plain', key: plain, instanceId: null, epoch: null };
  if (trimmed.includes('temps-key:')) return readPayloads(guessTextFormat(trimmed), text);
  const words = splitWords(text);
  if (!looksLikeWords(words)) return damaged(null);
  const reading = parseWords(words);
  return reading.outcome === 'key'
    ? { outcome: 'key', format: 'words', key: reading.key, instanceId: readInstanceId(text), epoch: null }
    : reading;
}

function guessTextFormat(text: string): CopyFormat {
  if (text.startsWith('{')) return 'bitwarden';
  return text.startsWith('folder,') ? 'csv' : 'text';
}

function readPayloads(format: CopyFormat, text: string): CopyReading {
  const [only, second] = findPayloads(text);
  return only && !second ? toReading(format, only) : damaged(format);
}

function toReading(format: CopyFormat, { key, instanceId, epoch }: KitContents): CopyReading {
  return { outcome: 'key', format, key, instanceId, epoch };
}

function readInstanceId(text: string): string | null {
  return /^#\s*Instance id: ([0-9a-f-]{36})\s*$/m.exec(text)?.[1] ?? null;
}

function damaged(format: CopyFormat | null): CopyReading {
  const detail =
    format === null
      ? 'This is not a copy of a key in any format Temps knows.'
      : `This ${format} copy is damaged: do not rely on it.`;
  return { outcome: 'damaged', format, detail };
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).toString('latin1') === text;
}
