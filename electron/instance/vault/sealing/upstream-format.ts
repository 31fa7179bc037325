import { createDecipheriv } from 'node:crypto';
import { decodeKey, KEY_BYTES, MasterKey } from './master-key.ts';

/**
 * Upstream Temps' own ciphertexts, read only: base64(nonce[12] ‖ ciphertext ‖ tag[16]), AES-256-GCM, no
 * associated data.
 */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Upstream's key text: 64 hex digits decoded, or 32 characters used as raw bytes; trimmed. Else null. */
export function parseUpstreamKey(text: string): MasterKey | null {
  const trimmed = text.trim();
  const raw = Buffer.from(trimmed, 'utf8');
  const key = raw.length === KEY_BYTES ? MasterKey.fromBytes(raw) : decodeKey(raw);
  raw.fill(0);
  return key;
}

/** The plaintext bytes, or null for anything that is not strict base64 or does not open. */
export function openUpstream(key: MasterKey, ciphertext: string): Buffer | null {
  const bytes = decodeStrictBase64(ciphertext);
  if (bytes === null || bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.keyObject, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const plaintext = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
    decipher.final();
    return plaintext;
  } catch {
    return null;
  }
}

/** RFC 4648 §4, canonical: padded, no white space, unused bits zero. Node's own decoder forgives all three. */
function decodeStrictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
