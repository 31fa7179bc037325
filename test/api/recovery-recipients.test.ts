import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as age from 'age-encryption';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseManifest } from '../../electron/instance/backups/format/manifest.ts';
import { findLeaks } from '../crash/leaks.ts';
import { ADMIN, describeOverDoors, openDoor, readToken, type TestDoor } from './harness.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'temps-recovery-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function newFolder(): string {
  folders += 1;
  const path = join(root, String(folders));
  mkdirSync(path);
  return path;
}

describeOverDoors('a recovery key', (find) => {
  let door: TestDoor;
  let send: (method: string, path: string, body?: unknown) => ReturnType<TestDoor['request']>;
  beforeAll(async () => {
    door = find();
    const who = door.name === 'https' ? await door.signIn(ADMIN.email, ADMIN.password) : undefined;
    send = async (method, path, body) => {
      if (who) await door.request('POST', '/auth/confirm', { password: ADMIN.password }, who);
      return await door.request(method, path, body, who);
    };
  });

  const create = async () => (await send('POST', '/backups/recovery-recipients')).body;
  const verify = (id: string, identity: string) =>
    send('POST', `/backups/recovery-recipients/${id}/verify`, { identity });
  const addFolder = (recipients: string[], more: object = {}) => {
    const path = newFolder();
    return send('POST', '/backups/destinations', { kind: 'folder', name: path, path, recipients, ...more });
  };

  it('is shown once, counts once it was given back, and is nowhere but in the answer', async () => {
    const made = await create();
    expect(await age.identityToRecipient(made.identity)).toBe(made.recipient);
    const early = await addFolder([made.recipient]);
    expect([early.status, early.body.errors.recipients]).toEqual([
      400,
      expect.stringContaining('recovery key that was not verified'),
    ]);
    const other = await age.generateX25519Identity();
    for (const wrong of ['', made.identity.slice(-7), other, other.slice(-8), made.identity.slice(0, 8)]) {
      const refused = await verify(made.id, wrong);
      expect([refused.status, refused.body.error_code], wrong).toEqual([409, 'copy_not_proven']);
      expect(refused.text).not.toContain(made.identity.slice(-8));
    }
    expect((await addFolder([made.recipient])).status).toBe(400);
    const verified = await verify(made.id, ` ${made.identity.slice(-8).toLowerCase()} `);
    expect(verified.body).toEqual({ recipient: made.recipient });
    expect((await verify(made.id, made.identity)).status).toBe(404);
    const added = await addFolder([made.recipient]);
    expect(added.body.recipients).toEqual([made.recipient]);
    expect(added.body.note ?? '').not.toContain('for the key alone');
    const identity = Buffer.from(made.identity);
    expect(findLeaks(door.dataDir, { identity, end: identity.subarray(-8) })).toEqual([]);
    const log = await send('GET', '/audit/logs?limit=50');
    expect(log.text).toContain('RECOVERY_RECIPIENT_CREATED');
    expect(log.text).toContain('RECOVERY_RECIPIENT_VERIFIED');
    expect(log.text).not.toContain(made.identity.slice(16, 40));
  });

  it('is given back whole too, with its comments, and not after 15 minutes, a lock, or ten others', async () => {
    const made = await create();
    expect((await verify(made.id, `# created: now\n${made.identity}\n`)).status).toBe(200);
    const old = await create();
    door.clock.advance(15 * 60 * 1000 + 1);
    expect((await verify(old.id, old.identity)).body).toMatchObject({ error_code: 'not_found' });
    const before = await create();
    await door.owner('POST', '/vault/lock');
    await door.owner('POST', '/vault/unlock', { method: 'custody' });
    expect((await verify(before.id, before.identity)).status).toBe(404);
    const first = await create();
    for (let more = 0; more < 10; more++) await create();
    expect((await verify(first.id, first.identity)).status).toBe(404);
  });

  it('is added to a destination that is there, and taken from it, from the next backup on', async () => {
    const { body: added } = await addFolder([]);
    expect(added.note).toContain('for the key alone: if every copy of the key is lost');
    const change = (recipients: string[], id = added.id) =>
      send('PATCH', `/backups/destinations/${id}`, { recipients });
    const recipientsOf = async () => {
      door.clock.advance(1000);
      const { body } = await send('POST', `/backups/destinations/${added.id}/run`);
      return parseManifest(readFileSync(join(added.path, body.folder, 'manifest.json'))).recipients;
    };
    const [own] = await recipientsOf();
    const { id, identity, recipient } = await create();
    expect((await change([recipient])).status).toBe(400);
    await verify(id, identity);
    const changed = await change([recipient]);
    expect([changed.status, changed.body]).toMatchObject([200, { recipients: [recipient], note: null }]);
    expect(await recipientsOf()).toEqual([own, recipient]);
    expect((await change([recipient, recipient])).body.errors.recipients).toContain('given twice');
    expect((await change([own ?? ''])).body.errors.recipients).toContain('this instance itself');
    expect((await change([identity])).text).not.toContain(identity.slice(16));
    expect((await change([], 4711)).status).toBe(404);
    const { body: alone } = await change([]);
    expect(alone).toMatchObject({ recipients: [], note: expect.stringContaining('for the key alone') });
    expect(await recipientsOf()).toEqual([own]);
    const log = (await send('GET', '/audit/logs?limit=20')).text;
    expect(log).toContain('BACKUP_DESTINATION_CHANGED');
    const { body: readable } = await addFolder([], { readable_without_key: true });
    expect(readable.note ?? '').not.toContain('for the key alone');
    expect((await change([recipient], readable.id)).body.errors.recipients).toContain('leave recipients out');
  });
});

describe('the identity of a recovery key', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let empty: TestDoor & { stop(): Promise<void> };
  beforeEach(async () => {
    door = await openDoor('socket');
    empty = await openDoor('socket', { isSetUp: false });
  });
  afterEach(async () => {
    await door.stop();
    await empty.stop();
  });

  it('restores without the key, not verified and locked, and no more than the key does where that is', async () => {
    await door.owner('POST', '/projects', { name: 'shop' });
    await door.owner('POST', '/projects/shop/env-vars', {
      key: 'TOKEN',
      value: 'planted secret',
      is_secret: true,
      environment_ids: [1],
    });
    const made = (await door.owner('POST', '/backups/recovery-recipients')).body;
    await door.owner('POST', `/backups/recovery-recipients/${made.id}/verify`, { identity: made.identity });
    const path = newFolder();
    const { body: added } = await door.owner('POST', '/backups/destinations', {
      kind: 'folder',
      name: 'stick',
      path,
      recipients: [made.recipient],
    });
    await door.owner('POST', `/backups/destinations/${added.id}/run`);
    const { words } = (await door.owner('POST', '/vault/key/copies', { format: 'words' })).body;
    const { fingerprint } = (await door.owner('GET', '/vault/status')).body;
    const copy = { method: 'key', text: made.identity };
    // Its key is here: it vouches, and the identity adds nothing.
    expect((await door.owner('POST', '/backups/restores', { path, copy })).body).toMatchObject({
      is_verified: true,
      decrypted_for: null,
      values: { lost: 0 },
    });

    const token = readToken((await empty.owner('POST', '/links')).body.path);
    const ask = (to: string, body: object) => empty.request('POST', to, body);
    const other = await age.generateX25519Identity();
    const wrong = await ask('/setup/restores', { token, path, copy: { ...copy, text: other } });
    expect(wrong.body).toMatchObject({
      error_code: 'backup_needs_key',
      details: { fingerprint, found: [await age.identityToRecipient(other)] },
    });
    expect(wrong.text).not.toContain(other.slice(16, 40));
    const prepared = await ask('/setup/restores', { token, path, copy });
    expect(prepared.body, prepared.text).toMatchObject({
      is_verified: false,
      decrypted_for: made.recipient,
      values: null,
      key_fingerprint: fingerprint,
    });
    expect(prepared.body.values_by_kind).toContainEqual({ name: 'env_var', now: null, backup: 1 });
    await ask(`/setup/restores/${prepared.body.id}/apply`, { token });
    const outcome = () => empty.owner('GET', `/backups/restores/${prepared.body.id}/outcome`);
    await expect.poll(async () => (await outcome()).body.state).toBe('done');
    expect((await outcome()).body.said.join()).toContain(`The key ${fingerprint} is not here`);
    expect((await empty.owner('GET', '/backups/restored')).body.restored.is_verified).toBe(false);
    const status = (await empty.owner('GET', '/vault/status')).body;
    expect(status.state).toBe('locked');
    expect(status.detail).toContain(fingerprint);
    expect((await empty.owner('GET', '/projects')).body.projects).toHaveLength(1);
    expect((await empty.owner('POST', '/vault/unlock', copy)).body.detail).toContain('identity of age');
    await empty.owner('POST', '/vault/unlock', { method: 'words', words: words.join(' ') });
    const value = await empty.owner('GET', '/projects/shop/env-vars/TOKEN/value?environment_id=1');
    expect(value.body.value).toBe('planted secret');
    for (const at of [door, empty])
      expect(findLeaks(at.dataDir, { identity: Buffer.from(made.identity) })).toEqual([]);
  });
});
