import { looksLikeAge, openWithPassphrase } from '../../custody/passphrase-file.ts';
import type { SecretText } from '../../secret-text.ts';
import type { CopyFormat } from '../../vocabulary.ts';
import type { CopyReading } from '../key-copy.ts';
import { nameForeignFile } from './foreign-files.ts';
import { readAsIdentity } from './identity-reading.ts';
import { looksLikeKeePass, openKeePassFile } from './keepass-reading.ts';
import { isEncryptedPdf, readPdfStrings } from './pdf-reading.ts';
import { readAsShare } from './share-reading.ts';
import { decodeText, readKeys, readText } from './text-reading.ts';

/**
 * Reads bytes or typed text as a copy of a key, in whichever format they are. Never throws for bad input, and never
 * returns a key without a check: a fingerprint beside it, a checksum, or a cipher's tag. The only format without
 * one is the plain key file, whose fingerprint the caller compares.
 *
 * SECURITY: runs in a process of its own; see copy-reader.ts.
 */
export async function readCopy(
  bytes: Uint8Array,
  options: {
    passphrase?: SecretText;
    /** The share of the work that is done, from 0 to 1, of a file where that takes seconds. */
    tell?: (share: number) => void;
  } = {},
): Promise<CopyReading> {
  if (looksLikeAge(bytes)) return await readAge(bytes, options.passphrase);
  if (looksLikeKeePass(bytes)) return await readKeePass(bytes, options.passphrase, options.tell);
  if (Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-') return readPdf(bytes);
  const foreign = nameForeignFile(bytes);
  if (foreign !== null) return { outcome: 'unusable', format: null, because: foreign };
  return readText(decodeText(bytes));
}

async function readAge(bytes: Uint8Array, passphrase: SecretText | undefined): Promise<CopyReading> {
  const format = 'age';
  const opening = await openWithPassphrase(bytes, passphrase);
  if (opening.outcome !== 'opened') return toReading(format, opening);
  const reading = readText(decodeText(opening.plaintext));
  if (reading.outcome === 'keys') return { ...reading, format };
  if (reading.outcome === 'words_invalid') return reading;
  if (reading.outcome === 'unusable' && (reading.share ?? reading.identities) !== undefined)
    return { ...reading, format };
  return { outcome: 'unusable', format, because: 'what is encrypted in it is not a copy of a key' };
}

async function readKeePass(
  bytes: Uint8Array,
  passphrase: SecretText | undefined,
  tell: ((share: number) => void) | undefined,
): Promise<CopyReading> {
  const format = 'kdbx';
  const opening = await openKeePassFile(bytes, passphrase, tell);
  if (opening.outcome !== 'opened') return toReading(format, opening);
  return (
    readKeys(format, opening.entries) ??
    readAsIdentity(format, opening.entries.join('\n')) ??
    readAsShare(format, opening.entries.join('\n')) ?? {
      outcome: 'unusable',
      format,
      because: 'no entry in it holds a key',
    }
  );
}

function readPdf(bytes: Uint8Array): CopyReading {
  const format = 'pdf';
  const strings = readPdfStrings(bytes);
  const reading = readKeys(format, [strings]);
  if (reading) return reading;
  const share = readAsShare(format, strings);
  if (share) return share;
  const because = isEncryptedPdf(bytes)
    ? 'the PDF is protected with a password: save it without one, scan its QR code, or type its words'
    : 'the PDF holds the key only as a picture, if at all: scan its QR code, or type its words';
  return { outcome: 'unusable', format, because };
}

function toReading(
  format: CopyFormat,
  opening: { outcome: 'closed' | 'wrong' | 'damaged' } | { outcome: 'unusable'; because: string },
): CopyReading {
  switch (opening.outcome) {
    case 'closed':
      return { outcome: 'passphrase_required', format };
    case 'wrong':
      return { outcome: 'passphrase_wrong', format };
    case 'damaged':
      return { outcome: 'damaged', format, detail: `This ${format} copy is damaged: do not rely on it.` };
    case 'unusable':
      return { outcome: 'unusable', format, because: opening.because };
  }
}
