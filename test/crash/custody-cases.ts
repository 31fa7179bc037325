import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import { AppError } from '../../electron/instance/kernel/app-error.ts';
import { isUnused } from '../../electron/instance/vault/vault-core.ts';
import { type Child, startChild } from '../child.ts';
import { snapshot } from '../folders.ts';
import { type Keyring, startKeyring } from '../keyring.ts';
import type { Tally } from './interruptions.ts';
import { discard, openCore, plantedValue, prepare } from './open-core.ts';

const worker = join(import.meta.dirname, 'custody-worker.ts');
const startWorker = join(import.meta.dirname, 'worker.ts');
const VALUES = 20;
/** Longer than the work of a copy on its keys takes on a quick machine, shorter than on a busy one. */
const WORK_MS = 400;

/**
 * A clone whose key is in the keychain is killed while it gets its own entry, rotates and shreds: the original opens
 * whatever happened, and the clone's work goes on to its end. On a real keyring.
 */
export async function killClones(rounds: number): Promise<Tally> {
  const tally: Tally = { counted: rounds, hit: 0, faults: [] };
  const keyring = await startKeyring();
  const folder = mkdtempSync(join(tmpdir(), 'temps-clones-'));
  const original = join(folder, 'original');
  const run = (...args: string[]) => runWorker(keyring, ...args);
  try {
    mkdirSync(original, { mode: 0o700 });
    const prepared = run('prepare', original, String(VALUES));
    if (prepared !== 'DONE') throw new Error(prepared);
    for (let round = 0; round < rounds; round++) {
      const copy = join(folder, `copy ${round}`);
      cpSync(original, copy, { recursive: true });
      const child = startChild(process.execPath, [worker, 'change', copy], { env: keyring.env });
      await child.waitUntil(() => child.out.includes('READY'));
      await wait(Math.random() * WORK_MS);
      await child.stop('SIGKILL');
      if (!child.out.includes('DONE')) tally.hit += 1;
      for (const [what, ended] of [
        ['the original', run('check', original, String(VALUES))],
        ['the clone goes on', run('change', copy)],
        ['the clone', run('check', copy, String(VALUES))],
        ['the original, at the end', run('check', original, String(VALUES))],
      ])
        if (ended !== 'DONE') tally.faults.push(`round ${round}, ${what}: ${ended}`);
    }
  } finally {
    keyring.stop();
    if (tally.faults.length === 0) rmSync(folder, { recursive: true, force: true });
  }
  return tally;
}

function runWorker(keyring: Keyring, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [worker, ...args], {
    encoding: 'utf8',
    env: keyring.env,
  });
  return stdout.replace('READY\n', '').trim() || stderr;
}

/**
 * The database file is copied alone, with its key, at random instants of writing; then an older copy of it is put
 * beside the log of a killed instance. No copy is ever unused or gets another key, and no two states are mixed.
 */
export async function copyWhileWriting(rounds: number): Promise<Tally> {
  const tally: Tally = { counted: rounds * 2, hit: 0, faults: [] };
  const dataDir = await prepare(VALUES);
  const key = readFileSync(join(dataDir, 'encryption_key'), 'utf8');
  let next = VALUES;
  for (let round = 0; round < rounds; round++) {
    const child = startChild(process.execPath, [worker, 'write', dataDir, String(next)]);
    await child.waitUntil(() => child.out.includes('READY'));
    await wait(Math.random() * 120);
    const alone = copyAlone(dataDir);
    await wait(20 + Math.random() * 60);
    await kill(child);
    tally.hit += await judge(`round ${round}, the file alone`, () => openAlone(alone, key, next), tally);
    tally.hit += await judge(`round ${round}, an older file`, () => openRestored(dataDir, alone), tally);
    const { values } = await readAll(dataDir);
    if (values.some((value, at) => value !== plantedValue(at)))
      tally.faults.push(`round ${round}: values changed`);
    next = values.length;
    discard(alone);
  }
  discard(dataDir);
  return tally;
}

async function kill(child: Child): Promise<void> {
  await child.stop('SIGKILL');
}

function copyAlone(dataDir: string): string {
  const alone = mkdtempSync(join(tmpdir(), 'temps-alone-'));
  for (const name of ['temps.db', 'encryption_key']) copyFileSync(join(dataDir, name), join(alone, name));
  return alone;
}

async function judge(what: string, find: () => Promise<string | null>, tally: Tally): Promise<number> {
  const fault = await find().catch((error: Error) => `${error.name}: ${error.message}`);
  if (fault !== null) tally.faults.push(`${what}: ${fault}`);
  return 1;
}

/** A copy that was torn by a checkpoint may be damaged, and then has that name. */
async function openAlone(alone: string, key: string, before: number): Promise<string | null> {
  const at = mkdtempSync(join(tmpdir(), 'temps-alone-'));
  cpSync(alone, at, { recursive: true });
  try {
    const { core, close } = await openCore(at);
    const isNew = isUnused(core.store) || core.wasKeyAdopted !== null;
    const { case: situation } = core.situation;
    const { said } = core.store;
    const count = core.store.sqlite.prepare('SELECT count(*) FROM secrets').pluck().get();
    close();
    if (isNew || readFileSync(join(at, 'encryption_key'), 'utf8') !== key) return 'taken for unused';
    if (situation !== 'running') return `not running: ${situation}`;
    // Copied before the first write of this run: nothing is missing.
    const isFromBefore = count === before;
    return isFromBefore || said.some((line) => line.includes('temps.db-wal'))
      ? null
      : `does not say what is missing: ${count} values, ${before} before`;
  } catch (error) {
    return error instanceof AppError && error.code === 'database_damaged' ? null : String(error);
  } finally {
    discard(at);
  }
}

/**
 * The killed directory with the older file in it: refused, or whole. A log without one whole transaction (it was just
 * emptied, or its first one was being written) leaves nothing to mix: then it is the state of the older file.
 */
async function openRestored(killed: string, older: string): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'temps-restored-'));
  const copy = (from: string, name: string) => {
    cpSync(from, join(folder, name), { recursive: true });
    return join(folder, name);
  };
  try {
    const restored = copy(killed, 'restored');
    copyFileSync(join(older, 'temps.db'), join(restored, 'temps.db'));
    const withoutLog = copy(killed, 'without log');
    rmSync(join(withoutLog, 'temps.db-wal'), { force: true });
    const expected = await readAll(copy(killed, 'whole'));
    // Killed while the log was moved into it, the file alone may be damaged, and the copy of it, too.
    const alone = await readAll(withoutLog).catch(ifDamaged);
    const before = await readAll(copy(older, 'older')).catch(ifDamaged);
    const isLogEmpty = alone !== null && isSame(alone, expected);
    const found = await readAll(restored).catch((error) => {
      if (error instanceof AppError && error.code === 'database_restored') return null;
      // Only a copy that was damaged itself may be found damaged.
      if (before !== null) throw error;
      return ifDamaged(error);
    });
    if (found === null || (found.isSound && isSame(found, expected))) return null;
    return found.isSound && isLogEmpty && before !== null && isSame(found, before)
      ? null
      : `mixed: ${found.values.length} values, not ${expected.values.length}`;
  } finally {
    discard(folder);
  }
}

interface State {
  values: string[];
  isSound: boolean;
}

/** Named by the product, or by SQLite where this test itself reads. */
function ifDamaged(error: unknown): null {
  if (error instanceof AppError && error.code === 'database_damaged') return null;
  if (error instanceof Database.SqliteError && error.code === 'SQLITE_CORRUPT') return null;
  throw error;
}

const isSame = (one: State, other: State) => JSON.stringify(one.values) === JSON.stringify(other.values);

async function readAll(dataDir: string): Promise<State> {
  const { core, close } = await openCore(dataDir);
  try {
    const { sqlite } = core.store;
    const ids = sqlite.prepare("SELECT id FROM secrets WHERE kind = 'env_var' ORDER BY rowid").pluck();
    const values = (ids.all() as string[]).map((id) => core.secrets.open(id).reveal());
    return { values, isSound: sqlite.pragma('integrity_check', { simple: true }) === 'ok' };
  } finally {
    close();
  }
}

/** Starts where there is nothing to start: a link without its target, and a folder of someone else. */
export function startElsewhere(rounds: number): Promise<Tally> {
  const tally: Tally = { counted: rounds * 2, hit: 0, faults: [] };
  const places: [what: string, code: string, make: (dir: string) => void][] = [
    [
      'a link without its target',
      'database_gone',
      (dir) => symlinkSync(`${dir}-disk/temps.db`, join(dir, 'temps.db')),
    ],
    [
      'a foreign folder',
      'data_dir_unusable',
      (dir) => writeFileSync(join(dir, 'thesis.txt'), 'mine', { mode: 0o644 }),
    ],
  ];
  for (let round = 0; round < rounds; round++)
    for (const [what, code, make] of places) {
      const dir = mkdtempSync(join(tmpdir(), 'temps-elsewhere-'));
      make(dir);
      const before = snapshot(dir);
      const { stdout, stderr } = spawnSync(process.execPath, [startWorker, 'first_seal', dir], {
        encoding: 'utf8',
      });
      if (stdout.includes(`FAILED ${code}`)) tally.hit += 1;
      else tally.faults.push(`${what}: ${stdout}${stderr}`);
      if (!isDeepStrictEqual(snapshot(dir), before)) tally.faults.push(`${what}: changed`);
      discard(dir);
    }
  return Promise.resolve(tally);
}
