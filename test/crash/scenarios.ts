import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { installDatabase } from '../../electron/instance/backups/restore/install-database.ts';
import { systemClock } from '../../electron/instance/kernel/clock.ts';
import { takeOwnership } from '../../electron/instance/store/ownership.ts';
import { listFormer, settleSwap } from '../../electron/instance/store/swap-journal.ts';
import { finishCustodyMove, moveCustody } from '../../electron/instance/vault/custody/custody-move.ts';
import { createRotationJob } from '../../electron/instance/vault/rotation/reseal-job.ts';
import {
  beginSealing,
  proveWithoutCopy,
  stageRotation,
  undoRotation,
} from '../../electron/instance/vault/rotation/rotation.ts';
import { findOpenRotation } from '../../electron/instance/vault/rotation/rotation-record.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { runDoctor } from '../../electron/instance/vault/secrets/doctor.ts';
import type { VaultCore } from '../../electron/instance/vault/vault-core.ts';
import {
  checkBackups,
  checkDeletions,
  checkDrills,
  checkRetention,
  dataDirIn,
  makeBackupFolders,
  performBackup,
  performDeletion,
  performDrill,
  performRetention,
  performRunningRestore,
  prepareTooMany,
} from './backup-scenario.ts';
import { openCore, PASSPHRASE, plantedValue, prepare } from './open-core.ts';

export const scenarios = [
  'first_seal',
  'rotation',
  'custody_move',
  'backup',
  'drill',
  'deletion',
  'retention',
  'restore',
  'running_restore',
] as const;
export type Scenario = (typeof scenarios)[number];

/** A folder with a data directory and the disk of its backups, where there is one already. */
export async function prepareBackup(count: number): Promise<string> {
  const folder = makeBackupFolders();
  renameSync(await prepare(count, folder), dataDirIn(folder));
  await perform('backup', folder, () => undefined);
  return folder;
}

/** The same with more backups there than are kept. */
export async function prepareRetention(count: number): Promise<string> {
  const folder = await prepareBackup(count);
  const { core, close } = await openCore(dataDirIn(folder));
  await prepareTooMany(core, folder);
  close();
  return folder;
}

/** The same with a backup there that has one value fewer. */
export async function prepareRunningRestore(count: number): Promise<string> {
  const folder = await prepareBackup(count - 1);
  const { core, close } = await openCore(dataDirIn(folder));
  core.secrets.seal('env_var', new SecretText(plantedValue(count - 1)));
  core.store.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  close();
  return folder;
}

/** A data directory with a checked backup beside it, which has one value fewer. */
export async function prepareRestore(count: number): Promise<string> {
  const dataDir = await prepare(count);
  const path = join(dataDir, CHECKED);
  const { core, close } = await openCore(dataDir);
  core.store.sqlite.prepare('VACUUM INTO ?').run(path);
  close();
  const checked = new Database(path);
  checked.exec('DELETE FROM secrets WHERE rowid = (SELECT max(rowid) FROM secrets)');
  checked.close();
  return dataDir;
}
const CHECKED = 'temps.db.new';

/** What a restore does once the backup was checked. */
function install(dataDir: string): void {
  const ownership = takeOwnership(dataDir, 5000);
  try {
    settleSwap(dataDir);
    installDatabase({
      dataDir,
      checked: {
        manifest: { id: 'a', takenAt: 1, keyFingerprint: 'k' },
        databasePath: join(dataDir, CHECKED),
        values: null,
      },
      here: { custody: 'file', keychain: null },
      actor: null,
      clock: systemClock,
      isOwn: false,
    });
  } finally {
    ownership.release();
  }
}

/** In the folder of a scenario; those of backups have a disk beside it. */
const findDataDir = (scenario: Scenario, folder: string): string =>
  ['backup', 'drill', 'deletion', 'retention', 'running_restore'].includes(scenario)
    ? dataDirIn(folder)
    : folder;

/** The work that is killed. `onReady` is called when the data directory is open and the work begins. */
export async function perform(scenario: Scenario, dataDir: string, onReady: () => void): Promise<void> {
  if (scenario === 'first_seal') onReady();
  if (scenario === 'restore') {
    onReady();
    install(dataDir);
    return;
  }
  if (scenario === 'running_restore') {
    onReady();
    await performRunningRestore(dataDir);
    return;
  }
  const { core, close } = await openCore(findDataDir(scenario, dataDir), PASSPHRASE);
  if (scenario === 'backup') {
    onReady();
    await performBackup(core, dataDir);
  } else if (scenario === 'drill') {
    onReady();
    await performDrill(core, dataDir);
  } else if (scenario === 'retention') {
    onReady();
    await performRetention(core, dataDir);
  } else if (scenario === 'deletion') {
    onReady();
    await performDeletion(core, dataDir);
  } else if (scenario === 'first_seal') {
    core.secrets.seal('env_var', new SecretText(plantedValue(0)));
  } else if (scenario === 'custody_move') {
    onReady();
    await moveCustody(core, null, core.custody.name === 'file' ? 'passphrase' : 'file', PASSPHRASE);
  } else {
    onReady();
    await rotate(core);
  }
  close();
}

export async function rotate(core: VaultCore): Promise<void> {
  const open = findOpenRotation(core.store);
  if (open?.state === 'staged') await undoRotation(core, null);
  if (open?.state !== 'sealing' && open?.state !== 'proven') {
    const staged = await stageRotation(core, null);
    proveWithoutCopy(core, null, staged.newFingerprint);
  }
  if (findOpenRotation(core.store)?.state === 'proven') await beginSealing(core, null);
  await createRotationJob(core).run();
}

/**
 * What must hold after any interruption: the vault opens, every value is there and is what it was, and an
 * interrupted rotation or move goes on to its end. Returns what does not hold, in words; empty is good.
 */
export async function verify(scenario: Scenario, dataDir: string, count: number): Promise<string[]> {
  const faults: string[] = [];
  const { core, close } = await openCore(findDataDir(scenario, dataDir), PASSPHRASE);
  try {
    if (core.situation.case !== 'running')
      return [`not running: ${core.situation.case}, ${core.situation.detail}`];
    faults.push(...(await check(core, scenario, count)));
    if (scenario === 'backup') faults.push(...(await checkBackups(core, dataDir)));
    if (scenario === 'drill') faults.push(...(await checkDrills(core, dataDir)));
    if (scenario === 'retention') faults.push(...(await checkRetention(core, dataDir)));
    if (scenario === 'deletion') faults.push(...(await checkDeletions(core, dataDir)));
    if (scenario === 'rotation') await rotate(core);
    if (scenario === 'custody_move') await finishCustodyMove(core);
    faults.push(...(await check(core, scenario, count)));
    if (scenario === 'rotation' && findOpenRotation(core.store)) faults.push('the rotation did not finish');
    if (scenario === 'first_seal') core.secrets.seal('env_var', new SecretText('after'));
  } catch (error) {
    faults.push(`verification failed: ${(error as { code?: string }).code} ${(error as Error).message}`);
  } finally {
    close();
  }
  return faults;
}

async function check(core: VaultCore, scenario: Scenario, count: number): Promise<string[]> {
  const ids = core.store.sqlite
    .prepare("SELECT id FROM secrets WHERE kind = 'env_var' ORDER BY rowid")
    .pluck()
    .all() as string[];
  const report = await runDoctor(core);
  const faults = report.failed > 0 ? [`${report.failed} values unreadable`] : [];
  if (scenario === 'first_seal') return ids.length <= 1 ? faults : [...faults, 'too many values'];
  if (scenario === 'restore' || scenario === 'running_restore')
    faults.push(...checkRestore(core, ids.length, count));
  else if (ids.length !== count) return [...faults, `${ids.length} values of ${count}`];
  const wrong =
    report.failed > 0
      ? 0
      : ids.filter((id, index) => core.secrets.open(id).reveal() !== plantedValue(index)).length;
  return wrong > 0 ? [...faults, `${wrong} values changed`] : faults;
}

/** All of the former database, or all of the restored one and the former one beside it; never a mixture. */
function checkRestore({ dataDir, store }: VaultCore, values: number, count: number): string[] {
  const isRestored =
    store.sqlite
      .prepare("SELECT count(*) FROM audit_log WHERE operation = 'BACKUP_RESTORED'")
      .pluck()
      .get() === 1;
  const faults =
    values === (isRestored ? count - 1 : count)
      ? []
      : [`a mixture: ${values} values, restored: ${isRestored}`];
  const left = readdirSync(dataDir).filter((name) => /^restore/.test(name));
  if (left.length > 0) faults.push(`left: ${left.join()}`);
  if (!isRestored) return faults;
  const [former] = listFormer(dataDir);
  if (former === undefined) return [...faults, 'the former database is gone'];
  const sqlite = new Database(join(dataDir, former, 'temps.db'), { readonly: true });
  const kept = sqlite.prepare('SELECT count(*) FROM secrets').pluck().get();
  sqlite.close();
  return kept === count ? faults : [...faults, `the former database has ${kept} values`];
}
