import { join } from 'node:path';
import type { Caller } from './access/caller.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { findAuthorityPem, tlsSecretKeeper } from './certificates/local-authority.ts';
import { diagnosticsRoutes } from './diagnostics/diagnostics-routes.ts';
import { doorRoutes } from './doors/door-routes.ts';
import { type Doors, type DoorsOptions, openDoors } from './doors/doors.ts';
import { listHostNames } from './doors/host-names.ts';
import { openWindowDoor, type WindowDoor } from './doors/window-door.ts';
import { createApp } from './http/app.ts';
import { createAuthenticator } from './identity/authenticate.ts';
import { createIdentity, identitySecretKeepers } from './identity/identity.ts';
import { identityRoutes } from './identity/routes.ts';
import { findFirstAdministrator } from './identity/users/users.ts';
import { AppError } from './kernel/app-error.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import type { Context } from './kernel/context.ts';
import { type Log, silentLog } from './kernel/log.ts';
import { projectRoutes } from './projects/routes.ts';
import { projectsSecretKeeper } from './projects/secret-keeper.ts';
import { getSettings } from './settings/settings.ts';
import { settingsRoutes } from './settings/settings-routes.ts';
import { prepareDataDir } from './store/data-directory.ts';
import { checkIntegrity } from './store/integrity-check.ts';
import { type Ownership, takeOwnership } from './store/ownership.ts';
import { openStore, type Store } from './store/store.ts';
import { finishCustodyMove } from './vault/custody/custody-move.ts';
import { describeFirstKey, keepFirstKey } from './vault/key/first-key.ts';
import { vaultRoutes, vaultViews } from './vault/routes.ts';
import type { SecretText } from './vault/secret-text.ts';
import { openVault, type VaultCore } from './vault/vault-core.ts';
import { createVaultJobs, type VaultJobs } from './vault/vault-jobs.ts';
import type { CustodyName } from './vault/vocabulary.ts';

export interface InstanceOptions {
  dataDir: string;
  /** Where a first start keeps the new key; later starts follow the key record. */
  custody?: CustodyName;
  /** For passphrase custody. */
  passphrase?: SecretText;
  /** A first start that meets a key file asks whoever sets up whether it is used. */
  offersFoundKey?: boolean;
  /** Read for TEMPS_ENCRYPTION_KEY_FILE. */
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  log?: Log;
  /** Where the built console lies; beside this package's code unless said. */
  consoleFolder?: string;
  /** How long to wait for another short command on the same data directory to finish. */
  waitForOwnershipMs?: number;
}

export interface InstanceStatus {
  vault: VaultCore['situation'];
  dataDir: string;
  instance: { id: string; name: string };
  /** What the start repaired or noticed. */
  said: readonly string[];
  isSetUp: boolean;
}

export interface Instance {
  readonly dataDir: string;
  readonly events: EventTarget;
  /** The one API: every door ends here. */
  fetch(request: Request, caller: Caller): Promise<Response>;
  /** The door of the desktop window: its caller is the owner. */
  openWindowDoor(): WindowDoor;
  /** Opens doors and starts the jobs. */
  start(doors: DoorsOptions): Promise<Doors>;
  status(): InstanceStatus;
  /** Doors closed, work finished, database closed, ownership released: the reverse of opening. */
  stop(): Promise<void>;
}

/**
 * Opens a data directory: ownership, database, key, capabilities, in this order; `stop` is the reverse.
 *
 * Throws `data_dir_unusable`, `data_dir_in_use`, `database_*`, `disk_*`, `key_file_*`. A vault that stays locked
 * is not an error: see `status().vault`.
 */
export async function openInstance(options: InstanceOptions): Promise<Instance> {
  const { dataDir } = options;
  const clock = options.clock ?? systemClock;
  const repaired = prepareDataDir(dataDir);
  const ownership = takeOwnership(dataDir, options.waitForOwnershipMs);
  let store: Store | undefined;
  try {
    store = openStore(dataDir, clock);
    const log = options.log ?? silentLog;
    const events = new EventTarget();
    const core = await openVault({
      dataDir,
      env: options.env ?? process.env,
      store,
      clock,
      log,
      ...(options.custody ? { custody: options.custody } : {}),
      ...(options.passphrase ? { passphrase: options.passphrase } : {}),
      offersFoundKey: options.offersFoundKey ?? false,
      emit: (name) => events.dispatchEvent(new Event(name)),
    });
    core.said.unshift(...repaired);
    const consoleFolder = options.consoleFolder ?? join(import.meta.dirname, '..', '..', 'dist', 'renderer');
    return compose({ dataDir, store, core, clock, log, events, ownership, consoleFolder });
  } catch (error) {
    store?.close();
    ownership.release();
    throw error;
  }
}

interface Parts {
  dataDir: string;
  store: Store;
  core: VaultCore;
  clock: Clock;
  log: Log;
  events: EventTarget;
  ownership: Ownership;
  consoleFolder: string;
}

function compose(parts: Parts): Instance {
  const { dataDir, store, core, clock, log, events, ownership, consoleFolder } = parts;
  const stopper = new AbortController();
  const ctx: Context = {
    dataDir,
    store,
    vault: core.secrets,
    audit: createAuditLog(store, clock),
    clock,
    log,
    events,
    stopping: stopper.signal,
  };
  const jobs = createVaultJobs(core, ({ oldFingerprint, newFingerprint, total }) =>
    ctx.audit.append({
      operation: 'KEY_ROTATION_FINISHED',
      caller: null,
      data: { from: oldFingerprint, to: newFingerprint, total },
    }),
  );
  const identity = createIdentity(ctx, {
    describe: () => describeFirstKey(core),
    keep: (where) => keepFirstKey(core, where),
  });
  core.secrets.addKeeper(tlsSecretKeeper(ctx));
  for (const keeper of identitySecretKeepers(identity)) core.secrets.addKeeper(keeper);
  core.secrets.addKeeper(projectsSecretKeeper(ctx));
  let doors: Doors | null = null;
  const hosts = listHostNames(getSettings(ctx).https_names);
  const app = createApp({
    routes: [
      vaultRoutes({ core, jobs, ctx }),
      identityRoutes(identity),
      projectRoutes(ctx),
      settingsRoutes(ctx),
      auditRoutes(ctx),
      diagnosticsRoutes(ctx, core),
      doorRoutes(() => doors),
    ],
    liveViews: vaultViews({ core, jobs, ctx }),
    identify: createAuthenticator(identity),
    ctx,
    listHosts: () => hosts,
    findAuthorityPem: () => findAuthorityPem(ctx),
    consoleFolder,
  });

  return {
    dataDir,
    events,
    fetch: (request, caller) => app.fetch(request, caller),
    openWindowDoor: () => openWindowDoor(app, clock, () => findFirstAdministrator(ctx)?.id ?? null),
    async start(wanted) {
      if (doors) throw new AppError('conflict', 'This instance has been started.');
      noteStart(ctx, core);
      doors = await openDoors(ctx, app, wanted, hosts);
      watchIntegrity(ctx, core);
      await startJobs(core, jobs);
      return doors;
    },
    status: () => ({
      vault: core.situation,
      dataDir,
      instance: { id: store.identity.id, name: store.identity.name },
      said: core.said,
      isSetUp: identity.isSetUp(),
    }),
    async stop() {
      stopper.abort();
      await doors?.close();
      await jobs.stop();
      await identity.stop();
      core.ring.dropAll();
      store.close();
      ownership.release();
    },
  };
}

/** The one thing a locked start writes. */
function noteStart(ctx: Context, core: VaultCore): void {
  ctx.audit.append({ operation: 'INSTANCE_STARTED', caller: null, data: { vault: core.situation.case } });
}

async function startJobs(core: VaultCore, jobs: VaultJobs): Promise<void> {
  if (core.ring.active)
    await finishCustodyMove(core).catch(() => core.log.warn({}, 'the key is still in the custody it left'));
  jobs.start();
}

/** Damage stops all writing; the file is kept as it is, and reads go on as far as they can. */
function watchIntegrity(ctx: Context, core: VaultCore): void {
  checkIntegrity(ctx.store.path, ctx.stopping)
    .then((findings) => {
      // A file that is gone cannot be checked, and is no damaged one.
      if (findings.length === 0 || ctx.stopping.aborted || ctx.store.findTrouble()) return;
      const detail = `${ctx.store.path} is damaged (${findings[0]}). Nothing more is written to it, and it is kept as it is. No drilled backup is known to this instance: copy the file away, then restore a backup into a new data directory.`;
      ctx.store.stopWriting(detail);
      core.said.push(detail);
      ctx.log.error({ findings }, 'the database is damaged; writing stopped');
      ctx.events.dispatchEvent(new Event('vault'));
    })
    .catch((error: unknown) =>
      ctx.log.error({ message: String(error) }, 'the integrity check failed to run'),
    );
}
