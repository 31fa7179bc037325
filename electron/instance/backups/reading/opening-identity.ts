import { AppError } from '../../kernel/app-error.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import type { Manifest } from '../format/manifest.ts';

/** An identity of age that a backup says it is encrypted for. It opens the backup, and neither a secret in it nor a signature. */
export interface OpeningIdentity {
  identity: SecretText;
  /** `age1…`: public, and how the identity is named. */
  recipient: string;
}

/** So many are named, of a manifest that nobody vouched for: those of X25519, which have 62 letters. */
const MAX_NAMED = 5;

function listSome(recipients: readonly string[]): string {
  const named = recipients.filter(({ length }) => length === 62).slice(0, MAX_NAMED);
  return named.length === 0 ? '' : `: ${named.join(', ')}`;
}

/**
 * Of several the one that a backup names among its recipients: the instance's own, as it is on paper kits, or a further one.
 * Throws `backup_needs_key` with the recipients of those that were given, and `copy_unusable` where a backup is encrypted for
 * nobody.
 */
export async function findIdentityFor(
  place: string,
  { recipients, keyFingerprint }: Manifest,
  identities: readonly SecretText[],
): Promise<OpeningIdentity> {
  if (recipients.length === 0)
    throw new AppError(
      'copy_unusable',
      `The backup ${place} is not encrypted, so that no identity decrypts it: restore it with a copy of the key ${keyFingerprint}, or with nothing.`,
    );
  const age = await import('age-encryption');
  const found: string[] = [];
  for (const identity of identities) {
    const recipient = await age.identityToRecipient(identity.reveal());
    if (recipients.includes(recipient)) return { identity, recipient };
    found.push(recipient);
  }
  // SECURITY: an identity is named by its recipient, which is public.
  throw new AppError(
    'backup_needs_key',
    `The backup ${place} is not encrypted for the identity that was given, whose recipient is ${found.join(' or ')}. Give a copy of the key ${keyFingerprint}, or the identity of one of its recipients${listSome(recipients)}.`,
    { details: { fingerprint: keyFingerprint, found } },
  );
}
