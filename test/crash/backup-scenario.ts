import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Backup, deleteBackup, listBackups } from '../../electron/instance/backups/backups.ts';
import { type BackupsCore, createBackupsCore } from '../../electron/instance/backups/backups-core.ts';
import { addFolder, listDestinations } from '../../electron/instance/backups/destinations/destinations.ts';
import { parseManifest } from '../../electron/instance/backups/format/manifest.ts';
import { isMacOf } from '../../electron/instance/backups/format/manifest-mac.ts';
import { compareDestination } from '../../electron/instance/backups/listing/compare.ts';
import { backupJob } from '../../electron/instance/backups/making/backup-job.ts';
import { sweepUnfinished } from '../../electron/instance/backups/making/backup-rows.ts';
import { createDrills } from '../../electron/instance/backups/reading/drill.ts';
import { pruneDestination, setRetention } from '../../electron/instance/backups/retention/prune.ts';
import { openInstance } from '../../electron/instance/instance.ts';
import { createJobs } from '../../electron/instance/jobs/job-queue.ts';
import { AppError } from '../../electron/instance/kernel/app-error.ts';
import { systemClock } from '../../electron/instance/kernel/clock.ts';
import { createEvents } from '../../electron/instance/kernel/events.ts';
import { silentLog } from '../../electron/instance/kernel/log.ts';
import { SCRATCH_FOLDER } from '../../electron/instance/store/data-directory.ts';
import { sweepScratch } from '../../electron/instance/store/scratch.ts';
import { findHome } from '../../electron/instance/vault/home/home.ts';
import type { VaultCore } from '../../electron/instance/vault/vault-core.ts';
import { askOwner } from '../ask-owner.ts';

/** A folder of these two: a data directory, and a disk that its backups go to. */
export const dataDirIn = (folder: string): string => join(folder, 'data');
const diskIn = (folder: string): string => join(folder, 'disk');

export function makeBackupFolders(): string {
  const folder = mkdtempSync(join(tmpdir(), 'temps-crash-backup-'));
  mkdirSync(diskIn(folder));
  return folder;
}

/** @param folder the one that was prepared, or a copy of it, which stands for it: as if it had been there all along. */
function openBackups(vault: VaultCore, folder: string): BackupsCore {
  const { store, dataDir, audit, processes, secrets } = vault;
  const known = store.sqlite.prepare('SELECT path FROM backup_destinations').pluck().get();
  if (known !== undefined && known !== diskIn(folder))
    store.transaction(() => {
      store.sqlite.prepare('UPDATE backup_destinations SET path = ?').run(diskIn(folder));
      store.sqlite.prepare('UPDATE backup_writer SET home = ?').run(JSON.stringify(findHome(dataDir)));
    });
  const events = createEvents();
  const ctx = {
    dataDir,
    store,
    vault: secrets,
    audit,
    jobs: createJobs({ store, clock: systemClock, log: silentLog, events }),
    clock: systemClock,
    log: silentLog,
    processes,
    events,
    bcryptCost: undefined,
    stopping: new AbortController().signal,
  };
  return createBackupsCore(ctx, vault);
}

/** The work that is killed; before it, a first backup, which must stay. */
export async function performBackup(vault: VaultCore, folder: string): Promise<void> {
  const core = openBackups(vault, folder);
  const [known] = listDestinations(core);
  const destination =
    known ??
    (await addFolder(core, null, { name: 'disk', path: diskIn(folder), isReadable: true })).destination;
  // What is interrupted is this process; the one that packs writes only what is wiped.
  delete process.env.LD_PRELOAD;
  await backupJob(core).run({
    payload: { destination: destination.id, why: 'by_hand' },
    signal: core.ctx.stopping,
    report() {},
  });
}

/** Beside the first backup two more, of which one is kept. */
export async function prepareTooMany(vault: VaultCore, folder: string): Promise<void> {
  const core = openBackups(vault, folder);
  const [destination] = listDestinations(core);
  if (!destination) throw new Error('there is no destination');
  for (let more = 0; more < 2; more++) await performBackup(vault, folder);
  // Of several in a second the later ones are called by the next seconds, and what is not past yet is kept.
  while (findNewest(core).takenAt >= systemClock.now()) await wait(50);
  const nothing = { daily: 0, weekly: 0, monthly: 0, yearly: 0, withinDays: 0 };
  setRetention(core, null, destination.id, { ...nothing, last: 1 });
}

/** The work that is killed: those that are too many are removed. */
export async function performRetention(vault: VaultCore, folder: string): Promise<void> {
  const core = openBackups(vault, folder);
  const [destination] = listDestinations(core);
  await pruneDestination(core, null, destination?.id ?? 0, core.ctx.stopping);
}

/**
 * The newest stays, whatever became of the others: each of those is whole, or is no backup and counts for nothing. The next
 * run ends what was begun, and leaves nothing of it.
 */
export async function checkRetention(vault: VaultCore, folder: string): Promise<string[]> {
  const core = openBackups(vault, folder);
  const faults: string[] = [];
  const isListedWhole = ({ state, folder: at }: Backup) =>
    state === 'confirmed' && isWhole(vault, join(diskIn(folder), at ?? ''));
  const newest = findNewest(core);
  if (!isListedWhole(newest)) faults.push('the newest is not whole');
  for (const at of listFolders(folder))
    if (existsSync(join(at, 'manifest.json')) && !isWhole(vault, at))
      faults.push(`${at} looks whole and is not`);
  for (const { id, state, folder: at } of listBackups(core))
    if (state === 'confirmed' && !existsSync(join(diskIn(folder), at ?? '', 'manifest.json')))
      faults.push(`${id} is said to be there`);
  await performRetention(vault, folder);
  const left = listBackups(core);
  if (left.length !== 1 || left[0]?.id !== newest.id || !isListedWhole(newest))
    faults.push(`listed in the end: ${left.map(({ id, state }) => `${id} ${state}`).join()}`);
  const there = listFolders(folder);
  if (there.length !== 1) faults.push(`there in the end: ${there.join()}`);
  return faults;
}

/** The work that is killed: a drill of the backup that is there. */
export async function performDrill(vault: VaultCore, folder: string): Promise<void> {
  const core = openBackups(vault, folder);
  // As above: the processes that unpack and examine write only what is wiped.
  delete process.env.LD_PRELOAD;
  await createDrills(core).job.run({
    payload: { backup: findNewest(core).id },
    signal: core.ctx.stopping,
    report() {},
  });
}

/** The work that is killed: the deletion of the backup that is there. */
export async function performDeletion(vault: VaultCore, folder: string): Promise<void> {
  const core = openBackups(vault, folder);
  await deleteBackup(core, null, findNewest(core).id);
}

/** It is whole and listed, or gone from both: never said to be what somebody else removed. */
export async function checkDeletions(vault: VaultCore, folder: string): Promise<string[]> {
  const core = openBackups(vault, folder);
  const [destination] = listDestinations(core);
  if (!destination) return ['there is no destination'];
  await compareDestination(core, destination, core.ctx.stopping);
  const [row, ...others] = listBackups(core);
  if (others.length > 0) return ['another backup is listed'];
  const left = existsSync(diskIn(folder)) ? listFolders(folder) : [];
  if (!row) {
    const told = core.ctx.audit.list({}, { limit: 100, offset: 0 });
    const lines = told.filter(({ operation }) => operation === 'BACKUP_DELETED').length;
    return [
      ...(lines === 1 ? [] : [`${lines} lines say that it was deleted`]),
      ...left.map((at) => `${at} stays, and nobody knows it`),
    ];
  }
  const isSame = row.state === 'confirmed' && row.goneAt === null;
  return [
    ...(isSame ? [] : [`it is listed as ${row.state}, gone ${row.goneAt}`]),
    ...(isWhole(vault, join(diskIn(folder), row.folder ?? '')) ? [] : ['it is listed and not whole']),
  ];
}

function findNewest(core: BackupsCore): Backup {
  const [newest] = listBackups(core);
  if (!newest) throw new Error('there is no backup');
  return newest;
}

/** An interruption says nothing of the backup; the next drill passes, and nothing is left of either. */
export async function checkDrills(vault: VaultCore, folder: string): Promise<string[]> {
  const core = openBackups(vault, folder);
  const before = findNewest(core);
  const faults = before.drillResult === 'failed' ? [`noted as failed: ${before.drillReason}`] : [];
  sweepScratch(vault.dataDir);
  await performDrill(vault, folder);
  if (findNewest(core).drillResult !== 'passed') faults.push('the next drill did not pass');
  const left = readdirSync(join(vault.dataDir, SCRATCH_FOLDER));
  return left.length === 0 ? faults : [...faults, `left in the scratch folder: ${left.join()}`];
}

/** What does not hold after an interruption, in words. */
export async function checkBackups(vault: VaultCore, folder: string): Promise<string[]> {
  const core = openBackups(vault, folder);
  const [destination] = listDestinations(core);
  const rows = listBackups(core);
  const confirmed = rows
    .filter(({ state }) => state === 'confirmed')
    .map((row) => join(diskIn(folder), row.folder ?? ''));
  const faults = confirmed
    .filter((at) => !isWhole(vault, at))
    .map((at) => `${at} is confirmed and not whole`);
  if (rows.length === 0 || confirmed.length === 0) faults.push('the earlier backup is not listed');
  // Whatever has a manifest is whole.
  for (const at of listFolders(folder))
    if (existsSync(join(at, 'manifest.json')) && !isWhole(vault, at))
      faults.push(`${at} looks whole and is not`);
  for (const state of ['failed', 'stored'] as const) await sweepUnfinished(core, destination?.id ?? 0, state);
  const left = listFolders(folder).filter((at) => !confirmed.includes(at));
  return [...faults, ...left.map((at) => `${at} stays, and nobody knows it`)];
}

function listFolders(folder: string): string[] {
  return readdirSync(diskIn(folder)).flatMap((instance) =>
    readdirSync(join(diskIn(folder), instance)).map((name) => join(diskIn(folder), instance, name)),
  );
}

function isWhole({ ring }: VaultCore, at: string): boolean {
  try {
    const bytes = readFileSync(join(at, 'manifest.json'));
    const manifest = parseManifest(bytes);
    const isSigned =
      ring.active && isMacOf(ring.active, manifest, bytes, readFileSync(join(at, 'manifest.hmac')));
    const hashOf = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(at, name)))
        .digest('hex');
    return isSigned === true && manifest.parts.every(({ name, sha256 }) => hashOf(name) === sha256);
  } catch {
    return false;
  }
}

/** The work that is killed: the running instance is asked to restore the backup that is there, as its doors do it. */
export async function performRunningRestore(folder: string): Promise<void> {
  // As above: the processes that unpack and examine write only what is wiped.
  delete process.env.LD_PRELOAD;
  const instance = await openInstance({ dataDir: dataDirIn(folder), env: {} });
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await askOwner(instance, method, `/backups/restores${path}`, body);
    if (answer.status >= 400) throw new AppError(answer.body.error_code, answer.body.detail);
    return answer.body;
  };
  try {
    const { id } = await ask('POST', '', { path: diskIn(folder) });
    await ask('POST', `/${id}/apply`);
    for (;;) {
      const { state, said } = await ask('GET', `/${id}/outcome`);
      if (state === 'failed') throw new AppError('restore_interrupted', said.join(' '));
      if (state === 'done') return;
      await wait(20);
    }
  } finally {
    await instance.stop();
  }
}
