import type { Caller } from '../access/caller.ts';
import type { Context } from '../kernel/context.ts';
import type { EarlyUnlocking, EarlyUnlockMethod } from '../vault/key/early-unlock.ts';
import type { FirstCustody, FirstKey } from '../vault/key/first-key.ts';
import type { SecretText } from '../vault/secret-text.ts';
import type { SecretId, SecretKeeper, SecretOwner } from '../vault/vault.ts';
import { createRevocations, type Revocations } from './revocations.ts';
import { createLinkFiles, type LinkFiles } from './sessions/link-files.ts';
import { createOneTimeLinks, type OneTimeLinks } from './sessions/one-time-links.ts';
import { createPresence, type Presence } from './sessions/presence.ts';
import { createScreenLock, type ScreenLock } from './sessions/screen.ts';
import { removeSecondFactor } from './sessions/second-factor.ts';
import { createSessionSightings, type SessionSightings } from './sessions/session-sightings.ts';
import { createSignInThrottle, type SignInThrottle } from './sessions/sign-in-throttle.ts';
import { createLastUseRecorder, type LastUseRecorder } from './tokens/access-tokens.ts';
import { regenerateApiKey } from './tokens/api-keys.ts';
import { regenerateDeploymentToken } from './tokens/deployment-tokens.ts';
import { createPendingSignIns, type PendingSignIns } from './tokens/pending-sign-ins.ts';
import { deleteUncollected } from './tokens/uncollected-keys.ts';
import { createPasswords, type Passwords } from './users/passwords.ts';
import { hasUsers } from './users/users.ts';
import type { VaultLock } from './vault-lock.ts';

/** State of identity that is not in the database. */
export interface Identity {
  readonly ctx: Context;
  readonly passwords: Passwords;
  readonly links: OneTimeLinks;
  readonly linkFiles: LinkFiles;
  /** Where browsers find the console; null while it is closed to them. */
  findConsoleUrl(): string | null;
  readonly throttle: SignInThrottle;
  readonly lastUse: LastUseRecorder;
  /** Programs that wait for a person to approve them. */
  readonly signIns: PendingSignIns;
  readonly sightings: SessionSightings;
  readonly presence: Presence;
  readonly screenLock: ScreenLock;
  readonly revocations: Revocations;
  isSetUp(): boolean;
  readonly firstKey: FirstKeyOfSetUp;
  readonly vaultLock: VaultLock;
  readonly earlyUnlock: EarlyUnlock;
  /** Unlocks being tried, by account: one at a time for each, before the second factor and after it. */
  readonly unlocksUnderWay: Set<string>;
  stop(): Promise<void>;
}

/** Access to the vault's first key during set-up. */
export interface FirstKeyOfSetUp {
  describe(): FirstKey;
  keep(actor: Caller, where: FirstCustody): Promise<void>;
}

/** The vault, for those who cannot give their second factor before it is unlocked. */
export interface EarlyUnlock {
  /** Whether every start leaves it locked until someone types a passphrase. */
  waitsForPassphrase(): boolean;
  /** What can unlock it now. */
  listMethods(): EarlyUnlockMethod[];
  unlock(
    person: { userId: number; ip: string | null },
    unlocking: EarlyUnlocking,
    mayStill: () => boolean,
  ): Promise<void>;
}

export function createIdentity(
  ctx: Context,
  surroundings: Pick<Identity, 'firstKey' | 'vaultLock' | 'earlyUnlock' | 'findConsoleUrl'>,
): Identity {
  const passwords = createPasswords(ctx.bcryptCost);
  const lastUse = createLastUseRecorder(ctx);
  const revocations = createRevocations(ctx.log);
  const linkFiles = createLinkFiles(ctx.dataDir);
  const identity: Identity = {
    ...surroundings,
    ctx,
    passwords,
    links: createOneTimeLinks(ctx.clock),
    linkFiles,
    throttle: createSignInThrottle(ctx),
    lastUse,
    signIns: createPendingSignIns(ctx.clock),
    sightings: createSessionSightings(),
    presence: createPresence(ctx),
    screenLock: createScreenLock(ctx, surroundings.vaultLock),
    revocations,
    isSetUp: () => hasUsers(ctx),
    unlocksUnderWay: new Set(),
    async stop() {
      linkFiles.removeAll();
      deleteUncollected(identity, 'all');
      lastUse.flush();
      revocations.flush();
      await passwords.stop();
    },
  };
  return identity;
}

/** Describes API keys, deployment tokens and second factors to the doctor and the recovery list. */
export function identitySecretKeepers({ ctx }: Identity): SecretKeeper[] {
  return [
    {
      kind: 'api_key',
      label: 'API key',
      one: 'API key',
      many: 'API keys',
      group: 'access',
      recoveryGroup: 'sign_in',
      isTyped: true,
      isReplaceable: false,
      renewal: { button: 'Create a new one', done: 'Created again' },
      describe: (ids) =>
        describe(
          ctx,
          ids,
          "SELECT name, 'API keys' AS belongsTo, '/people/keys' AS path FROM api_keys WHERE secret_id = ?",
          ({ name }) => `API key ${name}`,
        ),
      regenerate: (id) => regenerateApiKey(ctx, id),
    },
    {
      kind: 'deployment_token',
      label: 'Deployment token',
      one: 'deployment token',
      many: 'deployment tokens',
      group: 'access',
      recoveryGroup: 'sign_in',
      isTyped: true,
      isReplaceable: false,
      renewal: { button: 'Create a new one', done: 'Created again' },
      describe: (ids) =>
        describe(
          ctx,
          ids,
          `SELECT deployment_tokens.name, projects.name AS belongsTo, '/projects/' || slug || '/tokens' AS path
           FROM deployment_tokens JOIN projects ON projects.id = project_id WHERE secret_id = ?`,
          ({ name, belongsTo }) => `Deployment token ${name} of ${belongsTo}`,
        ),
      regenerate: (id) => regenerateDeploymentToken(ctx, id),
    },
    {
      kind: 'totp_secret',
      label: 'Second factor',
      one: 'second factor',
      many: 'second factors',
      group: 'sign_in',
      recoveryGroup: 'sign_in',
      isTyped: false,
      isReplaceable: false,
      renewal: { button: 'Turn it off', done: 'Turned off: set it up again' },
      describe: (ids) =>
        describe(
          ctx,
          ids,
          `SELECT 'Second factor of ' || email AS name, 'People and access' AS belongsTo, '/people' AS path
           FROM users WHERE totp_secret_id = ?`,
          ({ name }) => name,
        ),
      /**
       * A new authenticator secret cannot be created without its owner: the factor is turned off, to be set up
       * again.
       */
      regenerate: (id): SecretText | null => {
        const userId = ctx.store.sqlite
          .prepare('SELECT id FROM users WHERE totp_secret_id = ?')
          .pluck()
          .get(id);
        if (typeof userId === 'number') removeSecondFactor(ctx, userId);
        return null;
      },
    },
  ];
}

type OwnerRow = Omit<SecretOwner, 'title' | 'isEarlier'>;

function describe(
  ctx: Context,
  ids: readonly SecretId[],
  query: string,
  toTitle: (row: OwnerRow) => string,
): Map<SecretId, SecretOwner> {
  const select = ctx.store.sqlite.prepare(query);
  const owners = new Map<SecretId, SecretOwner>();
  for (const id of ids) {
    const row = select.get(id) as OwnerRow | undefined;
    if (row) owners.set(id, { ...row, title: toTitle(row), isEarlier: false });
  }
  return owners;
}
