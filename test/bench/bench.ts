import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import bcrypt from 'bcryptjs';
import { createAuditLog } from '../../electron/instance/audit/audit-log.ts';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import { openInstance } from '../../electron/instance/instance.ts';
import { systemClock } from '../../electron/instance/kernel/clock.ts';
import { silentLog } from '../../electron/instance/kernel/log.ts';
import { childProcesses } from '../../electron/instance/kernel/process-hosts.ts';
import { openStore } from '../../electron/instance/store/store.ts';
import { createRotationJob } from '../../electron/instance/vault/rotation/reseal-job.ts';
import {
  beginSealing,
  proveWithoutCopy,
  stageRotation,
} from '../../electron/instance/vault/rotation/rotation.ts';
import { MasterKey } from '../../electron/instance/vault/sealing/master-key.ts';
import { openValue, sealValue } from '../../electron/instance/vault/sealing/sealed-value.ts';
import { runDoctor } from '../../electron/instance/vault/secrets/doctor.ts';
import { openVault } from '../../electron/instance/vault/vault-core.ts';
import { discard, openCore, prepare } from '../crash/open-core.ts';
import { serve } from '../e2e/terminal.ts';
import { fuzzCopies } from '../fuzz/copies-fuzz.ts';
import { benchApps } from './apps-bench.ts';
import { benchBackup } from './backup-bench.ts';
import { benchConsole } from './console-bench.ts';
import { benchDesktop } from './desktop-bench.ts';
import { benchDrives } from './drive-bench.ts';
import { compareApart, median, ms, note, printFigures, time } from './figures.ts';
import { benchRun } from './run-bench.ts';
import { SEALING_LOOP } from './sealing-loop.ts';

/**
 * `npm run bench`: each figure beside its limit or its peer, measured in the same run. `--only rotation,start` for
 * some of its parts, `--fuzz N` for another number of fuzzed inputs. Interruptions and faults are a tenth of `npm run crash` here.
 */
function benchSealing(): void {
  for (const what of ['seal', 'open'] as const) {
    const { ours, bare } = compareApart((who) => timeSealing(what, who));
    note({
      what: `${what} 64 bytes`,
      measured: `${perSecond(ours)}/s`,
      against: `bare loop ${perSecond(bare)}/s`,
      ratio: bare / ours,
      limit: '≥ 0.80 of the bare loop',
      met: bare / ours >= 0.8,
    });
  }
}

const perSecond = (ms: number) => Math.round((SEALING_LOOP * 1000) / ms).toLocaleString('en');

/** Milliseconds of one loop in a process of its own: in one process, one loop pays for the other's garbage. */
function timeSealing(what: 'seal' | 'open', who: 'ours' | 'bare'): number {
  const script = join(import.meta.dirname, 'sealing-loop.ts');
  return Number(execFileSync(process.execPath, [script, what, who], { encoding: 'utf8' }));
}

async function benchDoctor(): Promise<void> {
  const dataDir = await prepare(10_000);
  const { core, close } = await openCore(dataDir);
  const { sqlite } = core.store;
  const bare = () => {
    let opened = 0;
    for (const row of sqlite.prepare('SELECT id, kind, sealed FROM secrets').iterate() as Iterable<{
      id: string;
      kind: string;
      sealed: Buffer;
    }>) {
      const key = core.ring.active;
      if (key && openValue(key, row, row.sealed)) opened += 1;
    }
    if (opened !== 10_000) throw new Error('the bare loop opened too few');
  };
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < 9; round++) {
    times.bare.push(time(bare));
    const began = performance.now();
    await runDoctor(core);
    times.ours.push(performance.now() - began);
  }
  const ratio = median(times.ours) / median(times.bare);
  note({
    what: 'doctor over 10,000 values',
    measured: ms(median(times.ours)),
    against: `bare loop ${ms(median(times.bare))}`,
    ratio,
    limit: '≤ 2',
    met: ratio <= 2,
  });
  close();
  discard(dataDir);
}

async function benchRotation(): Promise<void> {
  const COUNT = 100_000;
  const ratios: { ours: number; bare: number; block: number }[] = [];
  for (let round = 0; round < 3; round++) {
    const dataDir = await prepare(COUNT);
    const bareDir = await prepare(COUNT);
    const bare = await timeBareRotation(bareDir);
    discard(bareDir);
    const { core, close } = await openCore(dataDir);
    const staged = await stageRotation(core, null);
    proveWithoutCopy(core, null, staged.newFingerprint);
    await beginSealing(core, null);
    const lag = watchEventLoop();
    const began = performance.now();
    await createRotationJob(core).run();
    ratios.push({ ours: performance.now() - began, bare, block: lag.stop() });
    close();
    discard(dataDir);
  }
  const ours = median(ratios.map((run) => run.ours));
  const bare = median(ratios.map((run) => run.bare));
  const ratio = median(ratios.map((run) => run.ours / run.bare));
  note({
    what: 'rotate 100,000 values',
    measured: ms(ours),
    against: `bare loop, one transaction, ${ms(bare)}`,
    ratio,
    limit: '≤ 2',
    met: ratio <= 2,
  });
  const block = Math.max(...ratios.map((run) => run.block));
  note({
    what: 'event loop blocked, at most, while rotating',
    measured: ms(block),
    against: '50 ms',
    ratio: block / 50,
    limit: '≤ 1',
    met: block <= 50,
  });
}

async function timeBareRotation(dataDir: string): Promise<number> {
  const { core, close } = await openCore(dataDir);
  const { sqlite } = core.store;
  const next = MasterKey.generate();
  const took = time(() => {
    const rows = sqlite.prepare('SELECT id, kind, sealed FROM secrets');
    const update = sqlite.prepare('UPDATE secrets SET sealed = ? WHERE id = ?');
    sqlite.transaction(() => {
      for (const row of rows.all() as { id: string; kind: string; sealed: Buffer }[]) {
        const plaintext = core.ring.active && openValue(core.ring.active, row, row.sealed);
        if (plaintext) update.run(sealValue(next, row, plaintext), row.id);
      }
    })();
  });
  close();
  return took;
}

/** How late a timer of one millisecond ever comes. */
function watchEventLoop(): { stop(): number } {
  let worst = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 1);
    last = now;
  }, 1);
  return {
    stop() {
      clearInterval(timer);
      return worst;
    },
  };
}

async function benchStart(): Promise<void> {
  const dataDir = await prepare(10_000);
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    const began = performance.now();
    const store = openStore(dataDir, systemClock);
    const core = await openVault({
      dataDir,
      env: {},
      store,
      clock: systemClock,
      log: silentLog,
      audit: createAuditLog(store, systemClock, silentLog),
      processes: childProcesses,
      emit() {},
    });
    times.push(performance.now() - began);
    if (core.situation.case !== 'running') throw new Error('the start did not run');
    store.close();
  }
  const took = median(times);
  note({
    what: 'start: database open to running, 10,000 values',
    measured: ms(took),
    against: '50 ms',
    ratio: took / 50,
    limit: '≤ 1',
    met: took <= 50,
  });
  discard(dataDir);
}

async function benchApi(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'temps-bench-'));
  const instance = await openInstance({ dataDir: folder, env: {} });
  const owner = () => createOwner('window', Date.now());
  const send = async (method: string, path: string, body?: object) => {
    const init = {
      method,
      headers: { 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    };
    const response = await instance.fetch(new Request(`http://localhost/api${path}`, init), owner());
    const text = await response.text();
    if (response.status >= 400) throw new Error(text);
    return text;
  };
  await send('POST', '/projects', { name: 'bench' });
  const file = Array.from({ length: 1000 }, (_, at) =>
    at % 2 ? `VALUE_${at}=plain text ${at}` : `TOKEN_${at}=secret${at}`,
  ).join('\n');
  await send('POST', '/projects/bench/variables/import', {
    content_base64: Buffer.from(file).toString('base64'),
  });
  const store = openStoreReadOnly(folder);
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < 21; round++) {
    times.bare.push(time(() => JSON.stringify(store.all())));
    const began = performance.now();
    const text = await send('GET', '/projects/bench/env-vars');
    times.ours.push(performance.now() - began);
    if (JSON.parse(text).length !== 1000) throw new Error('the list is not whole');
  }
  note({
    what: 'API list of 1,000 variables',
    measured: ms(median(times.ours)),
    against: `the same rows by SQL and JSON alone ${ms(median(times.bare))}`,
    ratio: median(times.ours) / median(times.bare),
    limit: 'reported',
    met: null,
  });
  store.close();

  await send('POST', '/users/administrator', { email: 'a@b.c', password: 'a long enough password' });
  const hash = bcrypt.hashSync('a long enough password', 12);
  const signIns = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < 5; round++) {
    signIns.bare.push(time(() => bcrypt.compareSync('a long enough password', hash)));
    const began = performance.now();
    await send('POST', '/auth/login', { email: 'a@b.c', password: 'a long enough password' });
    signIns.ours.push(performance.now() - began);
  }
  note({
    what: 'sign-in',
    measured: ms(median(signIns.ours)),
    against: `bcrypt compare alone ${ms(median(signIns.bare))}`,
    ratio: median(signIns.ours) / median(signIns.bare),
    limit: 'reported',
    met: null,
  });
  await instance.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** A `.env` file of 10,000 names, half of them secrets, into an empty environment. */
async function benchImport(): Promise<void> {
  const NAMES = 10_000;
  const file = Array.from({ length: NAMES }, (_, at) =>
    at % 2 ? `VALUE_${at}=plain text ${at}` : `TOKEN_${at}=secret${at}`,
  ).join('\n');
  const body = JSON.stringify({ content_base64: Buffer.from(file).toString('base64') });
  const runs: { took: number; block: number }[] = [];
  for (let round = 0; round < 5; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'temps-bench-'));
    const instance = await openInstance({ dataDir: folder, env: {} });
    const send = async (path: string, text: string) => {
      const headers = { 'content-type': 'application/json' };
      const request = new Request(`http://localhost/api${path}`, { method: 'POST', headers, body: text });
      const response = await instance.fetch(request, createOwner('window', Date.now()));
      if (response.status >= 400) throw new Error(await response.text());
    };
    await send('/projects', JSON.stringify({ name: 'bench' }));
    const lag = watchEventLoop();
    const began = performance.now();
    await send('/projects/bench/variables/import', body);
    runs.push({ took: performance.now() - began, block: lag.stop() });
    await instance.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const took = median(runs.map((run) => run.took));
  note({
    what: 'import of 10,000 names',
    measured: ms(took),
    against: '2 s',
    ratio: took / 2000,
    limit: '≤ 1',
    met: took <= 2000,
  });
  const block = median(runs.map((run) => run.block));
  note({
    what: 'event loop blocked, at most, while importing',
    measured: ms(block),
    against: '50 ms',
    ratio: block / 50,
    limit: '≤ 1',
    met: block <= 50,
  });
}

function openStoreReadOnly(dataDir: string): { all(): unknown[]; close(): void } {
  const store = openStore(dataDir, systemClock);
  const statement = store.sqlite.prepare(
    `SELECT v.id, v.key, v.is_secret, v.value, v.created_at, v.updated_at, v.include_in_preview, e.id AS environment_id, e.name
     FROM env_vars v JOIN env_var_environments x ON x.env_var_id = v.id JOIN environments e ON e.id = x.environment_id`,
  );
  return { all: () => statement.all(), close: () => store.close() };
}

async function benchMemory(): Promise<void> {
  const rssOf = async (count: number) => {
    const dataDir = await prepare(count);
    const served = await serve(dataDir);
    await wait(3000);
    const status = readFileSync(`/proc/${served.child.pid}/status`, 'utf8');
    await served.stop();
    discard(dataDir);
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
  };
  const many = await rssOf(100_000);
  const few = await rssOf(1);
  note({
    what: 'memory at rest with 100,000 sealed values',
    measured: `${many.toFixed(0)} MiB`,
    against: `with one ${few.toFixed(0)} MiB`,
    ratio: many / few,
    limit: 'reported',
    met: null,
  });
}

async function benchFuzz(inputs: number): Promise<void> {
  const began = performance.now();
  const outcome = await fuzzCopies(inputs, Date.now());
  note({
    what: 'damaged key copies read',
    measured: `${outcome.inputs.toLocaleString('en')} inputs, ${outcome.crashes} crashes, ${outcome.falseAccepts} false accepts`,
    against: `${Math.round((outcome.inputs * 1000) / (performance.now() - began)).toLocaleString('en')}/s`,
    ratio: null,
    limit: '0 and 0',
    met: outcome.crashes + outcome.falseAccepts === 0,
  });
}

/** The figures that are yes or no, by the tests that hold them. */
function benchTests(): void {
  const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
  const rows: [what: string, file: string, name: string, measured: string][] = [
    [
      'Wycheproof',
      'test/unit/vault/sealing/wycheproof.test.ts',
      'accounts for every',
      '316 of 316 accounted for',
    ],
    [
      'every bit flipped of 1,000 sealed values',
      'test/unit/vault/sealing/sealed-value.test.ts',
      'bit of it flipped',
      '0 open',
    ],
    [
      'all ordered pairs of 100 rows swapped',
      'test/unit/vault/sealing/sealed-value.test.ts',
      'no row but its own',
      '0 open',
    ],
    [
      'locked start',
      'test/api/vault/vault.test.ts',
      'changes nothing but its line',
      'only its line in the audit log',
    ],
    [
      'key and secrets searched in files, logs and answers',
      'test/api/vault/vault.test.ts',
      'holds neither the key nor a secret',
      '0 hits',
    ],
  ];
  const folder = mkdtempSync(join(tmpdir(), 'temps-bench-'));
  const report = join(folder, 'report.json');
  for (const [what, file, name, measured] of rows) {
    const { status } = spawnSync(
      process.execPath,
      [vitest, 'run', file, '-t', name, '--reporter=json', `--outputFile.json=${report}`],
      { cwd: join(import.meta.dirname, '../..'), stdio: 'ignore' },
    );
    // A name that no test has any more fails nothing either.
    const met = status === 0 && countPassed(report) > 0;
    note({ what, measured: met ? measured : 'FAILED', against: file, ratio: null, limit: measured, met });
    rmSync(report, { force: true });
  }
  discard(folder);
}

function countPassed(report: string): number {
  return (JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number }).numPassedTests;
}

/** A tenth of `npm run crash`. */
function benchCrash(): void {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../crash/crash.ts'), '--random', '300'],
    { encoding: 'utf8' },
  );
  const { by } = JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? '{"by":[]}') as {
    by: { what: string; counted: number; hit: number; required: number; faults: number }[];
  };
  for (const { what, counted, hit, required, faults } of by) {
    note({
      what,
      measured: `${faults} faults`,
      against: `${hit} of ${counted} hit`,
      ratio: null,
      limit: `0 lost, 0 unreadable, ≥ ${required} hit`,
      met: faults === 0 && hit >= required,
    });
  }
  if (status !== 0 && by.length === 0)
    note({
      what: 'interruptions',
      measured: 'FAILED',
      against: 'test/crash',
      ratio: null,
      limit: '0',
      met: false,
    });
}

const fuzzAt = process.argv.indexOf('--fuzz');
const fuzzInputs = fuzzAt < 0 ? 1_000_000 : Number(process.argv[fuzzAt + 1]);
const parts: Record<string, () => void | Promise<void>> = {
  sealing: benchSealing,
  doctor: benchDoctor,
  rotation: benchRotation,
  start: benchStart,
  apps: benchApps,
  run: benchRun,
  api: benchApi,
  import: benchImport,
  // Its peers are Debian's tools.
  ...(process.platform === 'linux' ? { backup: () => benchBackup() } : {}),
  drives: benchDrives,
  ...(process.platform === 'linux' ? { memory: benchMemory } : {}),
  ...(fuzzInputs > 0 ? { fuzz: () => benchFuzz(fuzzInputs) } : {}),
  console: benchConsole,
  ...(process.platform === 'linux' ? { desktop: benchDesktop } : {}),
  tests: benchTests,
  crash: benchCrash,
};
const only = process.argv.includes('--only')
  ? (process.argv[process.argv.indexOf('--only') + 1] ?? '').split(',')
  : Object.keys(parts);
for (const name of only) {
  const part = parts[name];
  if (!part) throw new Error(`There is no part ${name}: ${Object.keys(parts).join(', ')}.`);
  await part();
}

process.exitCode = printFigures() ? 0 : 1;
