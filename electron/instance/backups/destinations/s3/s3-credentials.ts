import { AppError } from '../../../kernel/app-error.ts';
import type { Context } from '../../../kernel/context.ts';
import { SecretText } from '../../../vault/secret-text.ts';
import type { SecretId, SecretKeeper, SecretOwner } from '../../../vault/vault.ts';
import type { S3Destination } from '../known-destination.ts';
import { requireCredentials, type S3Credentials } from './s3-place.ts';

/** `lost`: the key that encrypted them was given up, or they are damaged. They are entered anew. */
export const credentialStates = ['set', 'locked', 'lost'] as const;
export type CredentialState = (typeof credentialStates)[number];

type Ctx = Pick<Context, 'store' | 'vault' | 'clock'>;
type Known = Pick<S3Destination, 'name' | 'credentials'>;

const idsOf = ({ credentials: { accessKeyId, secretAccessKey } }: Known): SecretId[] => [
  accessKeyId,
  secretAccessKey,
];

/** Without decrypting them. */
export function findCredentialState({ vault }: Ctx, known: Known): CredentialState {
  const states = vault.statesOf(idsOf(known));
  const found = idsOf(known).map((id) => states.get(id) ?? 'unreadable');
  if (found.includes('unreadable')) return 'lost';
  return found.includes('locked') ? 'locked' : 'set';
}

/** Throws `vault_locked`, and `secret_unreadable` for what was lost with a key. */
export function getCredentials({ vault }: Ctx, known: Known): S3Credentials {
  const { accessKeyId, secretAccessKey } = known.credentials;
  try {
    return {
      accessKeyId: vault.open(accessKeyId).reveal(),
      secretAccessKey: vault.open(secretAccessKey).reveal(),
    };
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code === 'vault_locked') throw cause;
    throw new AppError(
      'secret_unreadable',
      `The credentials of ${known.name} cannot be decrypted with the keys of this instance. Enter them again; the backups there are untouched.`,
      { cause },
    );
  }
}

/** In a transaction of the caller's. */
export function sealCredentials({ vault, clock }: Ctx, given: S3Credentials): S3Destination['credentials'] {
  requireCredentials(given);
  return {
    accessKeyId: vault.seal('s3_credentials', new SecretText(given.accessKeyId)),
    secretAccessKey: vault.seal('s3_credentials', new SecretText(given.secretAccessKey)),
    setAt: clock.now(),
  };
}

/** In a transaction of the caller's. Whatever they were encrypted with: so lost ones are replaced too. */
export function replaceCredentials(
  { store, vault, clock }: Ctx,
  { id, credentials }: S3Destination,
  given: S3Credentials,
): void {
  requireCredentials(given);
  vault.reseal(credentials.accessKeyId, new SecretText(given.accessKeyId));
  vault.reseal(credentials.secretAccessKey, new SecretText(given.secretAccessKey));
  store.sqlite
    .prepare('UPDATE backup_buckets SET keys_set_at = ? WHERE destination_id = ?')
    .run(clock.now(), id);
}

export function s3CredentialsKeeper({ store }: Pick<Context, 'store'>): SecretKeeper {
  const find = store.sqlite.prepare(
    `SELECT d.name, b.access_key_secret_id = @id AS isId FROM backup_buckets b JOIN backup_destinations d ON d.id = b.destination_id
     WHERE @id IN (b.access_key_secret_id, b.secret_key_secret_id)`,
  );
  return {
    kind: 's3_credentials',
    label: 'S3 credentials',
    one: 'S3 credential',
    many: 'S3 credentials',
    group: 'connections',
    recoveryGroup: 'backups',
    isTyped: true,
    isReplaceable: false,
    renewal: null,
    describe(ids) {
      const owners = new Map<SecretId, SecretOwner>();
      for (const id of ids) {
        const row = find.get({ id }) as { name: string; isId: number } | undefined;
        if (!row) continue;
        const name = row.isId === 1 ? 'Access key id' : 'Secret access key';
        owners.set(id, {
          title: `${name} of ${row.name}`,
          name,
          belongsTo: row.name,
          path: '/backups',
          isEarlier: false,
        });
      }
      return owners;
    },
  };
}
