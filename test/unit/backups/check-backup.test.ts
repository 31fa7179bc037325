import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashLine, type StoredLine } from '../../../electron/instance/audit/chain.ts';
import { auditOperations } from '../../../electron/instance/audit/operations.ts';
import { deriveBackupIdentity } from '../../../electron/instance/backups/format/backup-identity.ts';
import {
  formatManifest,
  type Manifest,
  parseManifest,
} from '../../../electron/instance/backups/format/manifest.ts';
import { findInFolder } from '../../../electron/instance/backups/reading/backup-files.ts';
import { checkBackup } from '../../../electron/instance/backups/reading/check-backup.ts';
import { findIdentityFor } from '../../../electron/instance/backups/reading/opening-identity.ts';
import { readManifest } from '../../../electron/instance/backups/reading/read-manifest.ts';
import { AppError } from '../../../electron/instance/kernel/app-error.ts';
import { childProcesses, type ProcessHost } from '../../../electron/instance/kernel/process-hosts.ts';
import { latestVersion } from '../../../electron/instance/store/migrate.ts';
import { inScratch, prepareScratch } from '../../../electron/instance/store/scratch.ts';
import { insertActiveRecord } from '../../../electron/instance/vault/key/key-record.ts';
import { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';
import { openTestContext, type TestContext } from '../../context.ts';
import { findLeaks } from '../../crash/leaks.ts';
import { listScratch } from '../../folders.ts';
import { type Changes, digest, generateIdentity, makeBackup, tamperWithAuditLog } from './make-backup.ts';

let test: TestContext;
let work: string;
let destination: string;
const VALUE = 'a planted value that is a secret';
beforeAll(() => {
  test = openTestContext();
  work = mkdtempSync(join(tmpdir(), 'temps-checked-'));
  destination = mkdtempSync(join(tmpdir(), 'temps-destination-'));
  for (let line = 0; line < 5; line++) test.ctx.audit.append(auditOperations.AUDIT_EXPORTED, null);
  for (let at = 0; at < 20; at++) test.vault.seal('env_var', new SecretText(`${VALUE} ${at}`));
});
afterAll(() => {
  test.close();
  for (const folder of [work, destination]) rmSync(folder, { recursive: true, force: true });
});

/** Names of the processes that were asked for anything: they are started before. */
let asked: string[] = [];
/** The one whose answer never comes. */
let hung = '';
const watched: ProcessHost = {
  start(program, listener) {
    const onMessage = (message: unknown) => {
      if (program.name !== hung) listener.onMessage(message);
    };
    const started = childProcesses.start(program, { ...listener, onMessage });
    return {
      ...started,
      send(message) {
        asked.push(program.name);
        started.send(message);
      },
    };
  },
};

const make = (changes: Changes = {}) => makeBackup(test.ctx.store, test.key, destination, changes);

interface With {
  keys?: MasterKey[];
  /** `AGE-SECRET-KEY-1…` */
  identity?: string;
  signal?: AbortSignal;
  onScratch?: (folder: string) => void;
}

async function check(folder: string, { keys = [test.key], identity: text, signal, onScratch }: With = {}) {
  asked = [];
  const files = findInFolder(folder);
  const read = await readManifest(files, AbortSignal.timeout(60_000));
  const identity = text ? await findIdentityFor(folder, read.manifest, [new SecretText(text)]) : null;
  return await inScratch(work, 'check', async (scratch) => {
    const checked = await checkBackup({
      files,
      read,
      keys,
      identity,
      scratch,
      processes: watched,
      clock: test.clock,
      signal: signal ?? AbortSignal.timeout(60_000),
    });
    onScratch?.(scratch);
    return checked;
  });
}

/** The named failure; with what had been asked by then. */
async function fail(folder: string, options: With = {}) {
  const error = await check(folder, options).then(
    () => new Error('nothing was found'),
    (thrown: unknown) => thrown,
  );
  expect(listScratch(work)).toEqual([]);
  if (!(error instanceof AppError)) throw error;
  return { code: error.code, ...error.details, asked };
}

const damaged = (name: string, processes: string[] = []) => ({
  code: 'backup_damaged',
  check: name,
  asked: processes,
});
const UNPACKED = ['backup unpacking'];
const EXAMINED = [...UNPACKED, 'database examination'];

/** Changes a file of a backup in its place. */
function rewrite(folder: string, name: string, change: (bytes: Buffer) => Buffer): void {
  const path = join(folder, name);
  writeFileSync(path, change(readFileSync(path)));
}

const DATABASE = 'database.sqlite.zst.age';

const tamper =
  (sql: string, isHashed = false) =>
  (sqlite: Database.Database): void =>
    tamperWithAuditLog(sqlite, () => {
      sqlite.exec(sql);
      if (isHashed) hashAnew(sqlite);
    });

function hashAnew(sqlite: Database.Database): void {
  const lines = sqlite
    .prepare(
      'SELECT id, at, operation, actor_kind AS actorKind, user_id AS userId, actor, ip, data FROM audit_log ORDER BY id',
    )
    .all() as StoredLine[];
  let before: Buffer = createHash('sha256').update(`temps audit log ${test.ctx.store.identity.id}`).digest();
  for (const line of lines) {
    before = hashLine(before, line);
    sqlite.prepare('UPDATE audit_log SET hash = ? WHERE id = ?').run(before, line.id);
  }
}

describe('a stored backup', () => {
  it.each([
    true,
    false,
  ])('is whole: every part, every count, every value (encrypted: %s)', async (isEncrypted) => {
    const folder = await make({ isEncrypted });
    let leaks: string[] = ['not looked'];
    const secrets = { key: test.key.exportBytes(), value: Buffer.from(VALUE) };
    const checked = await check(folder, { onScratch: (scratch) => (leaks = findLeaks(scratch, secrets)) });
    expect(checked.values).toEqual({ total: 20, opened: 20, lost: 0 });
    expect(checked.details.sealedValues).toEqual({ env_var: 20 });
    expect(leaks).toEqual([]);
    expect(findLeaks(folder, secrets)).toEqual([]);
    expect(listScratch(work)).toEqual([]);
    expect(asked).toEqual(EXAMINED);
  });

  it('of an older schema version is migrated in the scratch folder', async () => {
    const old = new Database(':memory:');
    const { applyMigrations } = await import('../../../electron/instance/store/migrate.ts');
    const { APPLICATION_ID } = await import('../../../electron/instance/store/database-file.ts');
    applyMigrations(old, APPLICATION_ID, 3);
    const { identity } = test.ctx.store;
    old
      .prepare('INSERT INTO instance (id, name, created_at) VALUES (?, ?, 1)')
      .run(identity.id, identity.name);
    insertActiveRecord({ sqlite: old } as never, test.key, 'file', 1, 1);
    const folder = await makeBackup({ sqlite: old, identity }, test.key, destination);
    const versions: unknown[] = [];
    await check(folder, {
      onScratch(scratch) {
        const migrated = new Database(join(scratch, 'database.sqlite'), { readonly: true });
        versions.push(migrated.pragma('user_version', { simple: true }));
        migrated.close();
      },
    });
    expect(versions).toEqual([latestVersion()]);
    old.close();
  });

  it('that is readable is checked without its key too, and nobody vouches for it then', async () => {
    const checked = await check(await make({ isEncrypted: false }), { keys: [] });
    expect(checked.values).toBeNull();
  });

  it('that is encrypted is checked with an identity of a recipient, and nobody vouches for it then', async () => {
    const [identity, recipient] = await generateIdentity();
    const folder = await make({ recipients: [recipient], takenAt: test.clock.time + 5 });
    const own = await deriveBackupIdentity(test.key, test.ctx.store.identity.id);
    for (const each of [identity, own.identity]) {
      const checked = await check(folder, { keys: [], identity: each });
      expect(checked).toMatchObject({
        values: null,
        decryptedFor: each === identity ? recipient : own.recipient,
        auditBrokenAt: null,
      });
    }
    // Of both the key is used: it vouches, and decrypts the values too.
    expect(await check(folder, { identity })).toMatchObject({ values: { opened: 20 }, decryptedFor: null });
    const [other, otherRecipient] = await generateIdentity();
    const refused = await fail(folder, { keys: [], identity: other });
    expect(refused).toMatchObject({ code: 'backup_needs_key', found: [otherRecipient] });
    expect(JSON.stringify(refused)).not.toContain(other.slice(16));
  });

  it.each([
    ["UPDATE audit_log SET actor = 'nobody' WHERE id = 3", 3],
    ['DELETE FROM audit_log WHERE id = 2', 3],
  ] as const)('says where the audit log was changed before it was made, and comes back: %s', async (sql, line) => {
    const checked = await check(await make({ takenAt: test.clock.time + line, database: tamper(sql) }));
    expect(checked).toMatchObject({ auditBrokenAt: line, values: { opened: 20 } });
  });

  it('counts what was lost before it was made, and refuses what is lost since', async () => {
    const lost = MasterKey.generate();
    const change = (state: string) => (sqlite: Database.Database) => {
      sqlite
        .prepare(
          `INSERT INTO keys (fingerprint, epoch, state, check_value, custody, created_at, activated_at)
           VALUES (?, 7, ?, x'00', 'file', 1, 1)`,
        )
        .run(lost.fingerprint, state);
      const sealed = Buffer.concat([Buffer.from([1]), lost.fingerprintBytes, Buffer.alloc(40)]);
      sqlite
        .prepare(
          "INSERT INTO secrets (id, kind, sealed, created_at, updated_at) VALUES ('x', 'env_var', ?, 1, 1)",
        )
        .run(sealed);
    };
    expect((await check(await make({ database: change('lost') }))).values).toEqual({
      total: 21,
      opened: 20,
      lost: 1,
    });
    expect(await fail(await make({ database: change('retired'), takenAt: test.clock.time + 1000 }))).toEqual({
      code: 'backup_needs_key',
      fingerprint: lost.fingerprint,
      found: [],
      asked: EXAMINED,
    });
  });
});

describe('a stored backup is refused, before anything of it is looked into that need not be,', () => {
  it('with a manifest changed by one byte, or signed by another key', async () => {
    const folder = await make({ takenAt: 1_750_000_000_000 });
    rewrite(folder, 'manifest.json', (bytes) =>
      Buffer.from(bytes.toString().replace('"sequence": 1', '"sequence": 2')),
    );
    expect(await fail(folder)).toEqual(damaged('signature'));
    const other = await makeBackup(test.ctx.store, MasterKey.generate(), destination, {
      takenAt: 1_750_000_100_000,
      manifest: (manifest) => ({ ...manifest, keyFingerprint: test.key.fingerprint }),
    });
    expect(await fail(other)).toEqual(damaged('signature'));
  });

  it('without a signature, when its key is here', async () => {
    const folder = await make({ isEncrypted: false, takenAt: 1_750_000_200_000 });
    rmSync(join(folder, 'manifest.hmac'));
    expect(await fail(folder)).toEqual(damaged('signature'));
  });

  it('whatever identity is given with the key that it names', async () => {
    const [identity, recipient] = await generateIdentity();
    // What anybody can make who knows the public recipient.
    const forged = await makeBackup(test.ctx.store, MasterKey.generate(), destination, {
      takenAt: 1_750_000_250_000,
      recipients: [recipient],
      manifest: (manifest) => ({ ...manifest, keyFingerprint: test.key.fingerprint }),
    });
    expect(await fail(forged, { identity })).toEqual(damaged('signature'));
    rmSync(join(forged, 'manifest.hmac'));
    expect(await fail(forged, { identity })).toEqual(damaged('signature'));
    // Named among the recipients, and encrypted for others.
    const lying = await make({
      takenAt: 1_750_000_260_000,
      manifest: (manifest) => ({ ...manifest, recipients: [...manifest.recipients, recipient] }),
    });
    expect(await fail(lying, { keys: [], identity })).toEqual(damaged('decryption'));
  });

  it('in a folder of another name, or below another instance', async () => {
    const folder = await make({ takenAt: 1_750_000_300_000 });
    const moved = join(dirname(folder), '20260101T000000Z-00000000');
    mkdirSync(moved);
    const foreign = join(destination, 'temps-16fd2706-8baf-433b-82eb-8c7fada847da', basename(folder));
    mkdirSync(foreign, { recursive: true });
    for (const to of [moved, foreign])
      writeFileSync(join(to, 'manifest.json'), readFileSync(join(folder, 'manifest.json')));
    expect(await fail(moved)).toEqual(damaged('place'));
    expect(await fail(foreign)).toEqual(damaged('place'));
  });

  it.each([
    ['a manifest that is no JSON', () => Buffer.from('{')],
    ['a manifest without an end', () => Buffer.alloc(300 * 1024, ' ')],
    [
      'a path in a part’s name',
      (bytes: Buffer) => Buffer.from(bytes.toString().replace('database.sqlite', '../database.sqlite')),
    ],
    [
      'a part twice',
      (bytes: Buffer) => Buffer.from(bytes.toString().replace('details.json.zst.age', DATABASE)),
    ],
  ] as const)('with %s', async (_what, change) => {
    const folder = await make({ takenAt: 1_750_000_400_000, signed: change });
    expect(await fail(folder)).toEqual(damaged('manifest'));
    rmSync(folder, { recursive: true });
  });

  it('with a link in place of its manifest', async () => {
    const folder = await make({ takenAt: 1_750_000_500_000 });
    const elsewhere = join(destination, 'elsewhere.json');
    writeFileSync(elsewhere, readFileSync(join(folder, 'manifest.json')));
    rmSync(join(folder, 'manifest.json'));
    symlinkSync(elsewhere, join(folder, 'manifest.json'));
    expect(await fail(folder)).toMatchObject({ code: 'place_unusable', asked: [] });
  });

  it('of a newer format, or a newer schema', async () => {
    const newer = await make({
      takenAt: 1_750_000_600_000,
      signed: (bytes) => Buffer.from(bytes.toString().replace('"version": 1', '"version": 2')),
    });
    expect(await fail(newer)).toMatchObject({ code: 'backup_newer', asked: [] });
    const schema = await make({
      takenAt: 1_750_000_700_000,
      manifest: (manifest) => ({ ...manifest, schemaVersion: latestVersion() + 1 }),
    });
    expect(await fail(schema)).toMatchObject({ code: 'backup_newer', asked: [] });
  });

  it('encrypted, without its key: that is named', async () => {
    const folder = await make({ takenAt: 1_750_000_800_000 });
    const other = MasterKey.generate();
    expect(await fail(folder, { keys: [other] })).toEqual({
      code: 'backup_needs_key',
      fingerprint: test.key.fingerprint,
      found: [other.fingerprint],
      asked: [],
    });
  });

  it.each([
    [
      'flipped in one bit',
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 500 ? byte ^ 1 : byte))),
    ],
    ['cut', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['empty', () => Buffer.alloc(0)],
  ] as const)('with a part that is %s', async (_what, change) => {
    const folder = await make({ takenAt: 1_750_000_900_000 });
    rewrite(folder, DATABASE, change);
    expect(await fail(folder)).toEqual({ ...damaged('parts'), part: DATABASE });
    rmSync(folder, { recursive: true });
  });

  it('with parts swapped, missing, or of another backup', async () => {
    const folder = await make({ takenAt: 1_750_001_000_000 });
    const database = readFileSync(join(folder, DATABASE));
    rewrite(folder, DATABASE, () => readFileSync(join(folder, 'details.json.zst.age')));
    expect(await fail(folder)).toEqual({ ...damaged('parts'), part: DATABASE });
    const other = await make({ takenAt: 1_750_001_100_000 });
    rewrite(other, DATABASE, () => database);
    expect(await fail(other)).toEqual({ ...damaged('parts'), part: DATABASE });
    rmSync(join(other, DATABASE));
    expect(await fail(other)).toEqual({ ...damaged('parts'), part: DATABASE });
  });

  it('with a part that is encrypted to someone else, or not what age makes', async () => {
    // Signed, as by an instance whose program was tampered with.
    const failWith = async (takenAt: number, bytes: Buffer) => {
      const isOther = (manifest: Manifest): Manifest => {
        const [part, ...rest] = manifest.parts;
        if (!part) throw new Error('no part');
        return { ...manifest, parts: [{ ...part, sizeBytes: bytes.length, sha256: digest(bytes) }, ...rest] };
      };
      const folder = await make({ takenAt, manifest: isOther });
      rewrite(folder, DATABASE, () => bytes);
      return await fail(folder);
    };
    const header = Buffer.concat([Buffer.from('age-encryption.org/v1\n'), Buffer.alloc(1000, 'x')]);
    expect(await failWith(1_750_001_200_000, header)).toEqual(damaged('decryption'));
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
    const foreign = Buffer.from(await encrypter.encrypt(Buffer.alloc(100)));
    expect(await failWith(1_750_001_201_000, foreign)).toEqual(damaged('decryption'));
    const own = readFileSync(join(await make({ takenAt: 1_750_001_202_000 }), DATABASE));
    own.writeUInt8(own.readUInt8(own.length - 20) ^ 1, own.length - 20);
    expect(await failWith(1_750_001_203_000, own)).toEqual(damaged('decryption', UNPACKED));
  });

  it.each([
    // A quarter of a kilobyte that unpacks to 64 MiB.
    ['unpacks to more than it says', () => Buffer.alloc(64 * 1024 * 1024)],
    ['unpacks to less', (bytes: Buffer) => bytes.subarray(0, 4096)],
  ] as const)('with a part that %s', async (_what, plain) => {
    const folder = await make({ takenAt: 1_750_001_300_000, plain });
    expect(await fail(folder)).toEqual(damaged('unpacking', UNPACKED));
    rmSync(folder, { recursive: true });
  });

  it('with a part that is not compressed', async () => {
    const bytes = zstdCompressSync(Buffer.alloc(10)).subarray(1);
    const folder = await make({
      takenAt: 1_750_001_400_000,
      isEncrypted: false,
      manifest: (manifest) => ({
        ...manifest,
        parts: manifest.parts.map((part, at) =>
          at === 0 ? { ...part, sizeBytes: bytes.length, sha256: digest(bytes) } : part,
        ),
      }),
    });
    rewrite(folder, 'database.sqlite.zst', () => bytes);
    expect(await fail(folder)).toEqual(damaged('unpacking', UNPACKED));
  });

  it('with details of another database, or larger than any', async () => {
    const foreign = await make({
      takenAt: 1_750_001_500_000,
      details: (details) => ({ ...details, database: { ...details.database, sha256: 'ab'.repeat(32) } }),
    });
    expect(await fail(foreign)).toEqual(damaged('details', UNPACKED));
    const large = await make({
      takenAt: 1_750_001_600_000,
      manifest: (manifest) => ({
        ...manifest,
        parts: manifest.parts.map((part) =>
          part.holds === 'details' ? { ...part, unpackedBytes: 1e9 } : part,
        ),
      }),
    });
    expect(await fail(large)).toMatchObject({
      code: expect.stringMatching(/backup_damaged|disk_full/),
      asked: [],
    });
  });

  it.each([
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON audit_log BEGIN DELETE FROM keys; END', 'schema'],
    ['a view', 'CREATE VIEW v AS SELECT * FROM secrets', 'schema'],
    ['a table', 'CREATE TABLE more (id INTEGER) STRICT', 'schema'],
    ['an index', 'CREATE INDEX more ON users (name)', 'schema'],
    ['a virtual table', 'CREATE VIRTUAL TABLE more USING fts5(x)', 'schema'],
    ['a missing trigger', 'DROP TRIGGER audit_log_no_update', 'schema'],
    [
      'a table that is another',
      'DROP TABLE warning_snoozes; CREATE TABLE warning_snoozes (reason TEXT)',
      'schema',
    ],
    ['a column more', 'ALTER TABLE users ADD more TEXT', 'schema'],
    [
      'the id of another instance',
      "UPDATE instance SET id = '16fd2706-8baf-433b-82eb-8c7fada847da'",
      'instance',
    ],
    ['two instances', "INSERT INTO instance VALUES ('x', 'x', 1)", 'instance'],
    ['another program’s mark', 'PRAGMA application_id = 1', 'database'],
    [
      'a reference to nothing',
      "PRAGMA foreign_keys = OFF; INSERT INTO user_roles VALUES (77, 'admin', 1)",
      'structure',
    ],
  ] as const)('with a database that has %s', async (_what, sql, name) => {
    const folder = await make({ takenAt: 1_750_001_700_000, database: (sqlite) => sqlite.exec(sql) });
    expect(await fail(folder)).toEqual(damaged(name, EXAMINED));
    rmSync(folder, { recursive: true });
  });

  it('with a database whose schema says something else than it is', async () => {
    const lies = (sqlite: Database.Database) => {
      sqlite.unsafeMode(true);
      sqlite.pragma('writable_schema = ON');
      sqlite.exec(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'users') WHERE name = 'sessions'",
      );
      sqlite.pragma('writable_schema = OFF');
      sqlite.unsafeMode(false);
    };
    // Read by a connection that had its schema before: the file lies to the next one.
    const folder = await make({ takenAt: 1_750_001_800_000, database: lies });
    expect(await fail(folder)).toEqual(damaged('structure', EXAMINED));
  });

  it('with a database of another version than it says', async () => {
    const folder = await make({
      takenAt: 1_750_001_900_000,
      manifest: (manifest) => ({ ...manifest, schemaVersion: manifest.schemaVersion - 1 }),
    });
    expect(await fail(folder)).toEqual(damaged('database', EXAMINED));
  });

  it('with pages that are overwritten', async () => {
    const folder = await make({
      takenAt: 1_750_002_000_000,
      file: (bytes) => Buffer.from(bytes).fill(0x5a, 5 * 4096, 9 * 4096),
    });
    expect(await fail(folder)).toEqual(damaged('structure', EXAMINED));
  });

  it('that does not hold what it says', async () => {
    const fewer = await make({
      takenAt: 1_750_002_100_000,
      details: (details) => ({ ...details, sealedValues: { env_var: 21 } }),
    });
    expect(await fail(fewer)).toEqual(damaged('counts', EXAMINED));
    const rows = await make({
      takenAt: 1_750_002_200_000,
      details: (details) => ({ ...details, tables: { ...details.tables, users: 1 } }),
    });
    expect(await fail(rows)).toEqual(damaged('counts', EXAMINED));
  });

  it.each([
    ['ends earlier', tamper('DELETE FROM audit_log WHERE id = 5')],
    ['is empty', tamper('DELETE FROM audit_log')],
    ['ends with another line', tamper('UPDATE audit_log SET hash = zeroblob(32) WHERE id = 5')],
    [
      'goes on',
      tamper(
        'INSERT INTO audit_log SELECT 6, at, operation, actor_kind, user_id, actor, ip, data, hash FROM audit_log WHERE id = 5',
      ),
    ],
    ['was written anew, with every hash', tamper("UPDATE audit_log SET actor = 'nobody' WHERE id = 2", true)],
  ] as const)('with an audit log that %s', async (_what, database) => {
    const folder = await make({ takenAt: 1_750_002_250_000, database });
    expect(await fail(folder)).toEqual(damaged('audit', EXAMINED));
    rmSync(folder, { recursive: true });
  });

  it('with an audit log, where its manifest knows of none', async () => {
    const folder = await make({
      takenAt: 1_750_002_260_000,
      manifest: (manifest) => ({ ...manifest, auditHead: null }),
    });
    expect(await fail(folder)).toEqual(damaged('audit', EXAMINED));
  });

  it('with one value that its key does not open', async () => {
    const folder = await make({
      takenAt: 1_750_002_300_000,
      database: (sqlite) =>
        sqlite.exec(
          "UPDATE secrets SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || (CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END) AS BLOB) WHERE rowid = 3",
        ),
    });
    expect(await fail(folder)).toEqual(damaged('values', EXAMINED));
  });

  it('where it does not fit, and when it is cancelled', async () => {
    const huge = await make({
      takenAt: 1_750_002_400_000,
      manifest: (manifest) => ({
        ...manifest,
        parts: manifest.parts.map((part) =>
          part.holds === 'database' ? { ...part, unpackedBytes: 2 ** 50 } : part,
        ),
      }),
    });
    expect(await fail(huge)).toEqual({ code: 'disk_full', asked: [] });
    const signal = AbortSignal.abort();
    await expect(check(await make({ takenAt: 1_750_002_500_000 }), { signal })).rejects.toThrow(/abort/i);
    expect(listScratch(work)).toEqual([]);
  });
});

it.each(
  UNPACKED.concat(EXAMINED.slice(1)),
)('is cancelled while the process “%s” is at work', async (name) => {
  const cancelled = new AbortController();
  hung = name;
  const checking = check(await make({ takenAt: 1_750_002_800_000 + name.length * 1000 }), {
    signal: cancelled.signal,
  });
  const ended = expect(checking).rejects.toThrow(/abort/i);
  await vi.waitFor(() => expect(asked).toContain(name), 30_000);
  cancelled.abort();
  await ended;
  hung = '';
  expect(listScratch(work)).toEqual([]);
});

it('what a kill left in the scratch folder goes before the next check', async () => {
  const left = prepareScratch(work, 'check');
  writeFileSync(join(left, 'database.sqlite.stored'), 'left');
  expect((await check(await make({ takenAt: 1_750_002_600_000 }))).values?.opened).toBe(20);
  expect(existsSync(left)).toBe(false);
});

it('reads back the manifest that it writes', async () => {
  const folder = await make({ takenAt: 1_750_002_700_000 });
  const bytes = readFileSync(join(folder, 'manifest.json'));
  expect(formatManifest(parseManifest(bytes))).toEqual(bytes);
});
