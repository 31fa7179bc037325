import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatWords } from '../../../electron/instance/vault/copies/words.ts';
import { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';
import { findScratch, listScratch } from '../../folders.ts';
import { ADMIN, openDoor, readToken, type TestDoor } from '../harness.ts';

type Door = TestDoor & { stop(): Promise<void> };

let stick: string;
let door: Door;
beforeAll(() => {
  stick = mkdtempSync(join(tmpdir(), 'temps-stick-'));
});
afterAll(() => rmSync(stick, { recursive: true, force: true }));

/** What came of a restore, once it is known. */
async function awaitOutcome(at: Door, id: string) {
  for (;;) {
    const { body } = await at.owner('GET', `/backups/restores/${id}/outcome`);
    if (body.state !== 'running') return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function listProjects(at: Door): Promise<string[]> {
  const { body } = await at.owner('GET', '/projects');
  return body.projects.map(({ name }: { name: string }) => name).sort();
}

const prepare = (request: object) => door.owner('POST', '/backups/restores', request);

async function backUp(at: Door): Promise<string> {
  const folder = mkdtempSync(join(stick, 'd-'));
  const { body: added } = await at.owner('POST', '/backups/destinations', {
    kind: 'folder',
    name: folder,
    path: folder,
  });
  const made = await at.owner('POST', `/backups/destinations/${added.id}/run`);
  if (made.status !== 201) throw new Error(made.text);
  return made.body.id;
}

describe('a restore through the running instance', () => {
  beforeEach(async () => {
    door = await openDoor('https');
    await door.owner('POST', '/projects', { name: 'shop' });
    await door.owner('POST', '/projects/shop/env-vars', {
      key: 'TOKEN',
      value: 'planted secret',
      is_secret: true,
      environment_ids: [1],
    });
  });
  afterEach(() => door.stop());

  it('says what it would do, exchanges the database, ends every session, and can be undone', async () => {
    const backup = await backUp(door);
    await door.owner('POST', '/projects', { name: 'later' });
    const session = await door.signIn(ADMIN.email, ADMIN.password);
    const prepared = await door.owner('POST', '/backups/restores', { backup });
    expect(prepared.status, prepared.text).toBe(201);
    expect(prepared.body).toMatchObject({
      backup_id: backup,
      replaces: prepared.body.instance_name,
      only_here: { projects: ['later'], users: [] },
      values: { lost: 0 },
    });
    expect(prepared.body.values.opened).toBe(prepared.body.values.total);
    expect(prepared.body.tables).toContainEqual({ name: 'projects', now: 2, backup: 1 });
    expect(await listProjects(door)).toEqual(['later', 'shop']);

    expect((await door.owner('POST', `/backups/restores/${prepared.body.id}/apply`)).status).toBe(202);
    expect(await awaitOutcome(door, prepared.body.id)).toMatchObject({ state: 'done', said: [] });
    expect(await listProjects(door)).toEqual(['shop']);
    const value = await door.owner('GET', '/projects/shop/env-vars/TOKEN/value?environment_id=1');
    expect(value.body.value).toBe('planted secret');
    expect((await door.request('GET', '/projects', undefined, session)).status).toBe(401);
    await door.signIn(ADMIN.email, ADMIN.password);
    const { body: restored } = await door.owner('GET', '/backups/restored');
    // This very directory made it.
    expect(restored).toMatchObject({
      restored: { backup_id: backup, old_computer: 'same', is_verified: true },
      waits_for_old_computer: false,
      former_databases: [{ name: expect.stringMatching(/^before-restore-/) }],
    });
    expect(readdirSync(door.dataDir)).not.toContain('restore-incoming');

    const undone = await door.owner('POST', '/backups/restores/undo');
    expect(await awaitOutcome(door, undone.body.id)).toMatchObject({ state: 'done' });
    expect(await listProjects(door)).toEqual(['later', 'shop']);
    const { body: log } = await door.owner('GET', '/audit/logs?limit=20');
    expect(JSON.stringify(log)).toContain('RESTORE_UNDONE');
  });

  it('is prepared once, and replaced, cancelled, dropped by a lock or after an hour: nothing waits in scratch', async () => {
    const backup = await backUp(door);
    const [first, second] = [await prepare({ backup }), await prepare({ backup })];
    expect((await door.owner('POST', `/backups/restores/${first.body.id}/apply`)).status).toBe(404);
    expect((await door.owner('GET', '/backups/restores')).body.current).toMatchObject({
      id: second.body.id,
      state: 'ready',
      prepared: { backup_id: backup },
    });
    expect(listScratch(door.dataDir)).toEqual(['restore']);
    expect((await door.owner('DELETE', `/backups/restores/${second.body.id}`)).status).toBe(204);
    expect(listScratch(door.dataDir)).toEqual([]);
    expect((await door.owner('POST', `/backups/restores/${second.body.id}/apply`)).status).toBe(404);

    await prepare({ backup });
    await door.owner('POST', '/vault/lock');
    await expect.poll(async () => (await door.owner('GET', '/backups/restores')).body.current).toBe(null);
    expect(listScratch(door.dataDir)).toEqual([]);
    await door.owner('POST', '/vault/unlock', { method: 'custody' });

    const { body: old } = await prepare({ backup });
    door.clock.advance(60 * 60 * 1000 + 1000);
    expect((await door.owner('POST', `/backups/restores/${old.id}/apply`)).status).toBe(404);
  });

  it('keeps the database, and says why, where what was checked cannot be put in its place', async () => {
    const backup = await backUp(door);
    await door.owner('POST', '/projects', { name: 'later' });
    const { body } = await prepare({ backup });
    // Whoever it was: what comes now is not what was checked.
    writeFileSync(join(findScratch(door.dataDir, 'restore'), 'database.sqlite'), 'no database any more');
    await door.owner('POST', `/backups/restores/${body.id}/apply`);
    const outcome = await awaitOutcome(door, body.id);
    expect(outcome.state).toBe('failed');
    expect(outcome.said).toEqual([expect.stringMatching(/\w/)]);
    expect(await listProjects(door)).toEqual(['later', 'shop']);
    expect((await door.owner('GET', '/backups/restored')).body).toMatchObject({
      restored: null,
      former_databases: [],
    });
  });

  it('refuses a path that is none, another instance, a change made to it, and what is not there', async () => {
    const backup = await backUp(door);
    const { folder, destination } = (await door.owner('GET', `/backups/${backup}`)).body;
    const there = join(destination, folder);
    expect((await prepare({ path: 'relative' })).body).toMatchObject({ error_code: 'invalid_request' });
    expect((await prepare({})).body).toMatchObject({ error_code: 'invalid_request' });
    expect((await prepare({ path: there, backup })).body).toMatchObject({ error_code: 'invalid_request' });
    expect((await prepare({ path: door.dataDir })).body).toMatchObject({ error_code: 'not_found' });
    const other = await openDoor('socket');
    try {
      const refused = await other.owner('POST', '/backups/restores', { path: there });
      expect(refused.body).toMatchObject({ error_code: 'backup_of_other_instance' });
      expect(listScratch(other.dataDir)).toEqual([]);
    } finally {
      await other.stop();
    }
    const database = join(there, readdirSync(there).find((name) => name.startsWith('database')) ?? '');
    const bytes = readFileSync(database);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    writeFileSync(database, bytes);
    expect((await prepare({ backup })).body).toMatchObject({
      error_code: 'backup_damaged',
      details: { check: 'parts', part: basename(database) },
    });
    expect(listScratch(door.dataDir)).toEqual([]);
    expect((await door.owner('GET', '/backups/restores')).body.current).toBe(null);
    expect((await door.owner('POST', '/backups/restores/undo')).body).toMatchObject({
      error_code: 'not_found',
    });
    expect((await door.owner('DELETE', '/backups/former-databases/..%2Ftemps.db')).body).toMatchObject({
      error_code: 'not_found',
    });
  });

  it('deletes a former database when someone does, or after thirty days', async () => {
    const backup = await backUp(door);
    const { folder, destination } = (await door.owner('GET', `/backups/${backup}`)).body;
    // By its path: a backup does not know itself.
    const restore = async () => {
      const { body } = await prepare({ path: join(destination, folder) });
      await door.owner('POST', `/backups/restores/${body.id}/apply`);
      expect(await awaitOutcome(door, body.id)).toMatchObject({ state: 'done' });
    };
    await restore();
    door.clock.advance(1000);
    await restore();
    const list = async () => (await door.owner('GET', '/backups/restored')).body.former_databases;
    const [newest] = await list();
    expect((await door.owner('DELETE', `/backups/former-databases/${newest.name}`)).status).toBe(204);
    const [old] = await list();
    door.clock.advance(30 * 24 * 60 * 60 * 1000);
    // It begins anew, and looks at what is due.
    await restore();
    await expect.poll(list).toEqual([
      {
        ...old,
        name: expect.not.stringContaining(old.name),
        replaced_at: expect.any(Number),
        kept_until: expect.any(Number),
        size_bytes: expect.any(Number),
      },
    ]);
  });
});

describe('a backup as one file', () => {
  beforeAll(async () => {
    door = await openDoor('https');
  });
  afterAll(() => door.stop());

  it('is written to a new file, or downloaded, and is what a restore takes; a damaged one ends early', async () => {
    const backup = await backUp(door);
    const { folder, destination } = (await door.owner('GET', `/backups/${backup}`)).body;
    const to = mkdtempSync(join(stick, 'exported-'));
    const write = (path: string) => door.owner('POST', `/backups/${backup}/export`, { path });
    const written = await write(to);
    expect(written.status, written.text).toBe(201);
    const path = join(to, `${basename(folder)}.tar`);
    expect(written.body).toEqual({ path, size_bytes: statSync(path).size });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await write(to)).body).toMatchObject({ error_code: 'conflict' });
    expect((await write('relative')).body).toMatchObject({ error_code: 'invalid_request' });
    expect((await write(join(to, 'nowhere', 'a.tar'))).body).toMatchObject({ error_code: 'place_unusable' });

    const admin = await door.signIn(ADMIN.email, ADMIN.password);
    await door.request('POST', '/auth/confirm', { password: ADMIN.password }, admin);
    const downloaded = await door.request('GET', `/backups/${backup}/file`, undefined, admin);
    expect(downloaded.headers).toMatchObject({
      'content-length': String(statSync(path).size),
      'content-disposition': `attachment; filename="${basename(path)}"`,
    });
    // As text, in which what is no text is lost: its beginning is the manifest.
    expect(downloaded.text.slice(512, 560)).toBe(readFileSync(path, 'latin1').slice(512, 560));
    const prepared = await prepare({ path });
    expect(prepared.body).toMatchObject({ backup_id: backup, place: path });

    const part = join(destination, folder, 'details.json.zst.age');
    writeFileSync(part, readFileSync(part).subarray(1));
    expect((await write(join(to, 'again.tar'))).body).toMatchObject({ error_code: 'backup_damaged' });
    expect(readdirSync(to)).toEqual([basename(path)]);
    await expect(door.request('GET', `/backups/${backup}/file`, undefined, admin)).rejects.toThrow();
    expect((await door.owner('GET', '/backups')).status).toBe(200);
  });
});

describe('a restore into an instance that nobody uses yet', () => {
  let empty: Door;
  beforeAll(async () => {
    door = await openDoor('socket');
    await door.owner('POST', '/projects', { name: 'shop' });
  });
  afterAll(() => door.stop());
  beforeEach(async () => {
    // Over the socket: after a restore the instance has the certificate of the other one.
    empty = await openDoor('socket', { isSetUp: false });
  });
  afterEach(() => empty.stop());

  it('makes no backup by schedule before the old computer is known to be gone', async () => {
    const backup = await backUp(door);
    const { destination, destination_id } = (await door.owner('GET', `/backups/${backup}`)).body;
    const scheduled = await door.owner('POST', '/backups/schedules', {
      name: 'hourly',
      schedule_expression: '0 * * * *',
      s3_source_id: destination_id,
    });
    expect(scheduled.status, scheduled.text).toBe(201);
    // A name of a folder has seconds.
    door.clock.advance(1000);
    const newer = (await door.owner('POST', `/backups/destinations/${destination_id}/run`)).body;
    const { words } = (await door.owner('POST', '/vault/key/copies', { format: 'words' })).body;
    const token = readToken((await empty.owner('POST', '/links')).body.path);
    const { body } = await empty.request('POST', '/setup/restores', {
      token,
      path: join(destination, newer.folder),
      copy: { method: 'words', words: words.join(' ') },
    });
    await empty.request('POST', `/setup/restores/${body.id}/apply`, { token });
    expect(await awaitOutcome(empty, body.id)).toMatchObject({ state: 'done' });
    const count = async () =>
      (await empty.owner('GET', '/backups')).body.backups.filter(
        ({ why }: { why: string }) => why === 'schedule',
      ).length;
    empty.clock.advance(3 * 60 * 60 * 1000);
    // Which looks at what is due.
    await empty.owner('PUT', '/backups/old-computer', { answer: 'runs' });
    expect(await count()).toBe(0);
    await empty.owner('PUT', '/backups/old-computer', { answer: 'gone' });
    await expect.poll(count).toBe(1);
  });

  it('lists what the old computer made later as soon as the question about it is answered, as made by another', async () => {
    const first = await backUp(door);
    const { folder, destination, destination_id } = (await door.owner('GET', `/backups/${first}`)).body;
    const { words } = (await door.owner('POST', '/vault/key/copies', { format: 'words' })).body;
    // What is restored knows nothing of what comes after it.
    door.clock.advance(1000);
    const later = (await door.owner('POST', `/backups/destinations/${destination_id}/run`)).body;
    const manifest = JSON.parse(readFileSync(join(destination, later.folder, 'manifest.json'), 'utf8'));
    const token = readToken((await empty.owner('POST', '/links')).body.path);
    const { body } = await empty.request('POST', '/setup/restores', {
      token,
      path: join(destination, folder),
      copy: { method: 'words', words: words.join(' ') },
    });
    await empty.request('POST', `/setup/restores/${body.id}/apply`, { token });
    expect(await awaitOutcome(empty, body.id)).toMatchObject({ state: 'done' });
    const ids = async () =>
      (await empty.owner('GET', '/backups')).body.backups.map(({ id }: { id: string }) => id);
    expect(await ids()).not.toContain(later.id);
    // Whose clock is behind that of the old one would take these for new.
    empty.clock.advance(60_000);
    await empty.owner('PUT', '/backups/old-computer', { answer: 'gone' });
    await expect.poll(ids).toContain(later.id);
    const { writers } = (await empty.owner('GET', '/backups/writers')).body;
    expect(
      writers.find(({ writer_id }: { writer_id: string }) => writer_id === manifest.writer_id),
    ).toMatchObject({ verdict: null, pauses_schedules: false, listed: expect.any(Number) });
  });

  it('takes a set-up link and a copy of the key, asks about the old computer, and is signed in to as before', async () => {
    const backup = await backUp(door);
    const { folder, destination } = (await door.owner('GET', `/backups/${backup}`)).body;
    const path = join(destination, folder);
    const { words } = (await door.owner('POST', '/vault/key/copies', { format: 'words' })).body;
    const token = readToken((await empty.owner('POST', '/links')).body.path);
    const send = (to: string, body: object) => empty.request('POST', to, body);

    expect((await send('/setup/restores', { token: 'wrong', path })).body).toMatchObject({
      error_code: 'link_invalid',
    });
    const { key_fingerprint: needed } = (await door.owner('GET', `/backups/${backup}`)).body;
    expect((await send('/setup/restores', { token, path })).body).toMatchObject({
      error_code: 'backup_needs_key',
      details: { fingerprint: needed },
    });
    const wrong = await send('/setup/restores', {
      token,
      path,
      copy: { method: 'words', words: formatWords(MasterKey.generate()) },
    });
    expect(wrong.body).toMatchObject({ error_code: 'backup_needs_key', details: { fingerprint: needed } });

    const prepared = await send('/setup/restores', {
      token,
      path,
      copy: { method: 'words', words: words.join(' ') },
    });
    expect(prepared.status, prepared.text).toBe(201);
    expect(prepared.body).toMatchObject({ replaces: null, encrypted: true, values: { lost: 0 } });
    expect(prepared.text).not.toContain(`${words[0]} ${words[1]}`);
    expect((await send(`/setup/restores/${prepared.body.id}/apply`, { token: 'wrong' })).status).toBe(401);
    expect((await send(`/setup/restores/${prepared.body.id}/apply`, { token })).status).toBe(202);
    expect(await awaitOutcome(empty, prepared.body.id)).toMatchObject({ state: 'done' });

    const admin = await empty.signIn(ADMIN.email, ADMIN.password);
    expect((await empty.request('GET', '/projects', undefined, admin)).body.projects).toHaveLength(1);
    expect((await empty.owner('GET', '/vault/status')).body).toMatchObject({
      state: 'running',
      fingerprint: needed,
    });
    expect((await send('/setup/restores', { token, path })).body).toMatchObject({
      error_code: 'already_set_up',
    });
    expect((await empty.owner('GET', '/backups/restored')).body).toMatchObject({
      restored: { old_computer: null },
      waits_for_old_computer: true,
    });
    for (const [answer, waits] of [
      ['runs', true],
      ['gone', false],
    ] as const) {
      expect((await empty.owner('PUT', '/backups/old-computer', { answer })).status).toBe(204);
      expect((await empty.owner('GET', '/backups/restored')).body).toMatchObject({
        restored: { old_computer: answer },
        waits_for_old_computer: waits,
      });
    }
  });

  it('is refused once somebody has begun to use it', async () => {
    const backup = await backUp(door);
    const { folder, destination } = (await door.owner('GET', `/backups/${backup}`)).body;
    const { words } = (await door.owner('POST', '/vault/key/copies', { format: 'words' })).body;
    const token = readToken((await empty.owner('POST', '/links')).body.path);
    const { body } = await empty.request('POST', '/setup/restores', {
      token,
      path: join(destination, folder),
      copy: { method: 'words', words: words.join(' ') },
    });
    await empty.owner('POST', '/users/administrator', ADMIN);
    expect((await empty.request('POST', `/setup/restores/${body.id}/apply`, { token })).body).toMatchObject({
      error_code: 'already_set_up',
    });
    expect((await empty.owner('POST', `/backups/restores/${body.id}/apply`)).body).toMatchObject({
      error_code: 'backup_of_other_instance',
    });
    expect((await empty.owner('GET', '/users')).body).toHaveLength(1);
  });
});
