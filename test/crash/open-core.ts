import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditLog } from '../../electron/instance/audit/audit-log.ts';
import { systemClock } from '../../electron/instance/kernel/clock.ts';
import { silentLog } from '../../electron/instance/kernel/log.ts';
import { childProcesses } from '../../electron/instance/kernel/process-hosts.ts';
import { prepareDataDir } from '../../electron/instance/store/data-directory.ts';
import { type Ownership, takeOwnership } from '../../electron/instance/store/ownership.ts';
import { openStore } from '../../electron/instance/store/store.ts';
import { settleSwap } from '../../electron/instance/store/swap-journal.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { openVault, type VaultCore } from '../../electron/instance/vault/vault-core.ts';
import type { CustodyName } from '../../electron/instance/vault/vocabulary.ts';
import { QUICK_LOG_N } from '../work-factor.ts';

/** Custody of passphrase tests; the phrase guards nothing. */
export const PASSPHRASE = new SecretText('brisk lantern under seven quiet boats');

export interface OpenVault {
  core: VaultCore;
  close(): void;
}

/** The vault of a data directory as an instance opens it, without the doors. */
export async function openCore(
  dataDir: string,
  passphrase?: SecretText,
  custody?: CustodyName,
): Promise<OpenVault> {
  prepareDataDir(dataDir);
  let ownership: Ownership | null = takeOwnership(dataDir, 5000);
  settleSwap(dataDir);
  const store = openStore(dataDir, systemClock, ownership);
  const core = await openVault({
    dataDir,
    env: {},
    store,
    clock: systemClock,
    log: silentLog,
    processes: childProcesses,
    audit: createAuditLog(store, systemClock, silentLog),
    emit() {},
    scryptLogN: QUICK_LOG_N,
    ...(passphrase ? { passphrase } : {}),
    ...(custody ? { custody } : {}),
  });
  return {
    core,
    close() {
      store.close();
      ownership?.release();
      ownership = null;
    },
  };
}

export function plantedValue(index: number): string {
  return `value ${index} ${createHash('sha256').update(String(index)).digest('hex')}`;
}

/** A data directory with this many sealed values, in a folder of its own; with none it has no key yet either. */
export async function prepare(count: number, parent = tmpdir()): Promise<string> {
  const dataDir = mkdtempSync(join(parent, 'temps-crash-'));
  if (count === 0) {
    openStore(dataDir, systemClock).close();
    return dataDir;
  }
  const { core, close } = await openCore(dataDir);
  core.store.transaction(() => {
    for (let index = 0; index < count; index++)
      core.secrets.seal('env_var', new SecretText(plantedValue(index)));
  });
  core.store.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  close();
  return dataDir;
}

export function discard(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true });
}
