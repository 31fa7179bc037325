import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
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
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditOperations } from '../../../electron/instance/audit/operations.ts';
import { openHeader } from '../../../electron/instance/backups/format/age-stream.ts';
import { deriveBackupIdentity } from '../../../electron/instance/backups/format/backup-identity.ts';
import { FRAME_BYTES } from '../../../electron/instance/backups/format/frames.ts';
import { parseDetails } from '../../../electron/instance/backups/format/read-details.ts';
import { leftOut, travelling } from '../../../electron/instance/backups/making/left-out.ts';
import { packDatabase, packProgram } from '../../../electron/instance/backups/making/pack.ts';
import { startUnpacker, unpackParts } from '../../../electron/instance/backups/reading/unpacking.ts';
import { openInstance } from '../../../electron/instance/instance.ts';
import { childProcesses } from '../../../electron/instance/kernel/process-hosts.ts';
import { askOnce } from '../../../electron/instance/kernel/processes.ts';
import { inScratch, prepareScratch, sweepScratch } from '../../../electron/instance/store/scratch.ts';
import { openStore } from '../../../electron/instance/store/store.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';
import { openTestContext, type TestContext } from '../../context.ts';
import { formsOf } from '../../crash/leaks.ts';
import { requires } from '../../requires.ts';

const CANARY = 'canary-plaintext-that-is-sealed';
const DELETED = 'canary-value-that-was-deleted';
const SESSION = 'canary-address-of-a-session';
const INVITED = 'canary-of-an-invitation';

let test: TestContext;
let folder: string;
let outside: string;
beforeEach(() => {
  test = openTestContext();
  folder = join(test.dataDir, 'folder');
  mkdirSync(folder);
  outside = mkdtempSync(join(tmpdir(), 'temps-pack-'));
});
afterEach(() => {
  test.close();
  rmSync(outside, { recursive: true, force: true });
});
const never = new AbortController().signal;
const pack = (recipients: string[] = []) => packDatabase(test.ctx, { folder, recipients }, never);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const identityOf = () => deriveBackupIdentity(test.key, test.ctx.store.identity.id);

/** A sealed secret, two sessions, an invitation, a job under way and one that ended, and a value that was deleted. */
function fill(): void {
  const { store, vault, clock } = test.ctx;
  store.transaction(() => {
    vault.seal('env_var', new SecretText(CANARY));
    const session = store.sqlite.prepare(
      "INSERT INTO sessions (token_hash, kind, created_at, expires_at, user_agent) VALUES (?, 'owner', 1, 2, ?)",
    );
    session.run(Buffer.from('one'), SESSION);
    session.run(Buffer.from('two'), SESSION);
    store.sqlite
      .prepare(
        "INSERT INTO invitations (token_hash, email, name, role, created_at, expires_at) VALUES (?, ?, '', 'user', 1, 2)",
      )
      .run(Buffer.from('three'), INVITED);
    const run = store.sqlite.prepare(
      "INSERT INTO job_runs (job, key, state, queued_at) VALUES ('a', 'a', ?, 1)",
    );
    run.run('running');
    run.run('done');
    store.sqlite
      .prepare('INSERT INTO settings (section, value, updated_at) VALUES (?, ?, ?)')
      .run('gone', JSON.stringify(DELETED.repeat(2000)), clock.now());
  });
  store.transaction(() => store.sqlite.exec("DELETE FROM settings WHERE section = 'gone'"));
}

describe('the packed database', () => {
  it('opens as a closed database with what travels, and without what does not', async () => {
    fill();
    const { parts, schemaVersion, auditHead } = await pack();
    expect(parts.map(({ name, holds }) => [name, holds])).toEqual([
      ['database.sqlite.zst', 'database'],
      ['details.json.zst', 'details'],
    ]);
    expect(readdirSync(folder).sort()).toEqual(parts.map(({ name }) => name));
    const [database, details] = parts.map((part) => {
      const stored = readFileSync(join(folder, part.name));
      expect([stored.length, sha256(stored)]).toEqual([part.sizeBytes, part.sha256]);
      if (process.platform !== 'win32') expect(statSync(join(folder, part.name)).mode & 0o777).toBe(0o600);
      const plain = zstdDecompressSync(stored);
      expect(plain.length).toBe(part.unpackedBytes);
      return plain;
    });
    if (!(database && details)) throw new Error('There are not two parts.');
    expect(schemaVersion).toBe(test.ctx.store.sqlite.pragma('user_version', { simple: true }));
    expect(auditHead).toBeNull();
    const said = parseDetails(details);
    expect(said.instance).toEqual(test.ctx.store.identity);
    expect(said.database).toEqual({ sizeBytes: database.length, sha256: sha256(database) });
    expect(said.sealedValues).toEqual({ env_var: 1 });
    expect(said.tables).toMatchObject({ secrets: 1, sessions: 0, invitations: 0, job_runs: 1, keys: 1 });
    for (const text of [DELETED, SESSION, INVITED, CANARY]) expect(database.includes(text), text).toBe(false);

    const restored = join(outside, 'data');
    mkdirSync(restored);
    writeFileSync(join(restored, 'temps.db'), database);
    const store = openStore(restored, test.clock);
    // A file that was left open would be said to miss its log.
    expect(store.said).toEqual([]);
    expect(store.identity).toEqual(test.ctx.store.identity);
    expect(store.sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    store.close();
  });

  it('names the newest line of the audit log and its hash', async () => {
    const { audit, store } = test.ctx;
    audit.append(auditOperations.INSTANCE_STARTED, null, { vault: 'running' });
    audit.append(auditOperations.INSTANCE_STARTED, null, { vault: 'running' });
    const line = store.sqlite.prepare('SELECT id, hash FROM audit_log ORDER BY id DESC').get();
    const { id, hash } = line as { id: number; hash: Buffer };
    const { auditHead } = await pack();
    expect(auditHead).toEqual({ id, hash: hash.toString('hex') });
    expect(id).toBe(2);
  });

  it('is opened by age, zstd and sqlite3 with the identity of the key, and by nothing less', async () => {
    fill();
    const { identity, recipient } = await identityOf();
    const { parts } = await pack([recipient]);
    const [database] = parts;
    expect(database?.name).toBe('database.sqlite.zst.age');
    const file = join(folder, 'database.sqlite.zst.age');
    writeFileSync(join(outside, 'identity'), identity);
    const decrypted = execFileSync('age', ['-d', '-i', join(outside, 'identity'), file]);
    writeFileSync(join(outside, 'temps.db'), execFileSync('zstd', ['-dc'], { input: decrypted }));
    const count = execFileSync('sqlite3', [join(outside, 'temps.db'), 'SELECT count(*) FROM secrets']);
    expect(count.toString().trim()).toBe('1');
    const bytes = readFileSync(file);
    expect(bytes.includes('SQLite format 3')).toBe(false);
    expect(() => zstdDecompressSync(bytes)).toThrow();
  });

  it('of several frames is unpacked whole by our own process and by zstd, however it is stored', async () => {
    const { store } = test.ctx;
    store.transaction(() =>
      store.sqlite
        .prepare("INSERT INTO settings (section, value, updated_at) VALUES ('large', ?, 0)")
        .run(randomBytes(1_750_000).toString('hex')),
    );
    const { identity, recipient } = await identityOf();
    for (const recipients of [[], [recipient]]) {
      const { parts } = await pack(recipients);
      const [database] = parts;
      if (!database) throw new Error('There is no database.');
      // Three frames that are whole, and what is left.
      expect(database.unpackedBytes).toBeGreaterThan(3 * FRAME_BYTES);
      expect(database.unpackedBytes % FRAME_BYTES).not.toBe(0);
      const from = join(folder, database.name);
      const to = join(outside, `plain-${recipients.length}`);
      const opened = recipients.length > 0 ? await openHeader(createReadStream(from), identity) : null;
      const encryption = opened && {
        headerBytes: opened.headerBytes,
        fileKey: Buffer.from(opened.key).toString('hex'),
      };
      const { unpackedBytes } = database;
      const unpacker = startUnpacker(childProcesses);
      expect(await unpackParts(unpacker, [{ from, to, unpackedBytes, encryption }], never)).toMatchObject({
        outcome: 'unpacked',
        sha256: [sha256(readFileSync(to))],
      });
      expect(statSync(to).size).toBe(unpackedBytes);
      if (opened === null)
        expect(execFileSync('zstd', ['-dc', from], { maxBuffer: 2 ** 24 }).equals(readFileSync(to))).toBe(
          true,
        );
      for (const { name } of parts) rmSync(join(folder, name));
    }
  });

  it('has neither the key nor a planted secret in any part or its plain text', async () => {
    fill();
    const { recipient, identity } = await identityOf();
    const key = test.key.keyObject.export();
    const sought = [key, Buffer.from(CANARY), Buffer.from(DELETED), Buffer.from(identity)].flatMap(formsOf);
    const plain = await pack();
    const read = plain.parts.map(({ name }) => zstdDecompressSync(readFileSync(join(folder, name))));
    for (const { name } of plain.parts) rmSync(join(folder, name));
    const { parts } = await pack([recipient]);
    const all = [...read, ...parts.map(({ name }) => readFileSync(join(folder, name)))];
    expect(all).toHaveLength(4);
    for (const bytes of all) for (const needle of sought) expect(bytes.includes(needle)).toBe(false);
    // It would be found.
    expect(Buffer.concat([Buffer.from('--'), key]).includes(sought[0] ?? '')).toBe(true);
  });

  it('is of one moment, while the instance writes on', async () => {
    const { store } = test.ctx;
    const set = (name: string, at: number) =>
      store.sqlite
        .prepare('INSERT OR REPLACE INTO settings (section, value, updated_at) VALUES (?, ?, ?)')
        .run(name, String(at), at);
    let at = 0;
    let isDone = false;
    const packing = pack().finally(() => {
      isDone = true;
    });
    while (!isDone) {
      at += 1;
      store.transaction(() => {
        set('one', at);
        set('two', at);
      });
      await new Promise(setImmediate);
    }
    await packing;
    writeFileSync(
      join(outside, 'temps.db'),
      zstdDecompressSync(readFileSync(join(folder, 'database.sqlite.zst'))),
    );
    const packed = new Database(join(outside, 'temps.db'), { readonly: true });
    const values = packed.prepare('SELECT value FROM settings ORDER BY section').pluck().all();
    packed.close();
    expect(values[0]).toBe(values[1]);
    expect(at).toBeGreaterThan(1);
  });
});

describe('what travels', () => {
  it('is said of every table there is', () => {
    const tables = test.ctx.store.sqlite
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all() as string[];
    const whole = leftOut.filter(({ where }) => where === undefined).map(({ table }) => table);
    expect([...travelling, ...whole].sort()).toEqual(tables.sort());
    for (const { table, where } of leftOut)
      if (where !== undefined) expect(travelling, where).toContain(table);
  });
});

describe('packing', () => {
  const inMemory = requires('a file system to fill', process.getuid?.() === 0, 'needs root');

  it('is stopped by its signal', async () => {
    const stopping = new AbortController();
    const packing = packDatabase(test.ctx, { folder, recipients: [] }, stopping.signal);
    setImmediate(() => stopping.abort());
    await expect(packing).rejects.toMatchObject({ code: 'process_failed', details: { reason: 'stopped' } });
  });

  it('names what the system refused', async () => {
    writeFileSync(join(folder, 'database.sqlite'), '');
    await expect(pack()).rejects.toMatchObject({ code: 'disk_failed', message: /EEXIST/ });
  });

  it('names a damaged database', async () => {
    fill();
    test.ctx.store.checkpoint();
    const damaged = join(outside, 'temps.db');
    copyFileSync(test.ctx.store.path, damaged);
    const bytes = readFileSync(damaged);
    bytes.fill(0xaa, 4096, bytes.length - 4096);
    writeFileSync(damaged, bytes);
    const store = { ...test.ctx.store, path: damaged };
    await expect(
      packDatabase({ ...test.ctx, store }, { folder, recipients: [] }, never),
    ).rejects.toMatchObject({ code: 'database_damaged' });
  });

  inMemory('names a disk without room, before it is filled and when it is', async () => {
    const small = join(outside, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small]);
    try {
      const { store } = test.ctx;
      await expect(packDatabase(test.ctx, { folder: small, recipients: [] }, never)).rejects.toMatchObject({
        code: 'disk_full',
        message: /Nothing was written/,
      });
      expect(readdirSync(small)).toEqual([]);
      const request = { database: store.path, folder: small, recipients: [] };
      const answer = await askOnce(childProcesses, packProgram, request);
      expect(answer).toEqual({ refused: expect.stringMatching(/^(SQLITE_FULL|ENOSPC)$/) });
    } finally {
      execFileSync('umount', ['-l', small]);
    }
  });

  it('takes no recipient that is not public', () => {
    const request = { database: 'a', folder: 'b', recipients: ['AGE-SECRET-KEY-1QQQ'] };
    expect(() => packProgram.parseRequest(request)).toThrow();
    expect(() => packProgram.parseRequest({ ...request, recipients: [], key: 'x' })).toThrow();
  });

  it('takes no answer of another form', () => {
    const hash = 'a'.repeat(64);
    const part = { name: 'database', holds: 'database', sizeBytes: 1, sha256: hash, unpackedBytes: 1 };
    const parts = [part, { ...part, name: 'details', holds: 'details' }];
    const packed = { schemaVersion: 1, auditHead: { id: 1, hash }, parts };
    for (const right of [{ packed }, { packed: { ...packed, auditHead: null } }, { refused: 'ENOSPC' }])
      expect(packProgram.parseAnswer(right)).toEqual(right);
    for (const wrong of [
      null,
      'packed',
      {},
      { packed, refused: 'ENOSPC' },
      { packed, more: 1 },
      { refused: 'no code' },
      { packed: { ...packed, more: 1 } },
      { packed: { ...packed, schemaVersion: -1 } },
      { packed: { ...packed, auditHead: { id: 0, hash } } },
      { packed: { ...packed, auditHead: { id: 1, hash: 'A'.repeat(64) } } },
      { packed: { ...packed, parts: [part] } },
      { packed: { ...packed, parts: [part, { ...part, holds: 'more' }] } },
      { packed: { ...packed, parts: [part, { ...part, name: '../part' }] } },
      { packed: { ...packed, parts: [part, { ...part, sizeBytes: 0.5 }] } },
      { packed: { ...packed, parts: [part, { ...part, more: 1 }] } },
    ])
      expect(() => packProgram.parseAnswer(wrong), JSON.stringify(wrong)).toThrow(TypeError);
  });
});

describe('the scratch folder', () => {
  it('is there for its work alone, for nobody else, and gone after a failure', async () => {
    let seen = '';
    const work = inScratch(test.dataDir, 'making', async (scratch) => {
      seen = scratch;
      writeFileSync(join(scratch, 'a'), 'a');
      if (process.platform !== 'win32') expect(statSync(scratch).mode & 0o777).toBe(0o700);
      throw new Error('failed');
    });
    await expect(work).rejects.toThrow('failed');
    expect(existsSync(seen)).toBe(false);
  });

  it('is wiped by the next start after a kill, and is no reason to refuse the data directory', async () => {
    const dataDir = join(outside, 'data');
    writeFileSync(join(prepareScratch(dataDir, 'making'), 'database.sqlite'), 'left');
    const instance = await openInstance({ dataDir });
    await instance.stop();
    expect(existsSync(join(dataDir, 'scratch'))).toBe(false);
  });

  it('follows no link', async () => {
    const elsewhere = join(outside, 'elsewhere');
    mkdirSync(join(elsewhere, 'making'), { recursive: true });
    writeFileSync(join(elsewhere, 'making', 'kept'), 'kept');
    execFileSync('ln', ['-s', elsewhere, join(test.dataDir, 'scratch')]);
    const work = inScratch(test.dataDir, 'making', async () => undefined);
    await expect(work).rejects.toMatchObject({ code: 'data_dir_unusable' });
    sweepScratch(test.dataDir);
    expect(readFileSync(join(elsewhere, 'making', 'kept'), 'utf8')).toBe('kept');
  });
});
