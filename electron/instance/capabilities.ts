import type { Caller } from './access/caller.ts';
import { describePermission, permissions } from './access/permissions.ts';
import { auditCapability } from './audit/capability.ts';
import type { Operation } from './audit/operation.ts';
import { backupsCapability } from './backups/capability.ts';
import { certificatesCapability } from './certificates/capability.ts';
import { deploymentsCapability } from './deployments/capability.ts';
import { diagnosticsCapability } from './diagnostics/capability.ts';
import { doorsCapability } from './doors/capability.ts';
import { APP_PORTS } from './doors/default-ports.ts';
import type { Doors } from './doors/doors.ts';
import { listHostNames } from './doors/host-names.ts';
import type { WindowSeat } from './doors/window-door.ts';
import { edgeCapability } from './edge/capability.ts';
import { createEdge } from './edge/edge.ts';
import { nameSessionCookie } from './http/session-cookie.ts';
import { createAuthenticator } from './identity/authenticate.ts';
import { identityCapability } from './identity/capability.ts';
import { createIdentity, type Identity } from './identity/identity.ts';
import { limitKeyGuesses } from './identity/sessions/key-guesses.ts';
import { requireSetUpLink } from './identity/sessions/sign-in.ts';
import { findFirstAdministrator, listUsers, nameUser } from './identity/users/users.ts';
import { jobsCapability } from './jobs/capability.ts';
import { type Capability, requireDistinct } from './kernel/capability.ts';
import type { Context } from './kernel/context.ts';
import type { Exchange } from './kernel/exchange.ts';
import { projectsCapability } from './projects/capability.ts';
import { findProject } from './projects/projects.ts';
import { settingsCapability } from './settings/capability.ts';
import { getSettings } from './settings/settings.ts';
import { vaultCapability } from './vault/capability.ts';
import { listEarlyUnlockMethods, unlockEarly } from './vault/key/early-unlock.ts';
import { describeFirstKey, keepFirstKey } from './vault/key/first-key.ts';
import { lockWhenIdle } from './vault/key/idle-lock.ts';
import type { VaultRouteDeps } from './vault/route-deps.ts';
import { recoveryGroups, secretGroups } from './vault/secrets/secret-kinds.ts';
import type { VaultCore } from './vault/vault-core.ts';
import { createVaultJobs } from './vault/vault-jobs.ts';

/** The capabilities of one instance, and what its doors need from them. */
export interface Composition {
  /** In the order they start; they stop in the reverse. */
  capabilities: readonly Capability[];
  identify: ReturnType<typeof createAuthenticator>;
  isSetUp(): boolean;
  noteUse(caller: Caller): void;
  /** Of a project by what a path names it with; null where there is none. */
  findProjectId(segment: string): number | null;
  /** Who is at the desktop window. */
  window: WindowSeat;
  /** Additional host names from the settings. */
  listExtraNames(): string[];
}

/**
 * The only list of capabilities. A new capability is one line here; what it needs from another is passed here too.
 * Throws when two declare the same name.
 */
export function compose(
  ctx: Context,
  core: VaultCore,
  exchange: Exchange,
  findDoors: () => Doors | null,
): Composition {
  const vaultJobs = createVaultJobs(ctx, core);
  const identity = createIdentity(ctx, {
    firstKey: {
      describe: () => describeFirstKey(core),
      keep: (actor, where) => keepFirstKey(core, actor, where),
    },
    vaultLock: {
      isOpen: () => core.ring.active !== null,
      lock: (why, isDue) => lockWhenIdle(core, ctx.jobs, why, isDue),
    },
    earlyUnlock: {
      waitsForPassphrase: () => core.custody.name === 'passphrase',
      listMethods: () => listEarlyUnlockMethods(core),
      async unlock(person, unlocking, mayStill) {
        await unlockEarly(core, person, unlocking, mayStill);
        await vaultJobs.resume();
      },
    },
    findConsoleUrl: () => findDoors()?.httpsUrl ?? null,
  });
  const edge = createEdge(ctx, {
    listPorts: () => [...APP_PORTS],
    consoleCookie: nameSessionCookie(ctx),
    isConsoleName: lookUpOften(() => listHostNames(getSettings(ctx).httpsNames)),
  });
  const operations = new Map<string, Operation>();
  const capabilities: Capability[] = [
    vaultCapability({ ctx, core, jobs: vaultJobs, limitGuesses: limitGuessesOf(identity) }),
    certificatesCapability(ctx),
    identityCapability(identity),
    projectsCapability(ctx),
    settingsCapability(ctx, {
      listWaiting: () => capabilities.flatMap(({ waitsForKey = [] }) => waitsForKey),
      custody: () => core.custody.name,
      hasAccount: () => identity.isSetUp(),
      screen: () => identity.screenLock.source(),
    }),
    jobsCapability(ctx.jobs),
    auditCapability(ctx, { operations, names: { user: (id) => nameUser(ctx, id) } }),
    backupsCapability(ctx, core, {
      exchange,
      requireSetUpLink: (token, client) => requireSetUpLink(identity, token, client),
    }),
    // Before what uses it: they stop in the reverse order.
    edgeCapability(ctx, edge),
    deploymentsCapability(ctx, edge),
    diagnosticsCapability(ctx, core),
    doorsCapability(findDoors),
  ];
  requireDistinct(capabilities);
  core.listNames = () => [
    ctx.store.identity.name,
    ...listUsers(ctx, false).flatMap(({ name, username, email }) => [name, username, email]),
  ];
  for (const capability of capabilities) {
    for (const operation of Object.values(capability.operations)) operations.set(operation.name, operation);
    for (const job of capability.jobs ?? []) ctx.jobs.add(job);
    for (const keeper of capability.keepers ?? []) core.secrets.addKeeper(keeper);
  }
  return {
    capabilities,
    identify: createAuthenticator(identity),
    isSetUp: () => identity.isSetUp(),
    noteUse: identity.presence.noteUse,
    findProjectId: (segment) => findProject(ctx, segment)?.id ?? null,
    window: {
      findAccountId: () => findFirstAdministrator(ctx)?.id ?? null,
      isLocked: identity.presence.isWindowLocked,
      open: () => void identity.presence.open('window'),
      screen: identity.screenLock,
    },
    listExtraNames: () => getSettings(ctx).httpsNames,
  };
}

/** How old the names may be that are compared with. */
const NAMES_MS = 5000;

/**
 * Whether a name is one of these, which change with the settings and with this machine's networks. Asked for every app every two
 * seconds, and listing the addresses of a machine with as many networks takes milliseconds: they are listed every few seconds.
 */
function lookUpOften(list: () => string[]): (name: string) => boolean {
  let known: ReadonlySet<string> = new Set();
  let untilMs = -Infinity;
  return (name) => {
    if (performance.now() >= untilMs) {
      known = new Set(list());
      untilMs = performance.now() + NAMES_MS;
    }
    return known.has(name);
  };
}

/** Whoever has this OS account can read the key where it is stored, and guesses nothing. */
function limitGuessesOf(identity: Identity): VaultRouteDeps['limitGuesses'] {
  return async (actor, method, work) => {
    if (actor.kind !== 'user' || !identity.ctx.vault.isLocked) return await work();
    const { userId, ip } = actor;
    return await limitKeyGuesses(identity, { userId, ip, actor, method }, work);
  };
}

/** What was declared, in words, for clients: their lists are generated from it. */
export function describeInWords(capabilities: readonly Capability[]) {
  const kinds = capabilities.flatMap(({ keepers = [] }) => keepers);
  return {
    permissions: Object.fromEntries(permissions.map((name) => [name, describePermission(name)])),
    secret_kinds: Object.fromEntries(
      kinds.map(({ kind, label, one, many, isReplaceable, renewal }) => [
        kind,
        { label, one, many, is_replaceable: isReplaceable, renewal },
      ]),
    ),
    secret_groups: secretGroups,
    recovery_groups: recoveryGroups,
    health_reasons: Object.assign({}, ...capabilities.map(({ health = {} }) => health)),
  };
}
