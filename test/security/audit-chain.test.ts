import { renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditOperations } from '../../electron/instance/audit/operations.ts';
import { applyMigrations, latestVersion } from '../../electron/instance/store/migrate.ts';
import { vaultOperations } from '../../electron/instance/vault/operations.ts';
import { ADMIN, openDoor, readCookie, type TestDoor, type Who } from '../api/harness.ts';
import { openTestContext, type TestContext } from '../context.ts';
import { addPerson } from '../people.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('the chain of the audit log', () => {
  let test: TestContext;
  beforeEach(() => {
    test = openTestContext();
    for (let line = 0; line < 10; line++) write();
  });
  afterEach(() => test.close());
  const write = () => test.ctx.audit.append(auditOperations.AUDIT_EXPORTED, null);
  const sqlite = () => test.ctx.store.sqlite;
  const check = () => test.ctx.audit.checkChain();
  /** As someone who writes the file with a program of their own, without triggers. */
  const tamper = (sql: string) => {
    for (const name of ['update', 'delete', 'insert'])
      sqlite().exec(`DROP TRIGGER IF EXISTS audit_log_no_${name}`);
    sqlite().exec(sql);
  };

  it('holds for what was written, and has a head that each line changes', async () => {
    const before = test.ctx.audit.findHead();
    expect(before.id).toBe(10);
    write();
    const after = test.ctx.audit.findHead();
    expect([after.id, after.hash.equals(before.hash), after.hash.length]).toEqual([11, false, 32]);
    expect(await check()).toEqual({
      lines: 11,
      removed: 0,
      brokenAt: null,
      headId: 11,
      headHash: after.hash.toString('hex'),
    });
  });

  it.each([
    ['a line that was changed', "UPDATE audit_log SET actor = 'nobody' WHERE id = 4", 4],
    ['a time that was changed', 'UPDATE audit_log SET at = at + 1 WHERE id = 1', 1],
    ['data that was changed', "UPDATE audit_log SET data = '{}' WHERE id = 10", 10],
    ['a line that was removed', 'DELETE FROM audit_log WHERE id = 5', 6],
    ['a beginning that was removed', 'DELETE FROM audit_log WHERE id < 4', 4],
    ['an end that was removed', 'DELETE FROM audit_log WHERE id > 7', 8],
    ['a hash that was removed', 'UPDATE audit_log SET hash = NULL WHERE id = 6', 6],
    [
      'two lines that were exchanged',
      'UPDATE audit_log SET id = 99 WHERE id = 2; UPDATE audit_log SET id = 2 WHERE id = 3; UPDATE audit_log SET id = 3 WHERE id = 99',
      2,
    ],
    [
      'a line that was put in',
      "INSERT INTO audit_log SELECT 11, at, operation, actor_kind, user_id, 'eve', ip, data, hash FROM audit_log WHERE id = 10",
      11,
    ],
  ])('shows %s', async (_what, sql, line) => {
    tamper(sql);
    // The seq of a table is not what it was if ids went above it.
    expect((await check()).brokenAt).toBe(line);
  });

  it('shows the log of another instance', async () => {
    const other = openTestContext();
    other.ctx.audit.append(auditOperations.AUDIT_EXPORTED, null);
    const { hash } = other.ctx.audit.findHead();
    other.close();
    tamper('DELETE FROM audit_log; DELETE FROM sqlite_sequence');
    sqlite()
      .prepare('INSERT INTO audit_log (id, at, operation, actor_kind, actor, hash) VALUES (1, ?, ?, ?, ?, ?)')
      .run(test.clock.now(), 'AUDIT_EXPORTED', 'instance', 'instance', hash);
    expect((await check()).brokenAt).toBe(1);
  });

  it.each([
    "INSERT OR REPLACE INTO audit_log (id, at, operation, actor_kind, actor, hash) VALUES (3, 1, 'X', 'x', 'x', x'00')",
    "REPLACE INTO audit_log (id, at, operation, actor_kind, actor) VALUES (10, 1, 'X', 'x', 'x')",
    "INSERT INTO audit_log (id, at, operation, actor_kind, actor, hash) VALUES (13, 1, 'X', 'x', 'x', x'00')",
    "INSERT INTO audit_log (id, at, operation, actor_kind, actor, hash) VALUES (0, 1, 'X', 'x', 'x', x'00')",
    "INSERT INTO audit_log (at, operation, actor_kind, actor) VALUES (1, 'X', 'x', 'x')",
    "INSERT INTO audit_log (id, at, operation, actor_kind, actor) VALUES (11, 1, 'X', 'x', 'x')",
    'UPDATE OR REPLACE audit_log SET id = 2 WHERE id = 3',
    'DELETE FROM audit_log WHERE id = 4',
    "INSERT INTO audit_anchors VALUES (5, x'00', 5, 1)",
    'INSERT INTO audit_anchors SELECT 99, hash, 99, 1 FROM audit_log WHERE id = 10',
    'DELETE FROM audit_anchors',
    'UPDATE audit_anchors SET removed = 0',
    'REPLACE INTO audit_anchors SELECT 2, hash, 0, 1 FROM audit_log WHERE id = 2',
  ])('cannot be walked past: %s', async (sql) => {
    // An anchor is there, at the third line.
    test.clock.advance(DAY_MS);
    write();
    const kept = sqlite().prepare('SELECT hash FROM audit_log WHERE id = 3').pluck().get();
    sqlite().prepare('INSERT INTO audit_anchors VALUES (3, ?, 3, 1)').run(kept);
    const before = sqlite().prepare('SELECT * FROM audit_log').all();
    expect(() => sqlite().exec(sql)).toThrow(/append-only/);
    expect(sqlite().prepare('SELECT * FROM audit_log').all()).toEqual(before);
  });

  it('loses a beginning alone, to an anchor that the rest is checked from', async () => {
    test.clock.advance(10 * DAY_MS);
    for (let line = 0; line < 5; line++) write();
    const before = test.ctx.audit.findHead();
    let removed = 0;
    for (let some = -1; some !== 0; removed += some)
      some = test.ctx.audit.removeBefore(test.clock.now() - DAY_MS);
    expect(removed).toBe(10);
    expect(await check()).toMatchObject({ lines: 6, removed: 10, brokenAt: null, headId: before.id + 1 });
    expect(test.ctx.audit.list({}, { limit: 1, offset: 0 })).toMatchObject([
      { operation: 'AUDIT_SHORTENED', data: { count: 10 } },
    ]);
    expect(sqlite().prepare('SELECT last_id, removed FROM audit_anchors').all()).toEqual([
      { last_id: 10, removed: 10 },
    ]);
    // What the anchor vouches for cannot be taken off it.
    tamper('DELETE FROM audit_log WHERE id = 11');
    expect((await check()).brokenAt).toBe(12);
  });

  it('keeps the newest line, whatever its age, and what is young behind a clock that went back', async () => {
    test.clock.advance(1000 * DAY_MS);
    for (let some = -1; some !== 0; ) some = test.ctx.audit.removeBefore(test.clock.now());
    expect((await check()).lines).toBeGreaterThan(0);
    expect((await check()).brokenAt).toBeNull();
    test.clock.advance(-500 * DAY_MS);
    write();
    test.clock.advance(500 * DAY_MS);
    const { lines } = await check();
    // The line from a clock that was behind is old, but stands after one that is not.
    expect(test.ctx.audit.removeBefore(test.clock.now() - DAY_MS)).toBe(0);
    expect((await check()).lines).toBe(lines);
  });

  it('begins with the lines of a version that had none', async () => {
    const database = new Database(join(test.dataDir, 'old.db'));
    applyMigrations(database, 1, 3);
    expect(latestVersion()).toBeGreaterThan(3);
    const insert = database.prepare(
      "INSERT INTO audit_log (at, operation, actor_kind, actor) VALUES (?, 'KEPT', 'instance', 'instance')",
    );
    for (let at = 1; at <= 4; at++) insert.run(at);
    applyMigrations(database, 1);
    const { createAuditLog } = await import('../../electron/instance/audit/audit-log.ts');
    const store = {
      ...test.ctx.store,
      sqlite: database,
      transaction: <T>(work: () => T) => database.transaction(work)(),
    };
    const log = createAuditLog(store, test.clock, test.ctx.log);
    log.append(auditOperations.AUDIT_EXPORTED, null);
    log.append(auditOperations.AUDIT_EXPORTED, null);
    expect(await log.checkChain()).toMatchObject({ lines: 6, brokenAt: null, headId: 6 });
    database.exec('DROP TRIGGER audit_log_no_update');
    database.exec("UPDATE audit_log SET actor = 'eve' WHERE id = 2");
    // An old line has no hash of its own: the first that follows shows it.
    expect((await log.checkChain()).brokenAt).toBe(5);
    database.close();
  });

  it('is as it was after a transaction that was undone', async () => {
    expect(() =>
      test.ctx.store.transaction(() => {
        write();
        throw new Error('undone');
      }),
    ).toThrow('undone');
    write();
    expect(await check()).toMatchObject({ lines: 11, brokenAt: null });
  });
});

describe('lines that strangers cause', () => {
  let test: TestContext;
  beforeEach(() => {
    test = openTestContext();
  });
  afterEach(() => test.close());
  const list = () => test.ctx.audit.list({}, { limit: 5000, offset: 0 });
  const note = (subject: string) => test.ctx.audit.note(vaultOperations.VAULT_LOCKED, null, subject);

  it('are limited for each, and those left out are counted in the next', () => {
    for (let line = 0; line < 500; line++) note('one');
    note('other');
    const [newest, counted, ...rest] = list();
    expect([newest?.operation, counted?.operation]).toEqual(['VAULT_LOCKED', 'LINES_LEFT_OUT']);
    expect(counted?.data).toEqual({ operations: { VAULT_LOCKED: 480 } });
    expect(rest).toHaveLength(20);
    test.clock.advance(MINUTE_MS);
    note('one');
    expect(list()).toHaveLength(23);
  });

  it('are counted when nothing more comes, too: by the next look at what waits', () => {
    for (let line = 0; line < 30; line++) note('one');
    test.ctx.audit.flush();
    test.ctx.audit.flush();
    expect(list().filter(({ operation }) => operation === 'LINES_LEFT_OUT')).toMatchObject([
      { data: { operations: { VAULT_LOCKED: 10 } } },
    ]);
  });

  it('are counted when they could not be written, and not when they were', async () => {
    const { store, audit } = test.ctx;
    renameSync(store.path, `${store.path}.away`);
    for (let line = 0; line < 1200; line++) audit.record(vaultOperations.VAULT_LOCKED, null);
    renameSync(`${store.path}.away`, store.path);
    audit.flush();
    const [, ...rest] = list().toReversed();
    expect(list().at(-1)?.data).toEqual({ operations: { VAULT_LOCKED: 200 } });
    expect(rest).toHaveLength(1000);
    expect((await audit.checkChain()).brokenAt).toBeNull();
  });

  it('do not fill the memory, however many they are about', () => {
    for (let subject = 0; subject < 5000; subject++) note(String(subject));
    expect(test.ctx.audit.count({})).toBe(5000);
  });
});

describe('what is refused', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let adaId: number;
  beforeAll(async () => {
    door = await openDoor('https');
    adaId = (await door.owner('GET', '/users')).body[0].user.id;
  });
  afterAll(() => door.stop());
  const send = (method: string, path: string, body?: unknown, who?: Who) =>
    door.request(method, path, body, who);
  interface Line {
    operation_type: string;
    actor: string;
    data: Record<string, unknown>;
    sentence: { text: string }[];
  }
  const newest = async (): Promise<Line> => (await door.owner('GET', '/audit/logs?limit=1')).body[0];
  const sayNewest = async () => (await newest()).sentence.map(({ text }) => text).join('');

  it('names the account whose password was guessed, and no more of one that there is not', async () => {
    await send('POST', '/auth/login', { email: ' ADA@example.org', password: 'a wrong password' });
    expect(await newest()).toMatchObject({ operation_type: 'SIGN_IN_FAILED', data: { user_id: adaId } });
    expect(await sayNewest()).toContain('Ada');
    const typed = 'my-password-in-the-wrong-field';
    await send('POST', '/auth/login', { email: typed, password: 'x' });
    expect(await newest()).toMatchObject({ operation_type: 'SIGN_IN_FAILED', data: { user_id: null } });
    expect((await door.owner('GET', '/audit/logs')).text).not.toContain(typed);
  });

  it('is noted for a throttled attempt, too', async () => {
    const email = 'slow@example.org';
    const { user } = (await door.owner('POST', '/users', { email, password: ADMIN.password })).body;
    for (let attempt = 0; attempt < 9; attempt++)
      await send('POST', '/auth/login', { email, password: 'a wrong password' });
    const { body } = await door.owner('GET', '/audit/logs?operation_type=SIGN_IN_FAILED');
    const ofUser = (body as Line[]).filter(({ data }) => data.user_id === user.id);
    expect(ofUser).toHaveLength(9);
  });

  it('is a wrong code, after the line of a second factor that is awaited', async () => {
    const email = 'mfa@example.org';
    const { user } = (await addPerson(door.owner, { email, password: ADMIN.password })).body;
    const first = await door.signIn(email, ADMIN.password);
    const { secret_key } = (await send('POST', '/users/me/mfa/setup', undefined, first)).body;
    await send('POST', '/users/me/mfa/verify', { code: '000000' }, first);
    expect(await newest()).toMatchObject({
      operation_type: 'SECOND_FACTOR_FAILED',
      data: { user_id: user.id },
    });
    const code = new TOTP({ secret: Secret.fromBase32(secret_key) }).generate({
      timestamp: door.clock.now(),
    });
    await send('POST', '/users/me/mfa/verify', { code }, first);
    const pending = {
      cookie: readCookie(await send('POST', '/auth/login', { email, password: ADMIN.password })),
    };
    expect(await newest()).toMatchObject({
      operation_type: 'SECOND_FACTOR_AWAITED',
      data: { user_id: user.id },
    });
    await send('POST', '/auth/verify-mfa', { code }, pending);
    expect(await newest()).toMatchObject({
      operation_type: 'SECOND_FACTOR_FAILED',
      data: { user_id: user.id },
    });
  });

  it('is a confirmation with a wrong password, and signing out is noted', async () => {
    const here = await door.signIn(ADMIN.email, ADMIN.password);
    await send('POST', '/auth/confirm', { password: 'a wrong password' }, here);
    expect(await newest()).toMatchObject({
      operation_type: 'CONFIRMATION_FAILED',
      actor: ADMIN.email,
      data: { user_id: adaId },
    });
    await send('POST', '/logout', undefined, here);
    expect(await newest()).toMatchObject({ operation_type: 'SIGNED_OUT', actor: ADMIN.email });
  });

  it('is a key or token that is unknown, wrong, off or expired, by name and never as sent', async () => {
    const { api_key, id, key_prefix } = (
      await door.owner('POST', '/api-keys', { name: 'ci', role_type: 'reader' })
    ).body;
    const flipped = `${api_key.slice(0, -1)}${api_key.endsWith('A') ? 'B' : 'A'}`;
    await send('GET', '/projects', undefined, { token: flipped });
    expect(await newest()).toMatchObject({
      operation_type: 'KEY_REFUSED',
      data: { name: 'the API key ci', reason: 'invalid_credentials' },
    });
    await door.owner('POST', `/api-keys/${id}/deactivate`);
    await send('GET', '/projects', undefined, { token: api_key });
    expect(await sayNewest()).toBe('Refused the API key ci: turned off');
    const unknown = `tk_${'0'.repeat(12)}${'x'.repeat(43)}`;
    await send('GET', '/projects', undefined, { token: unknown });
    expect(await newest()).toMatchObject({ data: { name: null, reason: 'invalid_credentials' } });
    await send('POST', '/auth/link', { token: 'no-such-link' });
    expect(await newest()).toMatchObject({ operation_type: 'LINK_REFUSED' });
    const { text } = await door.owner('GET', '/audit/logs?limit=1000');
    for (const sent of [api_key, flipped, unknown, 'no-such-link', key_prefix])
      expect(text).not.toContain(sent);
  });

  it('keeps the doctor content, who finds what was written anew', async () => {
    const doctor = async () => (await door.owner('POST', '/vault/doctor?wait=true')).body.activity;
    expect(await doctor()).toMatchObject({ broken_at: null, removed: 0 });
    const database = new Database(join(door.dataDir, 'temps.db'));
    database.exec('DROP TRIGGER audit_log_no_update');
    database.exec("UPDATE audit_log SET actor = 'nobody' WHERE id = 2");
    database.close();
    expect(await doctor()).toMatchObject({ broken_at: 2 });
  });

  it('is removed when it is older than the settings say, by someone who confirmed', async () => {
    const here = await door.signIn(ADMIN.email, ADMIN.password);
    door.clock.advance(6 * MINUTE_MS);
    const shorten = (activity_days: number) => send('PUT', '/settings', { activity_days }, here);
    expect((await shorten(30)).body.error_code).toBe('confirmation_required');
    await send('POST', '/auth/confirm', { password: ADMIN.password }, here);
    expect((await shorten(29)).status).toBe(400);
    expect((await shorten(30)).body.activity_days).toBe(30);
  });
});
