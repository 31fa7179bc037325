import { describe, expect, it } from 'vitest';
import { deriveBackupIdentity } from '../../../electron/instance/backups/format/backup-identity.ts';
import { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
const instanceId = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

describe('the identity of backups', () => {
  it('is what the format says: HKDF, then Bech32, and its recipient is age’s', async () => {
    // Computed apart from this program: by python3's hmac and hashlib, and by age-keygen -y.
    expect(await deriveBackupIdentity(MasterKey.fromBytes(bytes), instanceId)).toEqual({
      identity: 'AGE-SECRET-KEY-1A0A9D2YZK9KK2KNDHR55VU6YQJDGLADU5U7ZZGSPVC2W4T8FZG9SYMUKKT',
      recipient: 'age1dflfdtyjysfjfhtqvmd2472j0envgqpngnu7kq2s6jsxgasx2csqdkzl9u',
    });
  });

  it('is another for another key and for another instance', async () => {
    const ours = await deriveBackupIdentity(MasterKey.fromBytes(bytes), instanceId);
    const others = [
      await deriveBackupIdentity(MasterKey.fromBytes(bytes.toReversed()), instanceId),
      await deriveBackupIdentity(MasterKey.fromBytes(bytes), '16fd2706-8baf-433b-82eb-8c7fada847da'),
    ];
    expect(new Set([ours, ...others].map(({ recipient }) => recipient)).size).toBe(3);
  });
});
