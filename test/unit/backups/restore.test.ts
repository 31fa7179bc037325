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
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveBackupIdentity } from '../../../electron/instance/backups/format/backup-identity.ts';
import {
  findBackups,
  type RestoreOptions,
  type RestorePreview,
  restoreBackup,
  undoRestore,
} from '../../../electron/instance/backups/restore/restore-directory.ts';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { AppError } from '../../../electron/instance/kernel/app-error.ts';
import { latestVersion } from '../../../electron/instance/store/migrate.ts';
import { formatWords } from '../../../electron/instance/vault/copies/words.ts';
import {
  formatKeyText,
  MasterKey,
  parseKeyText,
} from '../../../electron/instance/vault/sealing/master-key.ts';
import { createManualClock } from '../../context.ts';
import { findLeaks } from '../../crash/leaks.ts';
import { quick } from '../../work-factor.ts';
import { type Changes, digest, generateIdentity, makeBackup, tamperWithAuditLog } from './make-backup.ts';

const VALUE = 'planted-ünïcode "value"\nwith two lines';
const ADMIN = { email: 'ada@example.org', name: 'Ada', password: 'a long enough password' };
const clock = createManualClock();

let folder: string;
/** A stopped instance with a secret and a session, as it was backed up. */
let original: string;
let destination: string;
let key: MasterKey;
let backup: string;

async function opened<T>(dataDir: string, work: (instance: Instance) => Promise<T>): Promise<T> {
  const instance = await openInstance({ dataDir, clock, env: {}, createsFirstKey: true, ...quick });
  try {
    return await work(instance);
  } finally {
    await instance.stop();
  }
}

async function ask(instance: Instance, method: string, path: string, body?: object) {
  const request = new Request(`http://localhost/api${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const response = await instance.fetch(request, createOwner('socket', clock.now()));
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  return (text === '' ? null : JSON.parse(text)) as any;
}

const setUp = (instance: Instance) => ask(instance, 'POST', '/users/administrator', ADMIN);

const setVariable = (instance: Instance, name: string, value: string) =>
  ask(instance, 'POST', '/projects/shop/env-vars', {
    key: name,
    value,
    is_secret: true,
    environment_ids: [1],
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-restored-'));
  original = join(folder, 'original');
  destination = join(folder, 'stick');
  await opened(original, async (instance) => {
    await setUp(instance);
    await ask(instance, 'POST', '/projects', { name: 'shop' });
    await setVariable(instance, 'TOKEN', VALUE);
  });
  key = parseKeyText(readFileSync(join(original, 'encryption_key'), 'utf8').trim()) as MasterKey;
  withDatabase(original, (sqlite) => {
    sqlite.exec(
      "INSERT INTO sessions (token_hash, kind, created_at, expires_at) VALUES (x'00', 'user', 1, 9e15)",
    );
    sqlite.exec(
      `INSERT INTO backup_destinations (kind, name, path, mount_point, is_readable, separate, created_at)
       VALUES ('folder', 'the stick', '/media/stick', '/media/stick', 0, 1, 1)`,
    );
  });
  withDatabase(original, (sqlite) => {
    sqlite.exec(
      "INSERT INTO backup_writer (id, writer_id, next_sequence, home) VALUES (1, 'of the original', 7, '{}')",
    );
  });
  backup = await back(original);
  await opened(original, async (instance) => {
    clock.advance(60_000);
    await setVariable(instance, 'LATER', 'made after the backup');
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function withDatabase<T>(dataDir: string, work: (sqlite: Database.Database) => T): T {
  const sqlite = new Database(join(dataDir, 'temps.db'));
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

/** By the format alone: what `backup now` makes is restored in test/e2e/restore.test.ts. */
async function back(dataDir: string, changes: Changes = {}): Promise<string> {
  const sqlite = new Database(join(dataDir, 'temps.db'), { readonly: true });
  try {
    const identity = sqlite.prepare('SELECT id, name FROM instance').get() as { id: string; name: string };
    return await makeBackup({ sqlite, identity }, key, destination, { takenAt: clock.now(), ...changes });
  } finally {
    sqlite.close();
  }
}

let copies = 0;
function copyOfOriginal(): string {
  copies += 1;
  const dataDir = join(folder, `copy-${copies}`);
  cpSync(original, dataDir, { recursive: true });
  return dataDir;
}
function newFolder(): string {
  copies += 1;
  return join(folder, `new-${copies}`);
}

const restore = (
  dataDir: string,
  options: Partial<RestoreOptions> = {},
  confirm: (preview: RestorePreview) => Promise<void> = async () => undefined,
) =>
  restoreBackup(
    { dataDir, from: backup, env: {}, clock, signal: AbortSignal.timeout(60_000), ...options },
    confirm,
  );

async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => new Error('it was done'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  return { code: error.code, ...error.details };
}

/** What is in a data directory, but for what any command leaves of itself, and SQLite of reading. */
function snapshot(dataDir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
      .filter((name) => !/^instance\.|-(wal|shm)$/.test(name) && statSync(join(dataDir, name)).isFile())
      .map((name) => [name, digest(readFileSync(join(dataDir, name)))]),
  );
}

/** What an instance on it says, and gives a program of the project. */
const read = (dataDir: string) =>
  opened(dataDir, async (instance) => {
    const { vault, said } = instance.status();
    const doctor = await ask(instance, 'POST', '/vault/doctor?wait=true');
    const isOpen = vault.case === 'running';
    const resolved = isOpen
      ? await ask(instance, 'GET', '/projects/shop/variables/resolved')
      : { variables: [] };
    const values = resolved.variables.map((variable: { key: string; value: string }) => [
      variable.key,
      variable.value,
    ]);
    return { case: vault.case, said, doctor, values: Object.fromEntries(values) as Record<string, string> };
  });

describe('a restore over the same instance', () => {
  it('gives the values of the backup, keeps the former database, signs everyone out, and is undone', async () => {
    const dataDir = copyOfOriginal();
    const before = withDatabase(dataDir, (sqlite) =>
      sqlite.prepare('SELECT count(*) FROM secrets').pluck().get(),
    );
    let shown: RestorePreview | null = null;
    const { former, notes } = await restore(dataDir, {}, async (preview) => {
      shown = preview;
      expect(existsSync(join(dataDir, 'restore.json'))).toBe(false);
    });
    expect(shown).toMatchObject({
      hasDatabase: true,
      values: { opened: (before as number) - 1 },
      valuesByKind: expect.arrayContaining([{ name: 'env_var', now: 2, backup: 1 }]),
    });
    expect(notes).toEqual([]);
    expect(readdirSync(dataDir).filter((name) => /restore|scratch/.test(name))).toEqual([former, 'scratch']);
    expect(readdirSync(join(dataDir, 'scratch'))).toEqual([]);
    withDatabase(dataDir, (sqlite) => {
      expect(sqlite.prepare('SELECT count(*) FROM sessions').pluck().get()).toBe(0);
      // It becomes a writer of its own with its first backup.
      expect(sqlite.prepare('SELECT count(*) FROM backup_writer').pluck().get()).toBe(0);
      // Where it was restored to may be the disk of the backups: nothing is promised of them until it was looked at.
      expect(sqlite.prepare('SELECT separate FROM backup_destinations').pluck().all()).toEqual([0]);
      expect(sqlite.prepare('SELECT operation FROM audit_log ORDER BY id DESC LIMIT 1').pluck().get()).toBe(
        'BACKUP_RESTORED',
      );
    });
    const after = await read(dataDir);
    expect(after).toMatchObject({ case: 'running', doctor: { failed: 0, activity: { broken_at: null } } });
    expect(after.values).toEqual({ TOKEN: VALUE });
    expect(after.said).toEqual([]);
    expect(statSync(join(dataDir, 'temps.db')).mode & 0o777).toBe(0o600);

    await undoRestore(dataDir, clock);
    withDatabase(dataDir, (sqlite) =>
      expect(sqlite.prepare('SELECT count(*) FROM secrets').pluck().get()).toBe(before),
    );
    expect(Object.keys((await read(dataDir)).values)).toEqual(['TOKEN', 'LATER']);
    // The restored one is kept in turn.
    await undoRestore(dataDir, clock);
    withDatabase(dataDir, (sqlite) =>
      expect(sqlite.prepare('SELECT count(*) FROM secrets').pluck().get()).toBe((before as number) - 1),
    );
  });

  it('says where the audit log had been changed before the backup was made', async () => {
    const from = await back(original, {
      takenAt: clock.now() + 2000,
      database: (sqlite) =>
        tamperWithAuditLog(sqlite, () => sqlite.exec("UPDATE audit_log SET actor = 'nobody' WHERE id = 2")),
    });
    const dataDir = newFolder();
    const copy = { text: formatKeyText(key) };
    const { notes, preview } = await restore(dataDir, { from, copy });
    expect(preview.values?.opened).toBeGreaterThan(0);
    expect(notes).toEqual([expect.stringMatching(/^Line 2 of the audit log/)]);
    rmSync(from, { recursive: true });
  });

  it('takes the place of a database that is damaged', async () => {
    const dataDir = copyOfOriginal();
    writeFileSync(join(dataDir, 'temps.db'), Buffer.alloc(8192, 0x5a));
    const { preview, former } = await restore(dataDir);
    expect(preview).toMatchObject({ hasDatabase: true, replaces: null });
    expect(readFileSync(join(dataDir, former as string, 'temps.db'))).toEqual(Buffer.alloc(8192, 0x5a));
    expect((await read(dataDir)).case).toBe('running');
  });

  it('refuses another instance by what can still be read of a damaged database', async () => {
    const other = newFolder();
    await opened(other, setUp);
    const path = join(other, 'temps.db');
    const bytes = readFileSync(path);
    const page = withDatabase(other, (sqlite) =>
      sqlite.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'secrets'").pluck().get(),
    ) as number;
    writeFileSync(path, bytes.fill(0x5a, (page - 1) * 4096, page * 4096));
    expect(await failure(restore(other))).toMatchObject({ code: 'backup_of_other_instance' });
  });

  it('takes the log of the former database away with it', async () => {
    const dataDir = copyOfOriginal();
    writeFileSync(join(dataDir, 'temps.db-wal'), 'what a kill left');
    const { former } = await restore(dataDir);
    expect(existsSync(join(dataDir, 'temps.db-wal'))).toBe(false);
    expect(readFileSync(join(dataDir, former as string, 'temps.db-wal'), 'utf8')).toBe('what a kill left');
  });

  it('uses the key that is here rather than an identity, and takes none where the key could be had', async () => {
    const [identity, recipient] = await generateIdentity();
    const copy = { text: identity };
    const from = await back(original, { recipients: [recipient], takenAt: clock.now() + 9000 });
    const { preview } = await restore(copyOfOriginal(), { from, copy });
    expect(preview).toMatchObject({ values: { lost: 0 }, decryptedFor: null });
    // Signed by nobody, and encrypted to a recipient that everybody knows.
    const forge = (keyFingerprint: string, takenAt: number) =>
      back(original, {
        recipients: [recipient],
        takenAt,
        manifest: (manifest) => ({ ...manifest, keyFingerprint }),
        signed: (bytes) => Buffer.concat([bytes, Buffer.from('\n')]),
      });
    const forged = await forge(key.fingerprint, clock.now() + 10_000);
    expect(await failure(restore(copyOfOriginal(), { from: forged, copy }))).toMatchObject({
      code: 'backup_damaged',
      check: 'signature',
    });
    const unknown = MasterKey.generate().fingerprint;
    const other = await forge(unknown, clock.now() + 11_000);
    const dataDir = copyOfOriginal();
    const before = snapshot(dataDir);
    expect(await failure(restore(dataDir, { from: other, copy }))).toMatchObject({
      code: 'backup_needs_key',
      fingerprint: unknown,
    });
    expect(snapshot(dataDir)).toEqual(before);
    for (const [custody, code] of [
      ['keychain', 'custody_refused'],
      ['passphrase', 'passphrase_required'],
    ] as const) {
      const closed = copyOfOriginal();
      withDatabase(closed, (sqlite) => sqlite.prepare('UPDATE keys SET custody = ?').run(custody));
      expect(await failure(restore(closed, { from, copy })), custody).toMatchObject({ code });
    }
    for (const made of [from, forged, other]) rmSync(made, { recursive: true });
  });

  it('leaves the keys in the custody of this directory', async () => {
    const dataDir = copyOfOriginal();
    const keyFile = readFileSync(join(dataDir, 'encryption_key'));
    const other = await back(original, {
      takenAt: clock.now() + 5000,
      database: (sqlite) => sqlite.exec("UPDATE keys SET custody = 'keychain'"),
    });
    // As after a rotation: another key has the plain name.
    const [named = ''] = withDatabase(dataDir, (sqlite) =>
      sqlite.prepare("SELECT 'encryption_key.' || replace(fingerprint, '-', '') FROM keys").pluck().all(),
    ) as string[];
    renameSync(join(dataDir, 'encryption_key'), join(dataDir, named));
    const rotated = MasterKey.generate();
    writeFileSync(join(dataDir, 'encryption_key'), formatKeyText(rotated), { mode: 0o600 });
    const listKeyFiles = () => readdirSync(dataDir).filter((name) => name.startsWith('encryption_key'));
    const both = ['encryption_key', `encryption_key.${rotated.fingerprint.replaceAll('-', '')}`];
    await restore(dataDir, { from: other });
    // The key in force has the name by which people copy it, and the other one stays.
    expect(readFileSync(join(dataDir, 'encryption_key'))).toEqual(keyFile);
    expect(listKeyFiles()).toEqual(both);
    expect((await undoRestore(dataDir, clock)).notes).toEqual([]);
    expect(listKeyFiles()).toEqual(both);
    expect((await read(dataDir)).case).toBe('running');
  });
});

describe('a restore into a new data directory', () => {
  it('brings the instance back by the words of the key', async () => {
    const dataDir = newFolder();
    const { former } = await restore(dataDir, { copy: { text: formatWords(key) } });
    expect(former).toBeNull();
    expect(readdirSync(dataDir).sort()).toEqual(
      ['encryption_key', 'instance.lock', 'instance.pid', 'scratch', 'temps.db'].sort(),
    );
    const after = await read(dataDir);
    expect(after).toMatchObject({ case: 'running', doctor: { failed: 0, activity: { broken_at: null } } });
    expect(after.values).toEqual({ TOKEN: VALUE });
    const id = (dir: string) =>
      withDatabase(dir, (sqlite) => sqlite.prepare('SELECT id FROM instance').pluck().get());
    expect(id(dataDir)).toBe(id(original));
    expect(findLeaks(dataDir, { key: key.exportBytes() }, (file) => file.endsWith('encryption_key'))).toEqual(
      [],
    );
  });

  it('without the key is refused where the backup is encrypted, and locked where it is readable', async () => {
    const dataDir = newFolder();
    expect(await failure(restore(dataDir))).toEqual({
      code: 'backup_needs_key',
      fingerprint: key.fingerprint,
      found: [],
    });
    expect(existsSync(dataDir)).toBe(false);
    const readable = await back(original, { isEncrypted: false, takenAt: clock.now() + 6000 });
    // As one that was made while the key was missing.
    rmSync(join(readable, 'manifest.hmac'));
    const { preview, notes } = await restore(dataDir, { from: readable });
    expect(preview.values).toBeNull();
    expect(notes.join()).toContain(`The key ${key.fingerprint} is not here`);
    expect((await read(dataDir)).case).toBe('missing');
    rmSync(readable, { recursive: true });
  });

  it('by an identity alone has what is plain, is locked, not verified, and opens by a copy of the key later', async () => {
    const dataDir = newFolder();
    const [identity, recipient] = await generateIdentity();
    const from = await back(original, { recipients: [recipient], takenAt: clock.now() + 7000 });
    const [other, otherRecipient] = await generateIdentity();
    expect(await failure(restore(dataDir, { from, copy: { text: other } }))).toMatchObject({
      code: 'backup_needs_key',
      fingerprint: key.fingerprint,
      found: [otherRecipient],
    });
    expect(existsSync(dataDir)).toBe(false);
    // A file as age-keygen writes it, with one more that decrypts nothing.
    const path = join(folder, 'identities.txt');
    const lines = ['# created: 2026-01-02T03:04:05Z', `# public key: ${recipient}`, identity, '', other];
    writeFileSync(path, `${lines.join('\r\n')}\r\n`);
    const { preview, notes } = await restore(dataDir, { from, copy: { path } });
    expect(preview).toMatchObject({ values: null, decryptedFor: recipient });
    expect(notes.join()).toMatch(
      new RegExp(`recipient is ${recipient}\\. The key ${key.fingerprint} is not here`),
    );
    const verified = withDatabase(dataDir, (sqlite) =>
      sqlite.prepare('SELECT is_verified FROM restored_backup').pluck().get(),
    );
    expect(verified).toBe(0);
    expect(findLeaks(folder, { identity: Buffer.from(identity) }, (file) => file === path)).toEqual([]);
    await opened(dataDir, async (instance) => {
      const { vault } = instance.status();
      expect(vault).toMatchObject({ case: 'missing', detail: expect.stringContaining(key.fingerprint) });
      const { projects } = await ask(instance, 'GET', '/projects');
      expect(projects).toMatchObject([{ name: 'shop' }]);
      expect(await ask(instance, 'GET', '/users')).toMatchObject([{ user: { email: ADMIN.email } }]);
      await ask(instance, 'POST', '/vault/unlock', { method: 'words', words: formatWords(key) });
    });
    expect(await read(dataDir)).toMatchObject({ case: 'running', values: { TOKEN: VALUE } });
    rmSync(from, { recursive: true });
    rmSync(path);
  });

  it('takes the identity of a paper kit in its two lines, and none for a backup that is not encrypted', async () => {
    const { id } = withDatabase(original, (sqlite) => sqlite.prepare('SELECT id FROM instance').get()) as {
      id: string;
    };
    const own = await deriveBackupIdentity(key, id);
    const text = `${own.identity.slice(0, 37)}\n${own.identity.slice(37)}`.toLowerCase();
    const { preview } = await restore(newFolder(), { copy: { text } });
    expect(preview).toMatchObject({ values: null, decryptedFor: own.recipient });
    const readable = await back(original, { isEncrypted: false, takenAt: clock.now() + 8000 });
    expect(await failure(restore(newFolder(), { from: readable, copy: { text } }))).toEqual({
      code: 'copy_unusable',
    });
    rmSync(readable, { recursive: true });
  });

  it('refuses the copy of another key by its fingerprint, and leaves nothing', async () => {
    const dataDir = newFolder();
    const other = MasterKey.generate();
    expect(await failure(restore(dataDir, { copy: { text: formatWords(other) } }))).toEqual({
      code: 'backup_needs_key',
      fingerprint: key.fingerprint,
      found: [other.fingerprint],
    });
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('a restore is refused before anything is written', () => {
  it('over another instance, of a newer version, without room, and while an instance runs', async () => {
    const other = newFolder();
    await opened(other, setUp);
    const dataDir = copyOfOriginal();
    const newer = await back(original, {
      takenAt: clock.now() + 7000,
      manifest: (manifest) => ({ ...manifest, schemaVersion: latestVersion() + 1 }),
    });
    const huge = await back(original, {
      takenAt: clock.now() + 8000,
      manifest: (manifest) => ({
        ...manifest,
        parts: manifest.parts.map((part) =>
          part.holds === 'database' ? { ...part, unpackedBytes: 2 ** 50 } : part,
        ),
      }),
    });
    const [foreign, own] = [snapshot(other), snapshot(dataDir)];
    expect(await failure(restore(other))).toMatchObject({ code: 'backup_of_other_instance' });
    expect(await failure(restore(dataDir, { from: newer }))).toMatchObject({ code: 'backup_newer' });
    expect(await failure(restore(dataDir, { from: huge }))).toMatchObject({ code: 'disk_full' });
    await opened(dataDir, async () => {
      expect(await failure(restore(dataDir))).toMatchObject({ code: 'data_dir_in_use' });
    });
    expect(snapshot(other)).toEqual(foreign);
    expect(Object.keys(snapshot(dataDir))).toEqual(Object.keys(own));
    for (const made of [newer, huge]) rmSync(made, { recursive: true });
  });

  it('of a damaged backup, and where it is not confirmed', async () => {
    const dataDir = copyOfOriginal();
    const before = snapshot(dataDir);
    const damaged = await back(original, { takenAt: clock.now() + 9000 });
    writeFileSync(join(damaged, 'database.sqlite.zst.age'), 'x');
    expect(await failure(restore(dataDir, { from: damaged }))).toMatchObject({
      code: 'backup_damaged',
      check: 'parts',
    });
    const refuse = restore(dataDir, {}, () => Promise.reject(new AppError('confirmation_required', 'No.')));
    expect(await failure(refuse)).toEqual({ code: 'confirmation_required' });
    expect(snapshot(dataDir)).toEqual(before);
    rmSync(damaged, { recursive: true });
  });

  it('into a folder that holds something else', async () => {
    const dataDir = newFolder();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'thesis.txt'), 'mine');
    expect(await failure(restore(dataDir, { copy: { text: formatWords(key) } }))).toMatchObject({
      code: 'data_dir_unusable',
    });
    expect(readdirSync(dataDir)).toEqual(['thesis.txt']);
  });

  it('when there is nothing to undo', async () => {
    expect(await failure(undoRestore(copyOfOriginal(), clock))).toEqual({ code: 'not_found' });
  });
});

describe('what is at a place', () => {
  it('is found by destination, instance, backup and manifest, the newest first; what is foreign is passed over', async () => {
    const place = join(folder, 'nas');
    cpSync(destination, place, { recursive: true });
    mkdirSync(join(place, 'holiday'));
    writeFileSync(join(place, 'temps-notes.txt'), 'x');
    const instance = join(place, readdirSync(destination)[0] as string);
    mkdirSync(join(instance, '20300101T000000Z-00000000'));
    const find = async (from: string) =>
      (await findBackups(from, AbortSignal.timeout(60_000))).backups.map(({ read }) => read.manifest.takenAt);
    const all = await find(place);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    expect(all.length).toBeGreaterThan(1);
    expect(await find(instance)).toEqual(all);
    expect(await find(backup)).toEqual([all.at(-1)]);
    expect(await find(join(backup, 'manifest.json'))).toEqual([all.at(-1)]);
    expect(await failure(findBackups(join(place, 'holiday'), AbortSignal.timeout(1000)))).toEqual({
      code: 'not_found',
    });
    expect(await failure(findBackups(join(place, 'nowhere'), AbortSignal.timeout(1000)))).toEqual({
      code: 'not_found',
    });
  });
});
