import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDoor, type TestDoor } from './harness.ts';

let door: TestDoor & { stop(): Promise<void> };
let root: string;
let destination: number;
beforeAll(async () => {
  door = await openDoor('socket');
  root = mkdtempSync(join(tmpdir(), 'temps-drills-'));
  await door.owner('POST', '/projects', { name: 'shop' });
  await door.owner('POST', '/projects/shop/env-vars', {
    key: 'TOKEN',
    value: 'canary of a drill',
    is_secret: true,
    environment_ids: [1],
  });
  const added = await door.owner('POST', '/backups/destinations', {
    kind: 'folder',
    name: 'disk',
    path: root,
  });
  destination = added.body.id;
});
afterAll(async () => {
  await door.stop();
  rmSync(root, { recursive: true, force: true });
});

async function make(): Promise<{ id: string; folder: string }> {
  // Folders are named by the second.
  door.clock.advance(1000);
  const made = await door.owner('POST', `/backups/destinations/${destination}/run`);
  expect(made.status, made.text).toBe(201);
  return { id: made.body.id, folder: join(root, made.body.folder) };
}
const get = async (id: string) => (await door.owner('GET', `/backups/${id}`)).body;

describe('a folder on this machine', () => {
  it('is verified by its path, and what is not all there is named', async () => {
    const { id, folder } = await make();
    const verify = (path: string) => door.owner('POST', '/backups/verify-folder', { path });
    for (const path of [folder, root]) expect((await verify(path)).body).toMatchObject({ id, place: folder });
    rmSync(join(folder, 'details.json.zst.age'));
    expect((await verify(folder)).body).toMatchObject({
      error_code: 'backup_damaged',
      details: { check: 'parts' },
    });
    expect((await verify(join(root, 'nowhere'))).status).toBe(404);
    expect((await verify('here')).status).toBe(400);
  });
});

describe('a drill', () => {
  it('of a backup that was made here passes, is noted, and leaves nothing behind', async () => {
    const { id } = await make();
    const drilled = await door.owner('POST', `/backups/${id}/drill`);
    expect(drilled.status, drilled.text).toBe(200);
    expect(drilled.body).toMatchObject({ id, drill_result: 'passed', drill_reason: null });
    expect(await get(id)).toEqual(drilled.body);
    const [line] = (await door.owner('GET', '/audit/logs?limit=1')).body.items ?? [];
    expect(JSON.stringify(line ?? (await door.owner('GET', '/audit/logs?limit=1')).body)).toContain(
      'BACKUP_DRILLED',
    );
    const { body } = await door.owner('GET', '/jobs');
    expect(JSON.stringify(body)).toContain('backups.drill');
  });

  it('that fails is named by its check, and stays in the list; so does what is only verified', async () => {
    const { id, folder } = await make();
    expect((await door.owner('POST', `/backups/${id}/verify`)).body).toMatchObject({
      id,
      drill_result: null,
    });
    const part = join(folder, 'database.sqlite.zst.age');
    const bytes = readFileSync(part);
    writeFileSync(part, bytes.with(1000, (bytes[1000] ?? 0) ^ 1));
    for (const way of ['verify', 'drill']) {
      const refused = await door.owner('POST', `/backups/${id}/${way}`);
      expect(refused).toMatchObject({
        status: 422,
        body: { error_code: 'backup_damaged', details: { check: 'parts' } },
      });
      expect(await get(id)).toMatchObject({ state: 'confirmed', drill_result: 'failed' });
      expect((await get(id)).drill_reason).toContain('a part is missing, or is not the one that was stored');
    }
    writeFileSync(part, bytes);
    expect((await door.owner('POST', `/backups/${id}/drill`)).body).toMatchObject({ drill_result: 'passed' });
  });

  it('of a folder with the files of another backup fails', async () => {
    const [one, other] = [await make(), await make()];
    rmSync(one.folder, { recursive: true });
    renameSync(other.folder, one.folder);
    const refused = await door.owner('POST', `/backups/${one.id}/drill`);
    expect(refused.body).toMatchObject({ error_code: 'backup_damaged', details: { check: 'place' } });
    const gone = await door.owner('POST', `/backups/${other.id}/drill`);
    expect(gone.body).toMatchObject({ error_code: 'backup_damaged', details: { check: 'manifest' } });
  });

  it('says nothing of a backup whose destination is gone, nor while the vault is locked', async () => {
    const { id } = await make();
    const away = `${root}-away`;
    renameSync(root, away);
    expect((await door.owner('POST', `/backups/${id}/drill`)).status).toBe(503);
    mkdirSync(root);
    rmSync(root, { recursive: true });
    renameSync(away, root);
    await door.owner('POST', '/vault/lock');
    for (const way of ['verify', 'drill'])
      expect((await door.owner('POST', `/backups/${id}/${way}`)).body).toMatchObject({
        error_code: 'vault_locked',
      });
    await door.owner('POST', '/vault/unlock', { method: 'custody' });
    expect(await get(id)).toMatchObject({ drill_result: null });
    const unknown = await door.owner('POST', '/backups/0198f3a1-7c2e-7000-8000-0123456789ab/drill');
    expect(unknown.status).toBe(404);
  });
});
