import type { Recipient } from 'age-encryption';
import { NONCE_BYTES, TAG_BYTES } from '../sealing/age-chunks.ts';
import { allocateOutsideHeap } from '../sealing/master-key.ts';

/** What follows the header when nothing is encrypted: a nonce, and the tag of an empty chunk. */
const EMPTY_PAYLOAD_BYTES = NONCE_BYTES + TAG_BYTES;

/**
 * The header of a new file, which is the age library's, and the key of its payload, in a buffer that the caller wipes.
 *
 * @param recipients `age1…`, or what makes a stanza of its own.
 */
export async function makeHeader(
  recipients: readonly (string | Recipient)[],
): Promise<{ header: Uint8Array; fileKey: Buffer }> {
  const age = await import('age-encryption');
  let fileKey = Buffer.alloc(0);
  const encrypter = new age.Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  // One more, without a line in the header, that only takes the key along.
  encrypter.addRecipient({
    wrapFileKey(made) {
      fileKey = allocateOutsideHeap(made.length);
      fileKey.set(made);
      return [];
    },
  });
  const empty = await encrypter.encrypt(new Uint8Array());
  return { header: empty.subarray(0, empty.length - EMPTY_PAYLOAD_BYTES), fileKey };
}
