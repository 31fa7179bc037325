import { AppError } from '../../kernel/app-error.ts';
import type { BackupsCore } from '../backups-core.ts';
import { deriveBackupIdentity } from '../format/backup-identity.ts';
import { listHeldKeys } from '../reading/held-keys.ts';
import type { KnownDestination } from './known-destination.ts';
import { isUnverified } from './recovery-recipients.ts';

/** A manifest has 20 at most. */
export const MAX_RECIPIENTS = 10;
/** X25519 alone: Bech32 of 32 bytes, as age writes it. */
const X25519_RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;

/**
 * Those besides the instance itself who can decrypt what goes to a destination. Throws `invalid_request`, which names the one that
 * is none, that is the instance's own, or that comes twice.
 */
export async function parseRecipients(
  core: BackupsCore,
  given: readonly string[],
  isReadable: boolean,
): Promise<string[]> {
  const recipients = given.map((each) => each.trim());
  if (recipients.length === 0) return [];
  if (isReadable)
    throw refuse(
      'Backups that can be read without the key are not encrypted to anybody: leave recipients out.',
    );
  if (recipients.length > MAX_RECIPIENTS) throw refuse(`At most ${MAX_RECIPIENTS} recipients can be added.`);
  const own = await listOwn(core);
  for (const [at, recipient] of recipients.entries()) {
    if (!(await isRecipient(recipient))) throw refuse(describeNone(recipient, at));
    if (own.includes(recipient))
      throw refuse(`${recipient} is this instance itself, which can decrypt every backup anyway.`);
    if (isUnverified(core, recipient))
      throw refuse(
        `${recipient} belongs to a recovery key that was not verified: show first that you have kept it.`,
      );
    if (recipients.indexOf(recipient) < at) throw refuse(`${recipient} is given twice.`);
  }
  return recipients;
}

/** What is lost with the key where nobody else decrypts the backups of a destination; null for any other. */
export function explainKeyAlone({
  isReadable,
  recipients,
}: Pick<KnownDestination, 'isReadable' | 'recipients'>): string | null {
  return isReadable || recipients.length > 0
    ? null
    : 'Its backups are encrypted for the key alone: if every copy of the key is lost, so is all that is in them, names, accounts and plain values as well as secrets. With a recovery key, or another recipient, only the secrets are.';
}

/** By the age library. Also a point that gives the same secret to everybody is none. */
async function isRecipient(text: string): Promise<boolean> {
  if (!X25519_RECIPIENT.test(text)) return false;
  const age = await import('age-encryption');
  try {
    const encrypter = new age.Encrypter();
    encrypter.addRecipient(text);
    await encrypter.encrypt(new Uint8Array());
    return true;
  } catch {
    return false;
  }
}

/** SECURITY: what is none may be the identity itself, by mistake: it is not repeated. */
function describeNone(text: string, at: number): string {
  const which = X25519_RECIPIENT.test(text) ? text : `Recipient ${at + 1}`;
  return /^AGE-(SECRET-KEY|PLUGIN)/i.test(text)
    ? `${which} is an identity, which decrypts: keep it to yourself, and give the recipient that belongs to it, age1….`
    : `${which} is no X25519 recipient of age: those are age1 and 58 letters and digits, as age-keygen prints them.`;
}

/** Of every key in memory. */
async function listOwn(core: BackupsCore): Promise<string[]> {
  const { id } = core.ctx.store.identity;
  return await Promise.all(
    listHeldKeys(core).map(async (key) => (await deriveBackupIdentity(key, id)).recipient),
  );
}

const refuse = (because: string): AppError =>
  new AppError('invalid_request', 'The recipients cannot be added.', { fields: { recipients: because } });
