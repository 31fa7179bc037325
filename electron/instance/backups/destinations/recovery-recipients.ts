import { randomUUID } from 'node:crypto';
import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { readAsIdentity } from '../../vault/copies/reading/identity-reading.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { BackupsCore } from '../backups-core.ts';
import { backupOperations } from '../operations.ts';

/**
 * A recovery key is an identity of age that was created here: what is not secret in a backup comes back by it once the key of the
 * instance is lost. It is shown once, and its recipient counts from when somebody showed that they kept it.
 */
export interface RecoveryRecipient {
  id: string;
  /** `age1…`, for a destination. */
  recipient: string;
  /** `AGE-SECRET-KEY-1…`. SECURITY: in the answer alone; nothing of it is stored. */
  identity: SecretText;
}

/** SECURITY: of the identity its end alone, in memory: enough to recognise what was kept, and nothing to decrypt with. */
interface Unverified {
  recipient: string;
  end: SecretText;
  createdAt: number;
  lockCount: number;
}

/** So many letters at the end are given back: the last six are a checksum over all of it. */
export const END_LENGTH = 8;
const KEPT_MS = 15 * 60 * 1000;
/** More at once are nobody's intention: the oldest gives way. */
const MAX_UNVERIFIED = 10;

const unverified = new WeakMap<Context, Map<string, Unverified>>();

export async function createRecoveryRecipient(
  core: BackupsCore,
  actor: Caller | null,
): Promise<RecoveryRecipient> {
  const { ctx, vault } = core;
  const age = await import('age-encryption');
  const identity = await age.generateX25519Identity();
  const recipient = await age.identityToRecipient(identity);
  const waiting = listUnverified(core);
  for (const oldest of waiting.keys()) if (waiting.size >= MAX_UNVERIFIED) waiting.delete(oldest);
  const id = randomUUID();
  ctx.store.transaction(() =>
    ctx.audit.append(backupOperations.RECOVERY_RECIPIENT_CREATED, actor, { recipient }),
  );
  waiting.set(id, {
    recipient,
    end: new SecretText(identity.slice(-END_LENGTH)),
    createdAt: ctx.clock.now(),
    lockCount: vault.lockCount,
  });
  return { id, recipient, identity: new SecretText(identity) };
}

/**
 * Takes the recovery key back, whole or its last letters, as a sign that it was kept. Returns its recipient, which a destination
 * takes from then on. Throws `not_found`, and `copy_not_proven` for anything else, which may be tried again.
 */
export async function verifyRecoveryRecipient(
  core: BackupsCore,
  actor: Caller | null,
  id: string,
  given: SecretText,
): Promise<string> {
  const { ctx } = core;
  const waiting = listUnverified(core).get(id);
  if (!waiting)
    throw new AppError(
      'not_found',
      'This recovery key cannot be verified any more: that is possible for 15 minutes, and until the vault is locked. Create another one.',
    );
  if (!(await isSame(given, waiting)))
    throw new AppError(
      'copy_not_proven',
      `This is not the recovery key that was shown, nor its last ${END_LENGTH} letters and digits.`,
    );
  listUnverified(core).delete(id);
  const { recipient } = waiting;
  ctx.store.transaction(() =>
    ctx.audit.append(backupOperations.RECOVERY_RECIPIENT_VERIFIED, actor, { recipient }),
  );
  return recipient;
}

/** Whether it was created here, and nobody has shown yet that its identity was kept. */
export function isUnverified(core: BackupsCore, recipient: string): boolean {
  return [...listUnverified(core).values()].some((waiting) => waiting.recipient === recipient);
}

/** Those that may still be verified; the others are dropped. */
export function listUnverified({ ctx, vault }: BackupsCore): Map<string, Unverified> {
  const waiting = unverified.get(ctx) ?? new Map<string, Unverified>();
  unverified.set(ctx, waiting);
  for (const [id, { createdAt, lockCount }] of waiting)
    if (ctx.clock.now() - createdAt > KEPT_MS || vault.lockCount !== lockCount) waiting.delete(id);
  return waiting;
}

async function isSame(given: SecretText, { recipient, end }: Unverified): Promise<boolean> {
  const text = given.reveal();
  if (text.replace(/\s/g, '').toUpperCase() === end.reveal()) return true;
  const reading = readAsIdentity(null, text);
  if (reading?.outcome !== 'unusable') return false;
  const age = await import('age-encryption');
  for (const identity of reading.identities ?? [])
    if ((await age.identityToRecipient(identity.reveal())) === recipient) return true;
  return false;
}
