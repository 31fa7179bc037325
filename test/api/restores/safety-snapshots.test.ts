import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { listScratch } from '../../folders.ts';
import { ADMIN, openDoor, type TestDoor } from '../harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const fixtures = join(import.meta.dirname, '../../fixtures');

let door: TestDoor & { stop(): Promise<void> };
afterEach(() => door.stop());

const listFormer = async () => (await door.owner('GET', '/backups/restored')).body.former_databases;
const countSessions = (file: string) => {
  const sqlite = new Database(join(door.dataDir, file), { readonly: true });
  try {
    return sqlite.prepare('SELECT count(*) FROM sessions').pluck().get();
  } finally {
    sqlite.close();
  }
};

async function putBack(name: string): Promise<void> {
  const { status, body, text } = await door.owner('POST', `/backups/former-databases/${name}/restore`);
  expect(status, text).toBe(202);
  const ask = () => door.owner('GET', `/backups/restores/${body.id}/outcome`);
  await expect.poll(async () => (await ask()).body).toMatchObject({ state: 'done' });
}

function layOutRelease(dataDir: string): void {
  const { encryptionKey } = JSON.parse(readFileSync(join(fixtures, 'release-0.1.0.json'), 'utf8'));
  writeFileSync(join(dataDir, 'encryption_key'), `${encryptionKey}\n`, { mode: 0o600 });
  const database = new Database(join(dataDir, 'temps.db'));
  database.pragma('foreign_keys = OFF');
  database.exec(readFileSync(join(fixtures, 'release-0.1.0.sql'), 'utf8'));
  database.exec(
    "INSERT INTO sessions (token_hash, kind, created_at, expires_at) VALUES (x'01', 'user', 1, 9e15)",
  );
  database.close();
  chmodSync(join(dataDir, 'temps.db'), 0o600);
}

describe('a safety snapshot of before a migration', () => {
  it('is listed and in Activity, comes back with nobody signed in, stays kept, and goes after seven days', async () => {
    const now = Date.parse('2026-11-29T06:00:00Z');
    door = await openDoor('https', { isSetUp: false, now, prepare: layOutRelease });
    const [kept, ...others] = await listFormer();
    expect(kept).toMatchObject({
      name: 'before-migration-20261129T060000Z',
      why: 'migration',
      kept_until: now + 7 * DAY_MS,
    });
    expect(others).toEqual([]);
    expect(countSessions(`${kept.name}/temps.db`)).toBe(1);
    const lines = (await door.owner('GET', '/audit/logs?limit=20')).text;
    expect(lines).toContain('DATABASE_MIGRATED');
    expect(lines).toContain(kept.name);
    // It counts for nothing that is said of backups.
    expect((await door.owner('GET', '/backups')).body.backups).toEqual([]);
    expect((await door.owner('POST', '/backups/restores/undo')).body.error_code).toBe('not_found');

    await door.owner('POST', '/projects', { name: 'later' });
    door.clock.advance(1000);
    await putBack(kept.name);
    expect(countSessions('temps.db')).toBe(0);
    expect((await door.owner('GET', '/projects')).text).not.toContain('later');
    expect((await door.owner('GET', '/audit/logs?limit=20')).text).toContain('RESTORE_UNDONE');
    // What it was exchanged for is kept, and so is the snapshot; coming back it was migrated again.
    const names = async () => (await listFormer()).map(({ name }: { name: string }) => name);
    expect((await names()).sort()).toEqual([
      kept.name,
      'before-migration-20261129T060001Z',
      'before-restore-20261129T060001Z',
    ]);

    door.clock.advance(7 * DAY_MS);
    // It begins anew, and looks at what is due.
    await putBack('before-restore-20261129T060001Z');
    expect((await door.owner('GET', '/projects')).text).toContain('later');
    await expect.poll(names).toEqual(['before-restore-20261206T060001Z']);
    expect((await door.owner('POST', `/backups/former-databases/${kept.name}/restore`)).status).toBe(404);
  });
});

describe('a safety snapshot of before a rotation', () => {
  const call = async (path: string, body?: object) => {
    const answer = await door.owner('POST', `/vault/key/rotation${path}`, body);
    return answer.body;
  };
  const readValue = async () =>
    (await door.owner('GET', '/projects/shop/env-vars/TOKEN/value?environment_id=1')).body.value;

  it('is taken before a value changes; it comes back with the old key, and without it nothing begins', async () => {
    door = await openDoor('socket');
    await door.owner('POST', '/projects', { name: 'shop' });
    const variable = { key: 'TOKEN', value: 'planted secret', is_secret: true, environment_ids: [1] };
    await door.owner('POST', '/projects/shop/env-vars', variable);
    await door.signIn(ADMIN.email, ADMIN.password);
    const { rotation } = await call('', {});
    await call('/prove', { override_fingerprint: rotation.new_fingerprint });

    // Nothing can be written to it then.
    const scratch = join(door.dataDir, 'scratch');
    rmSync(scratch, { recursive: true, force: true });
    writeFileSync(scratch, 'of somebody else');
    const refused = await call('/seal?wait=true');
    expect(refused).toMatchObject({ error_code: 'rotation_not_possible' });
    expect(refused.detail).toMatch(/scratch is not a folder.*Nothing was encrypted with the new key yet/);
    expect(await listFormer()).toEqual([]);
    expect((await door.owner('GET', '/vault/key/rotation')).body.rotation.state).toBe('proven');
    rmSync(scratch);

    expect((await call('/seal?wait=true')).rotation).toMatchObject({ state: 'done' });
    const [kept] = await listFormer();
    expect(kept).toMatchObject({ name: expect.stringMatching(/^before-rotation-/), why: 'rotation' });
    expect(listScratch(door.dataDir)).toEqual([]);
    expect((await door.owner('GET', '/vault/status')).body.fingerprint).toBe(rotation.new_fingerprint);

    // What was there before may be in it: that is said before something is deleted.
    const holding = async (since: number) =>
      (await door.owner('GET', `/backups/holding?since=${since}`)).body;
    expect(await holding(0)).toMatchObject({
      former: [{ name: kept.name, why: 'rotation', kept_until: kept.kept_until }],
      said: expect.arrayContaining([
        expect.stringMatching(/^1 former database on this disk may still have it, until /),
      ]),
    });
    expect((await holding(kept.replaced_at + 1)).former).toEqual([]);

    // Its values need the key that was retired: that is said before it is shredded.
    const epochs = async () => (await door.owner('GET', '/vault/key/epochs')).body.epochs;
    const day = new Date(kept.kept_until).toISOString().slice(0, 10);
    const said = `1 former database on this disk needs it: ${kept.name} (kept until ${day}).`;
    const inside = readdirSync(join(door.dataDir, kept.name));
    expect(await epochs()).toMatchObject([
      { fingerprint: rotation.new_fingerprint, former_databases: [] },
      {
        fingerprint: rotation.old_fingerprint,
        former_databases: [kept.name],
        backups_said: expect.stringContaining(said),
        if_shredded: expect.stringContaining(said),
      },
    ]);
    expect(readdirSync(join(door.dataDir, kept.name))).toEqual(inside);

    await putBack(kept.name);
    // Now it is the database of after the rotation that needs the other key.
    const former = (await listFormer()).map(({ name }: { name: string }) => name);
    const replaced = former.find((name: string) => name.startsWith('before-restore-'));
    const beside = readdirSync(join(door.dataDir, replaced));
    const [now] = await epochs();
    expect(now).toMatchObject({ fingerprint: rotation.old_fingerprint, former_databases: [kept.name] });
    expect(readdirSync(join(door.dataDir, replaced))).toEqual(beside);
    expect((await door.owner('GET', '/vault/status')).body).toMatchObject({
      state: 'running',
      fingerprint: rotation.old_fingerprint,
    });
    expect(await readValue()).toBe('planted secret');
    expect(countSessions('temps.db')).toBe(0);
    // The same rotation can go on from there.
    expect((await call('/seal?wait=true')).rotation).toMatchObject({ state: 'done' });
    expect(await readValue()).toBe('planted secret');
  });
});
