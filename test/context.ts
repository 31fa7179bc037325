import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditLog } from '../electron/instance/audit/audit-log.ts';
import { createJobs } from '../electron/instance/jobs/job-queue.ts';
import type { Clock } from '../electron/instance/kernel/clock.ts';
import type { Context } from '../electron/instance/kernel/context.ts';
import { createEvents } from '../electron/instance/kernel/events.ts';
import type { Exchange } from '../electron/instance/kernel/exchange.ts';
import { silentLog } from '../electron/instance/kernel/log.ts';
import { childProcesses } from '../electron/instance/kernel/process-hosts.ts';
import { openStore } from '../electron/instance/store/store.ts';
import { insertActiveRecord } from '../electron/instance/vault/key/key-record.ts';
import { KeyRing } from '../electron/instance/vault/key/key-ring.ts';
import { MasterKey } from '../electron/instance/vault/sealing/master-key.ts';
import { createSecretStore, type SecretStore } from '../electron/instance/vault/secrets/secret-store.ts';
import { QUICK_BCRYPT_COST } from './work-factor.ts';

export interface ManualClock extends Clock {
  /** Epoch ms; set it to travel. */
  time: number;
  advance(ms: number): void;
}

export function createManualClock(time = Date.parse('2026-06-01T12:00:00Z')): ManualClock {
  return {
    time,
    now() {
      return this.time;
    },
    advance(ms) {
      this.time += ms;
    },
  };
}

/** For what is composed without an instance around it: nothing is closed. */
export const noExchange: Exchange = { last: () => null, run: (_id, work) => work() };

export interface TestContext {
  ctx: Context;
  dataDir: string;
  vault: SecretStore;
  clock: ManualClock;
  key: MasterKey;
  /** Drops the keys from memory, as "Lock now" does. */
  lock(): void;
  unlock(): void;
  close(): void;
}

/** A real store with real migrations and a real, running vault, in a folder of its own. */
export function openTestContext(): TestContext {
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-test-'));
  const clock = createManualClock();
  const store = openStore(dataDir, clock);
  const ring = new KeyRing();
  const key = MasterKey.generate();
  store.transaction(() => insertActiveRecord(store, key, 'file', clock.now(), clock.now()));
  const unlock = () => {
    ring.hold(key);
    ring.activate(key.fingerprint);
  };
  unlock();
  const vault = createSecretStore(store, ring, clock);
  const events = createEvents();
  const ctx: Context = {
    dataDir,
    store,
    vault,
    audit: createAuditLog(store, clock, silentLog),
    jobs: createJobs({ store, clock, log: silentLog, events }),
    clock,
    log: silentLog,
    processes: childProcesses,
    events,
    bcryptCost: QUICK_BCRYPT_COST,
    stopping: new AbortController().signal,
  };
  return {
    ctx,
    dataDir,
    vault,
    clock,
    key,
    lock: () => ring.dropAll(),
    unlock,
    close() {
      store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
