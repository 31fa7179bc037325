import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditLog, createAuditLog } from './audit/audit-log.ts';
import { auditOperations } from './audit/operations.ts';
import { createJobs } from './jobs/job-queue.ts';
import { AppError, hasCode } from './kernel/app-error.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import type { Context } from './kernel/context.ts';
import { createEvents, type Events } from './kernel/events.ts';
import { type Log, silentLog } from './kernel/log.ts';
import { childProcesses, type ProcessHost } from './kernel/process-hosts.ts';
import { DATABASE_FILE, prepareDataDir } from './store/data-directory.ts';
import { checkIntegrity, damagedError } from './store/integrity-check.ts';
import { type Ownership, takeOwnership } from './store/ownership.ts';
import { sweepScratch } from './store/scratch.ts';
import { openStore, openStoreForReading, type Store } from './store/store.ts';
import { asStoreError, isDiskTrouble } from './store/store-error.ts';
import { describeSettled, requireSettled, type Swapped, settleSwap } from './store/swap-journal.ts';
import { findRotationElsewhere } from './vault/rotation/rotation-elsewhere.ts';
import type { SecretText } from './vault/secret-text.ts';
import { openVault, type VaultCore } from './vault/vault-core.ts';
import type { CustodyName } from './vault/vocabulary.ts';

export interface InstanceOptions {
  dataDir: string;
  /** Where a first start keeps the new key; remembered until there is one. Later starts follow the key record. */
  custody?: CustodyName;
  /** The same, where nobody chose. */
  usualCustody?: CustodyName;
  /** For passphrase custody. */
  passphrase?: SecretText;
  /** On a first start with an existing key file, ask during set-up whether to use it. */
  offersFoundKey?: boolean;
  /** False for a command: only a start and set-up create or adopt a first key. */
  createsFirstKey?: boolean;
  /** Read for TEMPS_ENCRYPTION_KEY_FILE. */
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  log?: Log;
  /** How processes are started; Node's own way unless said. */
  processes?: ProcessHost | undefined;
  /** Folder of the built console; by default next to this package's code. */
  consoleFolder?: string;
  /** Whether a disk that takes no writes is opened for reading, instead of an error: for commands that read. */
  mayReadOnly?: boolean;
  /** How long to wait for another short command on the same data directory to finish. */
  waitForOwnershipMs?: number;
  /** Work factor of new passphrase files, for tests; age's own unless said. */
  scryptLogN?: number;
  /** Memory of Argon2 for new KeePass files, for tests; ours unless said. */
  argon2Mib?: number;
  /** Cost of new password hashes, for tests; ours unless said. */
  bcryptCost?: number;
  /** Told when an exchange of the database left nothing that opens: its host ends. */
  onBroken?: (error: unknown) => void;
  /** What frees keys that were dropped, for tests; `forgetDroppedKeys` unless said. */
  forgetDroppedKeys?: () => void;
}

/** A data directory whose database and key are open, without capabilities. */
export interface OpenedData {
  readonly ctx: Context;
  readonly core: VaultCore;
  /** Null on a disk that takes no writes. */
  readonly ownership: Ownership | null;
  /** What an exchange that was interrupted came to at this opening. */
  readonly settled: Swapped | null;
  /** Of what `ctx.stopping` tells. */
  readonly stopper: AbortController;
  /** Keys dropped, the database closed. The ownership stays. */
  close(): void;
}

/** What an opening gets from the one before. */
export interface Before {
  /** Gets every event, too. */
  events: Events;
  /** Null for the first. */
  ownership: Ownership | null;
}

/** Opens ownership, database and key, in this order. Throws as `openInstance` does. */
export async function openData(options: InstanceOptions, before: Before): Promise<OpenedData> {
  try {
    return await open(options, before);
  } catch (error) {
    throw await findCause(error, options);
  }
}

/** A damaged page shows in whatever is read from it first: what nothing explains is explained by a check. */
export async function findCause(error: unknown, { dataDir, processes = childProcesses }: InstanceOptions) {
  const path = join(dataDir, DATABASE_FILE);
  const known = asStoreError(error, path);
  if (known instanceof AppError || !existsSync(path)) return known;
  const findings = await checkIntegrity(processes, path, new AbortController().signal).catch(() => []);
  return findings.length > 0 ? damagedError(path, findings, error) : error;
}

async function open(options: InstanceOptions, before: Before): Promise<OpenedData> {
  const { dataDir } = options;
  const clock = options.clock ?? systemClock;
  const { repaired, ownership, store, settled } = openDataDir(options, clock, before.ownership);
  try {
    const log = options.log ?? silentLog;
    const processes = options.processes ?? childProcesses;
    const events = createEvents(before.events);
    const audit = createAuditLog(store, clock, log);
    noteMigration(store, audit, log);
    const core = await openVault({
      dataDir,
      env: options.env ?? process.env,
      store,
      audit,
      clock,
      log,
      processes,
      ...(options.custody ? { custody: options.custody } : {}),
      ...(options.usualCustody ? { usualCustody: options.usualCustody } : {}),
      createsFirstKey: options.createsFirstKey ?? true,
      ...(options.passphrase ? { passphrase: options.passphrase } : {}),
      ...(options.scryptLogN ? { scryptLogN: options.scryptLogN } : {}),
      forgetDroppedKeys: options.forgetDroppedKeys,
      ...(options.argon2Mib ? { argon2Mib: options.argon2Mib } : {}),
      offersFoundKey: options.offersFoundKey ?? false,
      emit: events.emit,
    });
    core.said.unshift(...repaired, ...store.said);
    const stopper = new AbortController();
    const ctx: Context = {
      dataDir,
      store,
      vault: core.secrets,
      audit,
      jobs: createJobs({ store, clock, log, events }),
      clock,
      log,
      processes,
      events,
      bcryptCost: options.bcryptCost,
      stopping: stopper.signal,
    };
    let isClosed = false;
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      core.ring.dropAll();
      store.close();
    };
    return { ctx, core, ownership, settled, stopper, close };
  } catch (error) {
    store.close();
    if (!before.ownership) ownership?.release();
    throw error;
  }
}

/** Who looks later finds it in Activity, whichever command was the first to open the database. */
function noteMigration({ migrated }: Store, audit: AuditLog, log: Log): void {
  if (!migrated) return;
  const { from, to, snapshot, trouble } = migrated;
  if (trouble !== null) log.warn({ trouble }, 'no snapshot of before the migration could be kept');
  audit.append(auditOperations.DATABASE_MIGRATED, null, { from, to, snapshot });
}

interface OpenedDataDir {
  repaired: string[];
  /** Null on a disk that takes no writes: nobody owns it, and nothing is written. */
  ownership: Ownership | null;
  store: Store;
  settled: Swapped | null;
}

function openDataDir(options: InstanceOptions, clock: Clock, owned: Ownership | null): OpenedDataDir {
  try {
    return openForWriting(options, clock, owned);
  } catch (error) {
    if (!options.mayReadOnly || !isDiskTrouble(error)) throw error;
    requireSettled(options.dataDir);
    const store = openStoreForReading(options.dataDir, clock, error);
    return { repaired: [], ownership: null, store, settled: null };
  }
}

function openForWriting(
  { dataDir, waitForOwnershipMs }: InstanceOptions,
  clock: Clock,
  owned: Ownership | null,
): OpenedDataDir {
  const repaired = prepareDataDir(dataDir);
  const ownership = owned ?? take(dataDir, waitForOwnershipMs);
  try {
    sweepScratch(dataDir);
    const settled = settleSwap(dataDir);
    if (settled) repaired.push(describeSettled(settled));
    return { repaired, ownership, store: openStore(dataDir, clock, ownership), settled };
  } catch (error) {
    if (!owned) ownership.release();
    throw error;
  }
}

/** Who finds the directory in use is told of a rotation there, which is better left to end. */
function take(dataDir: string, waitMs: number | undefined): Ownership {
  try {
    return takeOwnership(dataDir, waitMs);
  } catch (error) {
    if (!hasCode(error, 'data_dir_in_use')) throw error;
    const rotation = findRotationElsewhere(dataDir);
    if (rotation === null) throw error;
    throw new AppError('data_dir_in_use', `${error.message} ${rotation}`, {
      cause: error,
      ...(error.details ? { details: error.details } : {}),
    });
  }
}
