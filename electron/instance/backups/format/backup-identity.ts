import { bech32 } from '@scure/base';
import { deriveKeyFor } from '../../vault/sealing/derived-key.ts';
import type { MasterKey } from '../../vault/sealing/master-key.ts';

/**
 * The age identity that opens an instance's backups, and no sealed value in them: an X25519 private key derived from the
 * master key and the instance's id, so that the paper kit of the key and the manifest are enough to make it again.
 */
export interface BackupIdentity {
  /** `AGE-SECRET-KEY-1…`. SECURITY: a string, which cannot be wiped; opens everything but sealed values. */
  identity: string;
  /** `age1…`: public, in every manifest. */
  recipient: string;
}

/** https://age-encryption.org/v1, "The X25519 recipient type": Bech32 of the 32 bytes, in capitals. */
export async function deriveBackupIdentity(key: MasterKey, instanceId: string): Promise<BackupIdentity> {
  const age = await import('age-encryption');
  const bytes = deriveKeyFor('temps backup identity v1', key, instanceId);
  const identity = bech32.encodeFromBytes('age-secret-key-', bytes).toUpperCase();
  bytes.fill(0);
  return { identity, recipient: await age.identityToRecipient(identity) };
}
