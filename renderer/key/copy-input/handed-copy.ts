/**
 * A copy of the key as entered, ready to be sent.
 *
 * SECURITY: keep it in a ref or the state of the component that sends it, and drop it afterwards; never put it in
 * the query cache, the router or storage.
 */
export type HandedCopy =
  | { kind: 'file'; name: string; base64: string; passphrase?: string }
  /** A file on the instance's own machine. For the owner. */
  | { kind: 'path'; path: string; passphrase?: string }
  | { kind: 'words'; words: string }
  /** Of a split key: as many as open it. */
  | { kind: 'shares'; shares: string[] }
  /** From a QR code or pasted. */
  | { kind: 'text'; text: string; passphrase?: string };

/** No copy is this large; the instance refuses larger ones too. */
export const MAX_COPY_BYTES = 1024 * 1024;

/** `POST /vault/key/copies/verify` and `…/{id}/prove`, to which no shares are sent: those have their own check. */
export function toHandedBody(copy: HandedCopy, progressId?: string) {
  return { ...toCopyBody(copy), ...(progressId === undefined ? {} : { progress_id: progressId }) };
}

function toCopyBody(copy: HandedCopy) {
  switch (copy.kind) {
    case 'file':
      return { content_base64: copy.base64, ...passphraseOf(copy) };
    case 'path':
      return { path: copy.path, ...passphraseOf(copy) };
    case 'words':
      return { text: copy.words };
    case 'shares':
      return { text: copy.shares.join('\n') };
    case 'text':
      return { text: copy.text, ...passphraseOf(copy) };
  }
}

/** `POST /vault/unlock` and `/vault/recovery/rescue`. */
export function toUnlockBody(copy: HandedCopy) {
  switch (copy.kind) {
    case 'file':
      return { method: 'copy' as const, content_base64: copy.base64, ...passphraseOf(copy) };
    case 'path':
      return { method: 'path' as const, path: copy.path, ...passphraseOf(copy) };
    case 'words':
      return { method: 'words' as const, words: copy.words };
    case 'shares':
      return { method: 'shares' as const, shares: copy.shares };
    case 'text':
      // Only files can be encrypted.
      return copy.passphrase === undefined
        ? { method: 'key' as const, text: copy.text }
        : {
            method: 'copy' as const,
            content_base64: toBase64(new TextEncoder().encode(copy.text)),
            passphrase: copy.passphrase,
          };
  }
}

function passphraseOf(copy: { passphrase?: string }) {
  return copy.passphrase === undefined ? {} : { passphrase: copy.passphrase };
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Detects what a file is by its first bytes; `isProtected` ones need their passphrase. */
export function describeFile(bytes: Uint8Array): { said: string; isProtected: boolean; isPicture: boolean } {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const begins = (...values: number[]) => values.every((value, at) => bytes[at] === value);
  const plain = { isProtected: false, isPicture: false };
  if (looksLikeAge(start)) return { said: 'Encrypted file (age)', isProtected: true, isPicture: false };
  if (begins(0x03, 0xd9, 0xa2, 0x9a)) return { said: 'KeePass file', isProtected: true, isPicture: false };
  if (start.startsWith('%PDF-')) return { said: 'Paper kit (PDF)', ...plain };
  if (begins(0x89, 0x50) || begins(0xff, 0xd8) || start.startsWith('GIF8') || start.slice(8, 12) === 'WEBP')
    return { said: 'Picture', isProtected: false, isPicture: true };
  if (start.trimStart().startsWith('{')) return { said: 'JSON file', ...plain };
  return { said: 'File', ...plain };
}

/** An age file, binary or armored. */
export function looksLikeAge(start: string): boolean {
  const text = start.trimStart();
  return text.startsWith('age-encryption.org/v1') || text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----');
}
