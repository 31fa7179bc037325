import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { countRows } from '../../electron/instance/store/row-counts.ts';
import { nameSnapshot, prepareSnapshot } from '../../electron/instance/store/safety-snapshot.ts';
import { sweepScratch } from '../../electron/instance/store/scratch.ts';
import { listFormer } from '../../electron/instance/store/swap-journal.ts';
import { snapshotProgram } from '../../electron/instance/vault/rotation/before-rotation.ts';
import { type Child, startChild } from '../child.ts';
import { requires } from '../requires.ts';
import { canInterruptCalls, interruptionEnv, isStopped } from './interruptions.ts';
import { discard, prepare } from './open-core.ts';

const it = requires('faults at system calls', canInterruptCalls(), 'needs Linux and a C compiler (cc)');
const NOW_MS = Date.parse('2026-11-29T06:00:00Z');
/** What the process answers once it is done. */
const WRITTEN = '"refused":null';
/** More than it makes: it is not stopped. */
const MOST_CALLS = 4000;

let prepared: string;
let root: string;
let rows: Record<string, number>;
/** That change a file. */
let calls: number;
beforeAll(async () => {
  prepared = await prepare(20);
  root = mkdtempSync(join(tmpdir(), 'temps-outlived-'));
  rows = countRowsOf(join(prepared, 'temps.db'));
  calls = countSnapshotCalls();
});
afterAll(() => {
  discard(prepared);
  rmSync(root, { recursive: true, force: true });
});

function countRowsOf(file: string): Record<string, number> {
  const sqlite = new Database(file);
  try {
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    return countRows(sqlite);
  } finally {
    sqlite.close();
  }
}

const copyPrepared = (): string => {
  const dataDir = mkdtempSync(join(root, 'data-'));
  cpSync(prepared, dataDir, { recursive: true });
  return dataDir;
};

/** What the process is asked. */
const toMessage = (dataDir: string, folder: string): string =>
  `${JSON.stringify({ id: 1, request: { dataDir, folder } })}\n`;

function countSnapshotCalls(): number {
  const dataDir = copyPrepared();
  const log = join(root, 'calls');
  const { stdout } = spawnSync(process.execPath, [snapshotProgram.file], {
    env: interruptionEnv(dataDir, 0, 'stop', log),
    input: toMessage(dataDir, prepareSnapshot(dataDir, 'rotation')),
    encoding: 'utf8',
  });
  expect(stdout).toContain(WRITTEN);
  return readFileSync(log, 'utf8').trim().split('\n').length;
}

type Begin = (dataDir: string) => void;

/** The process of a rotation, up to its `at`-th call. */
async function startUpTo(at: number, dataDir: string, folder: string): Promise<Child> {
  const env = interruptionEnv(dataDir, at, 'stop');
  const child = startChild(process.execPath, [snapshotProgram.file], { env });
  child.process.stdin?.write(toMessage(dataDir, folder));
  await child.waitUntil(() => child.out.includes('\n') || isStopped(child.process.pid));
  return child;
}

/** To its end, as where nobody waits for its answer any more. */
async function goOn(child: Child): Promise<void> {
  child.process.stdin?.end();
  child.process.kill('SIGCONT');
  await child.waitForEnd();
}

/** Calls of one and of the next, from the first to the last of each: every pair would take hours. Of one also its very beginning. */
function spreadPairs(): [number, number][] {
  const PAIRS = 12;
  const at = (step: number) => 1 + Math.round(((calls - 1) * step) / (PAIRS - 1));
  return [
    [0, at(6)],
    ...Array.from({ length: PAIRS }, (_, step): [number, number] => [at(step), at((step * 5) % PAIRS)]),
  ];
}

/** What does not hold, once one has outlived its instance at a call while the next is at another. */
async function outlive(at: number, nextAt: number, begin: Begin): Promise<string[]> {
  const dataDir = copyPrepared();
  // As the instance has it open: what connections need beside the database is there.
  const instance = new Database(join(dataDir, 'temps.db'));
  try {
    countRows(instance);
    const folder = prepareSnapshot(dataDir, 'rotation');
    const outlived = at === 0 ? null : await startUpTo(at, dataDir, folder);
    begin(dataDir);
    const nextFolder = prepareSnapshot(dataDir, 'rotation');
    const next = await startUpTo(nextAt, dataDir, nextFolder);
    await goOn(outlived ?? (await startUpTo(MOST_CALLS, dataDir, folder)));
    const faults = listFormer(dataDir).map(
      (name) => `${name} was named by a process that outlived its instance`,
    );
    await goOn(next);
    if (!next.out.includes(WRITTEN)) faults.push(`the next could not be written: ${next.out}`);
    else {
      const name = nameSnapshot(dataDir, nextFolder, 'rotation', NOW_MS);
      expect(countRowsOf(join(dataDir, name, 'temps.db'))).toEqual(rows);
      expect(listFormer(dataDir)).toEqual([name]);
    }
    expect(readdirSync(join(dataDir, 'scratch'))).toEqual([]);
    return faults.map((fault) => `${at}, ${nextAt}: ${fault}`);
  } finally {
    instance.close();
  }
}

describe('the process that keeps the database before a rotation, outliving its instance at any call', () => {
  it.for<[string, Begin]>([
    ['starts anew', sweepScratch],
    ['goes on', () => undefined],
  ])('takes nothing from that of an instance that %s, and keeps nothing', {
    timeout: 300_000,
  }, async ([, begin]) => {
    const faults: string[] = [];
    for (const [at, nextAt] of spreadPairs()) faults.push(...(await outlive(at, nextAt, begin)));
    expect(faults).toEqual([]);
  });
});
