import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveBackupIdentity } from '../../electron/instance/backups/format/backup-identity.ts';
import { packProgram } from '../../electron/instance/backups/making/pack.ts';
import { unpackingProgram } from '../../electron/instance/backups/reading/unpacking.ts';
import { restoreBackup } from '../../electron/instance/backups/restore/restore-directory.ts';
import { type Instance, openInstance } from '../../electron/instance/instance.ts';
import { childProcesses } from '../../electron/instance/kernel/process-hosts.ts';
import { DATABASE_FILE } from '../../electron/instance/store/data-directory.ts';
import { examinationProgram } from '../../electron/instance/store/examination.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { askOwner } from '../ask-owner.ts';
import { discard, openCore, prepare } from '../crash/open-core.ts';
import { median, ms, note } from './figures.ts';

const GIGABYTE = 1_000_000_000;
/** Of the database, half are encrypted values, which do not compress, and half is text. */
const SECRETS = 10_000;
const LEVEL = '-3';

/**
 * A backup of a database of a gigabyte, its restore, and the drill of 10,000 secrets, each beside Debian's tools doing
 * the same to the same bytes, turn about.
 */
export async function benchBackup(sizeBytes = GIGABYTE, rounds = 3): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'temps-bench-backup-'));
  // The processes that ours starts are compiled, as those of the built app are.
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled');
  // It ends by itself, as nobody asks it for anything, and keeps what was compiled: one that is killed does not.
  for (const { file } of [packProgram, unpackingProgram, examinationProgram])
    execFileSync(process.execPath, [file], { input: '' });
  try {
    const dataDir = join(folder, 'data');
    mkdirSync(dataDir);
    await fill(dataDir, sizeBytes);
    await benchMaking(folder, dataDir, rounds);
    await benchRestoring(folder, dataDir, rounds);
    await benchDrill();
  } finally {
    delete process.env.NODE_COMPILE_CACHE;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Values and lines of text as people keep them: certificates, configuration, logs. */
async function fill(dataDir: string, sizeBytes: number): Promise<void> {
  const { core, close } = await openCore(dataDir);
  const each = Math.max(100, Math.floor(sizeBytes / 2 / SECRETS));
  const { sqlite } = core.store;
  const plain = sqlite.prepare(
    `INSERT INTO env_vars (project_id, key, is_secret, value, position, created_at, updated_at)
     VALUES (NULL, ?, 0, ?, 0, 0, 0)`,
  );
  for (let at = 0; at < SECRETS; at += 100)
    core.store.transaction(() => {
      for (let index = at; index < at + 100; index++) {
        core.secrets.seal('env_var', new SecretText(randomBytes(each / 2).toString('hex')));
        plain.run(`PLAIN_${index}`, writeText(index, each));
      }
    });
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  close();
}

function writeText(seed: number, length: number): string {
  const lines: string[] = [];
  for (let written = 0, line = 0; written < length; line++) {
    const text = `2026-06-01T12:${seed % 60}:${line % 60}Z service-${(seed * 31 + line * 17) % 997} took ${(seed * 7919 + line * 104_729) % 100_003} ms for request ${(seed * line) % 65_537}\n`;
    lines.push(text);
    written += text.length;
  }
  return lines.join('').slice(0, length);
}

async function send(instance: Instance, method: string, path: string, body?: object) {
  const answer = await askOwner(instance, method, path, body);
  if (answer.status >= 400) throw new Error(JSON.stringify(answer.body));
  return answer.body as { id: string } | null;
}

interface Run {
  ms: number;
  blockedMs: number;
  grownMib: number;
}

async function benchMaking(folder: string, dataDir: string, rounds: number): Promise<void> {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const recipient = (await findIdentity(dataDir)).recipient;
  const instance = await openInstance({ dataDir, env: {} });
  const runs: Run[] = [];
  const peers: number[] = [];
  try {
    const added = await send(instance, 'POST', '/backups/destinations', {
      kind: 'folder',
      name: 'disk',
      path: disk,
    });
    for (let round = 0; round < rounds; round++) {
      peers.push(makeByHand(dataDir, folder, recipient));
      const watch = watchProcess();
      const began = performance.now();
      const made = await send(instance, 'POST', `/backups/destinations/${added?.id}/run`);
      runs.push({ ms: performance.now() - began, ...watch.stop() });
      // The last one stays, to be restored.
      if (round < rounds - 1) await send(instance, 'DELETE', `/backups/${made?.id}`);
    }
  } finally {
    await instance.stop();
  }
  const ours = median(runs.map((run) => run.ms));
  const peer = median(peers);
  note({
    what: `backup of ${describeSize(dataDir)}: snapshot, packing, storing, reading back`,
    measured: ms(ours),
    against: `sqlite3 VACUUM INTO, zstd ${LEVEL}, age, sync ${ms(peer)}`,
    ratio: ours / peer,
    limit: '≤ 1.5',
    met: ours / peer <= 1.5,
  });
  const blocked = Math.max(...runs.map((run) => run.blockedMs));
  note({
    what: 'event loop blocked, at most, while backing up',
    measured: ms(blocked),
    against: '50 ms',
    ratio: blocked / 50,
    limit: '≤ 1',
    met: blocked <= 50,
  });
  const grown = Math.max(...runs.map((run) => run.grownMib));
  note({
    what: 'memory of the instance and the processes it starts, above rest',
    measured: `${grown.toFixed(0)} MiB`,
    against: '150 MiB',
    ratio: grown / 150,
    limit: '≤ 1',
    met: grown <= 150,
  });
}

async function findIdentity(dataDir: string) {
  const { core, close } = await openCore(dataDir);
  try {
    if (!core.ring.active) throw new Error('the vault is locked');
    return await deriveBackupIdentity(core.ring.active, core.store.identity.id);
  } finally {
    close();
  }
}

function makeByHand(dataDir: string, folder: string, recipient: string): number {
  const at = join(folder, 'by-hand');
  mkdirSync(at);
  const snapshot = join(at, 'snapshot');
  const began = performance.now();
  execFileSync('sqlite3', [join(dataDir, DATABASE_FILE), `VACUUM INTO '${snapshot}'`]);
  execFileSync('zstd', ['-q', LEVEL, snapshot, '-o', `${snapshot}.zst`]);
  execFileSync('age', ['-r', recipient, '-o', `${snapshot}.zst.age`, `${snapshot}.zst`]);
  // As ours is when it is said to be stored.
  execFileSync('sync', [`${snapshot}.zst.age`]);
  const took = performance.now() - began;
  rmSync(at, { recursive: true });
  return took;
}

function describeSize(dataDir: string): string {
  return `${(statSync(join(dataDir, DATABASE_FILE)).size / 1_000_000).toFixed(0)} MB`;
}

/** How late a timer of a millisecond comes, and by how much this process and those below it grow. */
function watchProcess(): { stop(): Omit<Run, 'ms'> } {
  let blockedMs = 0;
  let last = performance.now();
  const lag = setInterval(() => {
    const now = performance.now();
    blockedMs = Math.max(blockedMs, now - last - 1);
    last = now;
  }, 1);
  const rest = measureMemory();
  let most = rest;
  // Seldom: reading /proc is work of this very loop.
  const memory = setInterval(() => {
    most = Math.max(most, measureMemory());
  }, 100);
  return {
    stop() {
      clearInterval(lag);
      clearInterval(memory);
      return { blockedMs, grownMib: most - rest };
    },
  };
}

function measureMemory(): number {
  if (!existsSync('/proc/self/task')) return process.memoryUsage.rss() / 1024 / 1024;
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return [String(process.pid), ...children].reduce((sum, pid) => sum + readPrivateMib(pid), 0);
}

/** What is shared with others, as the program itself, is no growth. */
function readPrivateMib(pid: string): number {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
    return ((resident - shared) * 4096) / 1024 / 1024;
  } catch {
    // It has just ended.
    return 0;
  }
}

async function benchRestoring(folder: string, dataDir: string, rounds: number): Promise<void> {
  const [instance = ''] = readdirSync(join(folder, 'disk'));
  const [backup = ''] = readdirSync(join(folder, 'disk', instance));
  const from = join(folder, 'disk', instance, backup);
  const zst = join(folder, 'plain.zst');
  const identity = join(folder, 'identity');
  writeFileSync(identity, (await findIdentity(dataDir)).identity, { mode: 0o600 });
  execFileSync('age', ['-d', '-i', identity, '-o', zst, join(from, 'database.sqlite.zst.age')]);
  const ours: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    peers.push(restoreByHand(folder, zst));
    const target = join(folder, 'restored');
    const began = performance.now();
    await restoreBackup(
      {
        dataDir: target,
        from,
        copy: { path: join(dataDir, 'encryption_key') },
        env: {},
        processes: childProcesses,
        signal: new AbortController().signal,
      },
      async () => undefined,
    );
    ours.push(performance.now() - began);
    rmSync(target, { recursive: true });
  }
  note({
    what: 'restore of the same: every check, every secret opened, into a new directory',
    measured: ms(median(ours)),
    against: `zstd -d, cp, sync, sqlite3 integrity_check ${ms(median(peers))}`,
    ratio: median(ours) / median(peers),
    limit: '≤ 1.5',
    met: median(ours) / median(peers) <= 1.5,
  });
}

function restoreByHand(folder: string, zst: string): number {
  const at = join(folder, 'by-hand');
  mkdirSync(at);
  const [plain, copy] = [join(at, 'plain'), join(at, 'copy')];
  const began = performance.now();
  execFileSync('zstd', ['-q', '-d', zst, '-o', plain]);
  execFileSync('cp', [plain, copy]);
  execFileSync('sync', [copy]);
  execFileSync('sqlite3', [copy, 'PRAGMA integrity_check']);
  const took = performance.now() - began;
  rmSync(at, { recursive: true });
  return took;
}

async function benchDrill(): Promise<void> {
  const dataDir = await prepare(SECRETS);
  const disk = mkdtempSync(join(tmpdir(), 'temps-bench-disk-'));
  const instance = await openInstance({ dataDir, env: {} });
  const times = { drill: [] as number[], doctor: [] as number[] };
  try {
    const added = await send(instance, 'POST', '/backups/destinations', {
      kind: 'folder',
      name: 'disk',
      path: disk,
    });
    const made = await send(instance, 'POST', `/backups/destinations/${added?.id}/run`);
    // The first of each compiles.
    for (let round = 0; round < 8; round++)
      for (const [what, path] of [
        ['doctor', '/vault/doctor?wait=true'],
        ['drill', `/backups/${made?.id}/drill`],
      ] as const) {
        const began = performance.now();
        await send(instance, 'POST', path);
        times[what].push(performance.now() - began);
      }
  } finally {
    await instance.stop();
    discard(dataDir);
    rmSync(disk, { recursive: true, force: true });
  }
  const ratio = median(times.drill) / median(times.doctor);
  note({
    what: 'drill of 10,000 secrets',
    measured: ms(median(times.drill)),
    against: `the doctor over the same ${ms(median(times.doctor))}`,
    ratio,
    limit: '≤ 2',
    met: ratio <= 2,
  });
}
