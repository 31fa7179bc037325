import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listBackups } from '../../../electron/instance/backups/backups.ts';
import { type BackupsCore, createBackupsCore } from '../../../electron/instance/backups/backups-core.ts';
import {
  addFolder,
  getDestination,
  type KnownDestination,
  testDestination,
} from '../../../electron/instance/backups/destinations/destinations.ts';
import { formatInstanceFolder, parseManifest } from '../../../electron/instance/backups/format/manifest.ts';
import { isMacOf, parseMac } from '../../../electron/instance/backups/format/manifest-mac.ts';
import { backupJob } from '../../../electron/instance/backups/making/backup-job.ts';
import type { PackRequest } from '../../../electron/instance/backups/making/pack.ts';
import { takeWriter } from '../../../electron/instance/backups/making/writer.ts';
import { findRecoveryFacts } from '../../../electron/instance/backups/promise/recovery-facts.ts';
import type { Context } from '../../../electron/instance/kernel/context.ts';
import type { ProcessHost } from '../../../electron/instance/kernel/process-hosts.ts';
import type { RequestMessage } from '../../../electron/instance/kernel/processes.ts';
import { openStore } from '../../../electron/instance/store/store.ts';
import { proveWithoutCopy, stageRotation } from '../../../electron/instance/vault/rotation/rotation.ts';
import { lockVault, openVault } from '../../../electron/instance/vault/vault-core.ts';
import { openTestContext, type TestContext } from '../../context.ts';
import { watchLoop } from '../../event-loop.ts';
import { until } from '../../keyring.ts';

let test: TestContext;
let core: BackupsCore;
let root: string;
let known: KnownDestination;
beforeEach(async () => {
  test = openTestContext();
  test.ctx.store.sqlite.exec('DELETE FROM keys');
  const vault = await openVault({ ...test.ctx, env: {}, emit() {} });
  core = createBackupsCore(test.ctx, vault);
  root = mkdtempSync(join(tmpdir(), 'temps-backups-'));
  known = (await addFolder(core, null, { name: 'disk', path: root, isReadable: true })).destination;
});
afterEach(() => {
  test.close();
  rmSync(root, { recursive: true, force: true });
});

interface Watching {
  /** Called with every report of progress. */
  onReport?: (done: number, total: number | null, abort: AbortController) => void;
  /** Since the one before. */
  passedMs?: number;
}

async function make({ onReport, passedMs = 1000 }: Watching = {}) {
  const abort = new AbortController();
  const job = backupJob(core);
  test.clock.advance(passedMs);
  return await job.run({
    payload: { destination: known.id, why: 'by_hand' },
    signal: abort.signal,
    report: (done, total) => onReport?.(done, total, abort),
  });
}

const instanceFolder = () => join(root, formatInstanceFolder(test.ctx.store.identity.id));
const listFolders = () => (existsSync(instanceFolder()) ? readdirSync(instanceFolder()).sort() : []);
const readManifest = (folder: string) => {
  const bytes = readFileSync(join(root, folder, 'manifest.json'));
  return { bytes, manifest: parseManifest(bytes), mac: readFileSync(join(root, folder, 'manifest.hmac')) };
};
const operations = () => test.ctx.audit.list({}, { limit: 10, offset: 0 }).map(({ operation }) => operation);
const isScratchEmpty = () => {
  const scratch = join(test.dataDir, 'scratch');
  return !existsSync(scratch) || readdirSync(scratch).length === 0;
};

describe('a backup', () => {
  it.each([
    ['making one', () => make()],
    ['a test', () => testDestination(core, known.id)],
  ])('finds at %s that the database is on the same disk now', async (_what, look) => {
    test.ctx.store.sqlite.exec('UPDATE backup_destinations SET separate = 1');
    await look();
    expect(getDestination(core, known.id).separate).toBe(false);
  });

  it('is signed, follows the one before, and is confirmed once it was read back', async () => {
    await make();
    await make();
    const [second, first] = listBackups(core);
    expect([first?.sequence, second?.sequence]).toEqual([1, 2]);
    for (const backup of [first, second]) {
      expect(backup).toMatchObject({ state: 'confirmed', error: null, why: 'by_hand', destination: 'disk' });
      const { bytes, manifest, mac } = readManifest(backup?.folder ?? '');
      const key = core.vault.ring.active;
      expect(key && isMacOf(key, manifest, bytes, mac)).toBe(true);
      expect(manifest).toMatchObject({
        id: backup?.id,
        sequence: backup?.sequence,
        takenAt: backup?.takenAt,
        recipients: [],
        keyFingerprint: backup?.keyFingerprint,
        instanceId: test.ctx.store.identity.id,
      });
      expect(readdirSync(join(root, backup?.folder ?? '')).sort()).toEqual(
        ['manifest.hmac', 'manifest.json', ...manifest.parts.map(({ name }) => name)].sort(),
      );
      expect(backup?.sizeBytes).toBe(manifest.parts.reduce((sum, part) => sum + part.sizeBytes, 0));
    }
    const firstMac = parseMac(readManifest(first?.folder ?? '').mac);
    const { manifest } = readManifest(second?.folder ?? '');
    expect(manifest.previous).toBe(firstMac?.toString('hex'));
    expect(manifest.writerId).toBe(first?.writerId);
    expect(operations().slice(0, 2)).toEqual(['BACKUP_MADE', 'BACKUP_MADE']);
    expect(isScratchEmpty()).toBe(true);
    // Nothing came before the first.
    expect(readManifest(first?.folder ?? '').manifest.previous).toBeNull();
  });

  it('has nothing in it that would make what is restored go on as this writer', async () => {
    await make();
    await make();
    const [newest] = listBackups(core);
    const file = join(root, 'restored.db');
    const part = join(root, newest?.folder ?? '', 'database.sqlite.zst');
    writeFileSync(file, zstdDecompressSync(readFileSync(part)));
    const restored = new Database(file, { readonly: true });
    const rows = restored.prepare('SELECT state, sequence FROM backups').all();
    const writers = restored.prepare('SELECT count(*) FROM backup_writer').pluck().get();
    restored.close();
    expect(rows).toEqual([{ state: 'confirmed', sequence: 1 }]);
    expect(writers).toBe(0);
  });

  it('is refused while the key is rotated, and not signed where that began meanwhile', async () => {
    const { newFingerprint } = await stageRotation(core.vault, null);
    proveWithoutCopy(core.vault, null, newFingerprint);
    // Until values are encrypted anew, the key in use opens all of them.
    await make();
    const sealing = () => core.ctx.store.sqlite.exec("UPDATE rotations SET state = 'sealing'");
    const overtaken = make({ onReport: sealing });
    await expect(overtaken).rejects.toMatchObject({ code: 'rotation_in_progress' });
    await expect(make()).rejects.toMatchObject({ code: 'rotation_in_progress' });
    expect(listFolders()).toHaveLength(1);
    // What is refused from the beginning is no failure worth a row.
    expect(listBackups(core).map(({ state }) => state)).toEqual(['failed', 'confirmed']);
  });

  it('of a copied data directory is that of another writer', async () => {
    await make();
    const copy = `${root}-copy`;
    test.ctx.store.checkpoint();
    cpSync(test.dataDir, copy, { recursive: true });
    const store = openStore(copy, test.clock);
    try {
      const own = test.ctx.store.transaction(() => takeWriter(test.ctx));
      const copied = store.transaction(() => takeWriter({ store, dataDir: copy }));
      expect(own.nextSequence).toBe(2);
      const countPromised = (ctx: Context) =>
        findRecoveryFacts({ ...core, ctx }).destinations.map(({ confirmed }) => confirmed.length);
      expect(countPromised(test.ctx)).toEqual([1]);
      // What its list says of the other's backups is of the time of the copy.
      expect(countPromised({ ...test.ctx, store, dataDir: copy })).toEqual([0]);
      expect(copied).toMatchObject({ nextSequence: 1, lastMac: null });
      expect(copied.writerId).not.toBe(own.writerId);
      // It stays that.
      expect(store.transaction(() => takeWriter({ store, dataDir: copy }))).toEqual(copied);
    } finally {
      store.close();
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('of a large database keeps nobody waiting', async () => {
    const { store } = test.ctx;
    const fill = store.sqlite.prepare(
      'INSERT INTO settings (section, value, updated_at) VALUES (?, hex(randomblob(1000000)), 1)',
    );
    store.transaction(() => {
      for (let at = 0; at < 12; at++) fill.run(`large ${at}`);
    });
    await make();
    const { heldMs } = await watchLoop(() => make());
    expect(listBackups(core)[0]?.sizeBytes).toBeGreaterThan(10_000_000);
    // 50 ms on an idle machine; beside other tests a turn was seen to cost three times as much.
    expect(heldMs).toBeLessThan(150);
  });

  it('that a stop cut short leaves nothing, and says so', async () => {
    await make();
    const stopped = make({ onReport: (_done, _total, abort) => abort.abort() });
    await expect(stopped).rejects.toThrow();
    const [newest, before] = listBackups(core);
    expect(newest).toMatchObject({ state: 'failed', folder: null, error: { code: 'interrupted' } });
    expect(before?.state).toBe('confirmed');
    expect(listFolders()).toEqual([before?.folder?.split('/')[1]]);
    expect(operations()[0]).toBe('BACKUP_FAILED');
    expect(isScratchEmpty()).toBe(true);
  });

  it('that is read back otherwise than it was written fails, and nothing that looks whole stays', async () => {
    let isDamaged = false;
    const damaged = make({
      onReport(done, total) {
        const [folder = ''] = listFolders();
        const details = join(instanceFolder(), folder, 'details.json.zst');
        if (isDamaged || total === null || done <= total / 2 || !existsSync(details)) return;
        isDamaged = true;
        const bytes = readFileSync(details);
        bytes[10] = (bytes[10] ?? 0) ^ 1;
        writeFileSync(details, bytes);
      },
    });
    await expect(damaged).rejects.toMatchObject({ code: 'backup_damaged' });
    expect(isDamaged).toBe(true);
    expect(listFolders()).toEqual([]);
    expect(listBackups(core)).toMatchObject([
      { state: 'failed', folder: null, error: { code: 'backup_damaged' } },
    ]);
  });

  it('is not made by a vault that was locked meanwhile', async () => {
    const locked = make({ onReport: () => lockVault(core.vault, null) });
    await expect(locked).rejects.toMatchObject({ code: 'vault_locked' });
    expect(listFolders()).toEqual([]);
    expect(listBackups(core)).toMatchObject([{ state: 'failed', error: { code: 'vault_locked' } }]);
    // Locked from the beginning, nothing is begun.
    await expect(make()).rejects.toMatchObject({ code: 'vault_locked' });
    expect(listBackups(core)).toHaveLength(1);
  });

  it('is written while it is packed, and what packing fails with is said, with nothing of it left', async () => {
    const packing: ProcessHost = {
      start: (_program, { onMessage }) => ({
        kill() {},
        async send(message) {
          const { id, request } = message as RequestMessage;
          await nextTurn();
          const part = join((request as PackRequest).folder, 'database.sqlite.zst');
          writeFileSync(part, Buffer.alloc(1.5 * 1024 * 1024));
          onMessage({ id, percent: 1 });
          await until(() => findPartial()?.size === 1024 * 1024);
          onMessage({ id, answer: { refused: 'ENOSPC' } });
        },
      }),
    };
    const findPartial = () =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.includes('.partial-'))
        .map((path) => statSync(join(root, path)))[0];
    core = createBackupsCore({ ...test.ctx, processes: packing }, core.vault);
    await expect(make()).rejects.toMatchObject({ code: 'disk_full' });
    expect(listFolders()).toEqual([]);
    expect(listBackups(core)).toMatchObject([
      { state: 'failed', folder: null, error: { code: 'disk_full' } },
    ]);
    expect(isScratchEmpty()).toBe(true);
  });

  it('to a place that is gone fails by name, and earlier ones stay as they were', async () => {
    await make();
    const [before] = listBackups(core);
    const away = `${root}-away`;
    renameSync(root, away);
    await expect(make()).rejects.toMatchObject({ code: 'destination_gone' });
    expect(existsSync(root)).toBe(false);
    renameSync(away, root);
    expect(listBackups(core)).toMatchObject([
      { state: 'failed', folder: null, error: { code: 'destination_gone' } },
      before ?? {},
    ]);
    expect(readManifest(before?.folder ?? '').manifest.id).toBe(before?.id);
  });
});

describe('two backups in one second', () => {
  it('have folders of their own, so that one which fails takes nothing of the other with it', async () => {
    await make();
    const stopped = make({ passedMs: 0, onReport: (_done, _total, abort) => abort.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    await make({ passedMs: 0 });
    const confirmed = listBackups(core).filter(({ state }) => state === 'confirmed');
    expect(confirmed).toHaveLength(2);
    expect(listFolders()).toHaveLength(2);
    for (const { folder, takenAt } of confirmed)
      expect(readManifest(folder ?? '').manifest).toMatchObject({ takenAt });
  });
});

describe('what a kill left', () => {
  /** As it is when the process is gone in the middle: the row counts for nothing, and files are there. */
  function leave(id: string, writerId: string, state: 'failed' | 'stored', names: string[]): string {
    const folder = `${formatInstanceFolder(test.ctx.store.identity.id)}/20260601T110000Z-${id.slice(0, 8)}`;
    mkdirSync(join(root, folder), { recursive: true });
    for (const name of names) writeFileSync(join(root, folder, name), 'left');
    test.ctx.store.transaction(() =>
      test.ctx.store.sqlite
        .prepare(
          `INSERT INTO backups (id, destination_id, writer_id, folder, why, taken_at, state, key_fingerprint, error_code)
           VALUES (?, ?, ?, ?, 'by_hand', 1, ?, 'x', 'interrupted')`,
        )
        .run(id, known.id, writerId, folder, state),
    );
    return join(root, folder);
  }

  it('is removed by its own writer, and by no other; what is foreign stays', async () => {
    await make();
    const writerId = listBackups(core)[0]?.writerId ?? '';
    const parts = ['database.sqlite.zst', '.partial-0123456789ab'];
    const own = leave('11111111-0000-7000-8000-000000000000', writerId, 'failed', parts);
    const mixed = leave('22222222-0000-7000-8000-000000000000', writerId, 'failed', [
      ...parts,
      'holiday.jpg',
    ]);
    const others = leave('33333333-0000-7000-8000-000000000000', 'another writer', 'failed', parts);
    const empty = leave('55555555-0000-7000-8000-000000000000', writerId, 'failed', []);
    const unconfirmed = leave('44444444-0000-7000-8000-000000000000', writerId, 'stored', [
      ...parts,
      'manifest.json',
    ]);
    await make();
    expect([existsSync(own), existsSync(empty)]).toEqual([false, false]);
    expect(readdirSync(mixed)).toEqual(['holiday.jpg']);
    expect(readdirSync(others).sort()).toEqual(parts.toSorted());
    // What may be whole was kept until there was a newer one.
    expect(existsSync(unconfirmed)).toBe(false);
    expect(listBackups(core).filter(({ state }) => state === 'confirmed')).toHaveLength(2);
  });

  it('and may be whole, stays as long as there is no newer one', async () => {
    await make();
    const writerId = listBackups(core)[0]?.writerId ?? '';
    const kept = leave('44444444-0000-7000-8000-000000000000', writerId, 'stored', ['manifest.json']);
    await expect(make({ onReport: (_done, _total, abort) => abort.abort() })).rejects.toThrow();
    expect(readdirSync(kept)).toEqual(['manifest.json']);
  });
});
