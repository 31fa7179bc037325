import { parseKeyText } from '../../sealing/master-key.ts';
import type { CopyFormat } from '../../vocabulary.ts';
import type { CopyReading } from '../key-copy.ts';
import { findKeys, readInstanceId } from '../kit-text.ts';
import { looksLikeWords, parseWords, splitWords } from '../words.ts';
import { MAX_KEYS } from './copy-reader.ts';
import { readAsIdentity } from './identity-reading.ts';
import { readAsShare } from './share-reading.ts';

/** Text as editors save it: UTF-8, or UTF-16 with its mark at the beginning. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** Typed text, a text kit, the export of a password manager, words, or the plain key. */
export function readText(text: string): CopyReading {
  const trimmed = text.trim();
  const plain = parseKeyText(trimmed);
  if (plain)
    return { outcome: 'keys', format: 'plain', keys: [{ key: plain, instanceId: null, epoch: null }] };
  const format = guessFormat(trimmed);
  const reading = readKeys(format, [text]);
  if (reading) return reading;
  if (isEncryptedExport(trimmed))
    return {
      outcome: 'unusable',
      format: 'bitwarden',
      because:
        'the export is encrypted: export again as plain JSON or CSV, or copy the note of the key from Bitwarden',
    };
  const words = splitWords(text);
  const asWords = looksLikeWords(words) ? readWords(text, words) : null;
  if (asWords?.outcome === 'keys') return asWords;
  const container = format === 'text' ? null : format;
  // A key decrypts more: where it is there too, the text is a copy of it.
  const other = readAsIdentity(container, text) ?? readAsShare(container, text) ?? asWords;
  if (other) return other;
  if (format !== 'text') return { outcome: 'unusable', format, because: 'no entry in it holds a key' };
  return {
    outcome: 'damaged',
    format: null,
    detail: 'This is not a copy of a key in any format Temps knows.',
  };
}

/** The keys in texts that each belong together; `damaged` for traces of one; null for none. */
export function readKeys(format: CopyFormat, texts: readonly string[]): CopyReading | null {
  const found = texts.map(findKeys);
  const keys = new Map(found.flatMap((one) => one.keys).map((read) => [read.key.fingerprint, read]));
  if (keys.size > MAX_KEYS)
    return { outcome: 'unusable', format, because: `it holds more than ${MAX_KEYS} keys` };
  if (keys.size > 0) return { outcome: 'keys', format, keys: [...keys.values()] };
  if (!found.some(({ hasTraces }) => hasTraces)) return null;
  return { outcome: 'damaged', format, detail: `This ${format} copy is damaged: do not rely on it.` };
}

function readWords(text: string, words: readonly string[]): CopyReading {
  const reading = parseWords(words);
  if (reading.outcome !== 'key') return reading;
  return {
    outcome: 'keys',
    format: 'words',
    keys: [{ key: reading.key, instanceId: readInstanceId(text), epoch: null }],
  };
}

function guessFormat(text: string): CopyFormat {
  if (text.startsWith('{')) return 'bitwarden';
  return /^"?(folder|name|title|group)"?,/i.test(text) ? 'csv' : 'text';
}

/** Bitwarden's encrypted exports are JSON that says so, under a password or under the account's own key. */
function isEncryptedExport(text: string): boolean {
  return text.startsWith('{') && /"encrypted"\s*:\s*true/.test(text);
}
