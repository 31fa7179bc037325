import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { bech32 } from '@scure/base';
import * as age from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '../../electron/instance/backups/format/manifest.ts';
import { formsOf } from '../crash/leaks.ts';
import { ADMIN, describeOverDoors, openDoor, type TestDoor } from './harness.ts';

const SECRET = 'canary-secret-in-a-variable';
const DELETED = 'canary-plain-value-that-was-deleted';

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

describeOverDoors('backups', (find) => {
  let door: TestDoor;
  let root: string;
  let send: (method: string, path: string, body?: unknown) => ReturnType<TestDoor['request']>;
  beforeAll(async () => {
    door = find();
    root = mkdtempSync(join(tmpdir(), 'temps-backups-'));
    const who = door.name === 'https' ? await door.signIn(ADMIN.email, ADMIN.password) : undefined;
    send = (method, path, body) => door.request(method, path, body, who);
    if (who) await send('POST', '/auth/confirm', { password: ADMIN.password });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('are made at a folder that was tried out, listed, shown, and deleted there', async () => {
    const recovery = async () => (await send('GET', '/vault/status')).body.health.recovery;
    expect(await recovery()).toMatchObject({
      is_whole: false,
      has_destinations: false,
      backup_at: null,
    });
    const added = await send('POST', '/backups/destinations', { kind: 'folder', name: 'disk', path: root });
    expect(added.status, added.text).toBe(201);
    expect(await recovery()).toMatchObject({ has_destinations: true, backup_at: null });
    expect(added.body).toMatchObject({ name: 'disk', path: root, readable_without_key: false });
    expect(readdirSync(root)).toEqual([]);
    const run = `/backups/destinations/${added.body.id}/run`;
    const made = await send('POST', run);
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ state: 'confirmed', destination: 'disk', sequence: 1, error: null });
    expect((await send('GET', `/backups/${made.body.id}`)).body).toEqual(made.body);
    expect((await send('GET', '/backups')).body.backups).toEqual([made.body]);
    // The folder is on the disk of the database, and no copy of the key was verified: nothing is promised.
    expect(await recovery()).toMatchObject({
      is_whole: false,
      sentence: expect.stringMatching(/would be lost/),
    });
    // What would need the key if it were shredded or given up.
    expect((await send('GET', '/vault/key/epochs')).body.epochs[0]).toMatchObject({
      backups: 1,
      newest_backup_at: made.body.taken_at,
      backups_said: expect.stringMatching(/^The list has 1 backup that needs it, at disk, of 20/),
      if_shredded: expect.stringContaining('at disk'),
    });
    const folder = join(root, made.body.folder);
    const manifest = parseManifest(readFileSync(join(folder, 'manifest.json')));
    for (const { name, sha256 } of manifest.parts)
      expect(
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ).toBe(sha256);
    writeFileSync(join(folder, 'holiday.jpg'), 'theirs');
    expect((await send('DELETE', `/backups/${made.body.id}`)).status).toBe(204);
    expect(readdirSync(folder)).toEqual(['holiday.jpg']);
    expect((await send('GET', '/backups')).body.backups).toEqual([]);
    expect((await send('GET', `/backups/${made.body.id}`)).status).toBe(404);
    const lines = (await send('GET', '/audit/logs')).body;
    const told = JSON.stringify(lines);
    for (const operation of ['BACKUP_DESTINATION_ADDED', 'BACKUP_MADE', 'BACKUP_DELETED'])
      expect(told).toContain(operation);
    expect((await send('DELETE', `/backups/destinations/${added.body.id}`)).status).toBe(204);
    expect((await send('GET', '/backups/destinations')).body.destinations).toEqual([]);
    expect(existsSync(join(folder, 'holiday.jpg'))).toBe(true);
  });

  it('refuse a folder that is not there, is taken, or is the data directory itself', async () => {
    const add = (body: object) => send('POST', '/backups/destinations', { kind: 'folder', ...body });
    const codes = async (body: object) => (await add(body)).body.error_code;
    expect(await codes({ name: 'a', path: join(root, 'nowhere') })).toBe('destination_gone');
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
    expect(await codes({ name: 'a', path: door.dataDir })).toBe('destination_refused');
    expect(await codes({ name: 'a', path: 'relative' })).toBe('invalid_request');
    expect(await codes({ name: 'a\n', path: '' })).toBe('invalid_request');
    const first = await add({ name: 'one', path: root });
    expect(await codes({ name: 'one', path: tmpdir() })).toBe('name_taken');
    expect(await codes({ name: 'two', path: `${root}/.` })).toBe('conflict');
    await send('DELETE', `/backups/destinations/${first.body.id}`);
  });
});

describe('a backup', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let root: string;
  beforeAll(async () => {
    door = await openDoor('socket');
    root = mkdtempSync(join(tmpdir(), 'temps-backups-'));
  });
  afterAll(async () => {
    await door.stop();
    rmSync(root, { recursive: true, force: true });
  });
  const add = async (name: string, more: object = {}) => {
    const path = join(root, name);
    mkdirSync(path);
    return (await door.owner('POST', '/backups/destinations', { kind: 'folder', name, path, ...more })).body;
  };
  const run = (id: number) => door.owner('POST', `/backups/destinations/${id}/run`);

  it('has neither the key, a secret, nor what was deleted, wherever one looks', async () => {
    await door.owner('POST', '/projects', {
      name: 'shop',
      secret: 'guess',
      environment_variables: [['API_TOKEN', SECRET]],
    });
    const shared = await door.owner('POST', '/shared-variables', {
      key: 'GONE',
      value: DELETED,
      is_secret: false,
    });
    expect(shared.status, shared.text).toBe(201);
    await door.owner('DELETE', `/shared-variables/${shared.body.id}`);
    const [entry] = (await door.owner('GET', `/trash?variable_id=${shared.body.id}`)).body;
    expect((await door.owner('DELETE', `/trash/${entry.id}`)).status).toBe(204);
    const sealed = await add('sealed');
    const readable = await add('readable', { readable_without_key: true });
    for (const { id } of [sealed, readable]) expect((await run(id)).status).toBe(201);
    const { identity } = (await door.owner('POST', '/backups/identity')).body;
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(identity);
    const files = listFiles(root);
    expect(files).toHaveLength(8);
    const contents = await Promise.all(
      files.map(async (file) => {
        const bytes = readFileSync(file);
        const packed = file.endsWith('.age') ? Buffer.from(await decrypter.decrypt(bytes)) : bytes;
        return [bytes, /\.zst(\.age)?$/.test(file) ? zstdDecompressSync(packed) : packed];
      }),
    );
    const key = Buffer.from(readFileSync(join(door.dataDir, 'encryption_key'), 'utf8').trim(), 'hex');
    expect(key).toHaveLength(32);
    const sought = [key, Buffer.from(SECRET), Buffer.from(DELETED), Buffer.from(identity)].flatMap(formsOf);
    for (const bytes of contents.flat())
      for (const needle of sought) expect(bytes.includes(needle)).toBe(false);
    // What they should have is there: the same search finds it.
    expect(contents.filter(([, plain]) => plain?.includes('API_TOKEN'))).toHaveLength(2);
    const scratch = join(door.dataDir, 'scratch');
    expect(existsSync(scratch) ? listFiles(scratch) : []).toEqual([]);
    // Nothing of it is in the clear where it is encrypted.
    const stored = files.filter((file) => file.endsWith('.age')).map((file) => readFileSync(file));
    expect(stored).toHaveLength(2);
    for (const bytes of stored) expect(bytes.includes('shop')).toBe(false);
  });

  it('is said to have what is deleted, where it was made after that was created', async () => {
    // Those made before have nothing of it.
    door.clock.advance(1000);
    const { body: variable } = await door.owner('POST', '/shared-variables', { key: 'HELD', value: 'x' });
    const holding = async (since: number) =>
      (await door.owner('GET', `/backups/holding?since=${since}`)).body;
    door.clock.advance(1000);
    const before = await holding(variable.created_at);
    expect(before).toEqual({
      backups: { count: 0, places: [], kept_until: null },
      former: [],
      said: ['No backup in the list has it; what is elsewhere may.'],
    });
    const { id } = await add('holding');
    const made = (await run(id)).body;
    expect(await holding(variable.created_at)).toMatchObject({
      backups: { count: 1, places: ['holding'], kept_until: null },
      said: ['1 backup at holding may still have it, until you delete it or its schedule does.'],
    });
    expect((await holding(made.taken_at + 1)).backups.count).toBe(0);
    await door.owner('DELETE', `/backups/${made.id}`);
    expect((await holding(variable.created_at)).backups.count).toBe(0);
    for (const query of ['', '?since=x', '?since=-1', '?since=1.5'])
      expect((await door.owner('GET', `/backups/holding${query}`)).status, query).toBe(400);
    await door.owner('DELETE', `/shared-variables/${variable.id}`);
  });

  it('is decrypted by further recipients too, without the key, and has no secret in the clear', async () => {
    const identity = await age.generateX25519Identity();
    const recipient = await age.identityToRecipient(identity);
    const added = await add('for others', { recipients: [recipient] });
    expect(added.recipients).toEqual([recipient]);
    const { body } = await run(added.id);
    const folder = join(added.path, body.folder);
    const own = (await door.owner('POST', '/backups/identity')).body.recipient;
    expect(parseManifest(readFileSync(join(folder, 'manifest.json'))).recipients).toEqual([own, recipient]);
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(identity);
    for (const part of listFiles(folder).filter((file) => file.endsWith('.age'))) {
      const plain = zstdDecompressSync(Buffer.from(await decrypter.decrypt(readFileSync(part))));
      expect(plain.includes(part.includes('database') ? 'API_TOKEN' : 'sealed_values')).toBe(true);
      for (const needle of [SECRET, identity].map((text) => Buffer.from(text)).flatMap(formsOf))
        expect(plain.includes(needle)).toBe(false);
    }
    const drilled = await door.owner('POST', `/backups/${body.id}/drill`);
    expect(drilled.body).toMatchObject({ drill_result: 'passed' });
    await door.owner('DELETE', `/backups/destinations/${added.id}`);
  });

  it('has no recipient that is none, is the instance itself, or comes twice', async () => {
    const identity = await age.generateX25519Identity();
    const good = await age.identityToRecipient(identity);
    const own = (await door.owner('POST', '/backups/identity')).body.recipient;
    const hybrid = await age.identityToRecipient(await age.generateHybridIdentity());
    // What everybody shares a secret with.
    const nobody = bech32.encodeFromBytes('age', new Uint8Array(32));
    const mistyped = `${good.slice(0, -1)}${good.endsWith('q') ? 'p' : 'q'}`;
    const refuse = async (recipients: string[], more: object = {}) => {
      const given = { kind: 'folder', name: 'refused', path: root, recipients, ...more };
      const { status, body, text } = await door.owner('POST', '/backups/destinations', given);
      expect([status, body.error_code]).toEqual([400, 'invalid_request']);
      expect(text).not.toContain(identity);
      return body.errors?.recipients as string | undefined;
    };
    expect(await refuse([good, mistyped])).toMatch(new RegExp(`^${mistyped} is no X25519 recipient`));
    expect(await refuse([nobody])).toMatch(new RegExp(`^${nobody} is no X25519 recipient`));
    expect(await refuse([good, 'ssh-ed25519 AAAA'])).toMatch(/^Recipient 2 is no X25519 recipient/);
    expect(await refuse([identity])).toMatch(/^Recipient 1 is an identity/);
    expect(await refuse([own])).toMatch(new RegExp(`^${own} is this instance itself`));
    expect(await refuse([good, good])).toBe(`${good} is given twice.`);
    expect(await refuse([good], { readable_without_key: true })).toMatch(/leave recipients out/);
    expect(await refuse([hybrid])).toBeUndefined();
    expect(await refuse(Array.from({ length: 11 }, () => good))).toBeDefined();
    const names = (await door.owner('GET', '/backups/destinations')).body.destinations.map(
      ({ name }: { name: string }) => name,
    );
    expect(names).not.toContain('refused');
  });

  it('makes its folder a place where a copy of the key does not count', async () => {
    const { id, path } = await add('beside');
    const copy = (folder: string) =>
      door.owner('POST', '/vault/key/copies', {
        format: 'age',
        passphrase: 'brisk lantern under seven quiet boats',
        path: join(folder, 'key.age'),
      });
    const refused = await copy(path);
    expect([refused.status, refused.body.details]).toEqual([409, { reason: 'beside_backup' }]);
    await door.owner('DELETE', `/backups/destinations/${id}`);
    expect((await copy(path)).body.details?.reason).not.toBe('beside_backup');
  });

  it('is refused by name while the vault is locked, and nothing is begun', async () => {
    const { id } = await add('locked');
    const before = (await door.owner('GET', '/backups')).body;
    await door.owner('POST', '/vault/lock');
    const refused = await run(id);
    expect([refused.status, refused.body.error_code]).toEqual([423, 'vault_locked']);
    expect((await door.owner('POST', '/backups/identity')).body.error_code).toBe('vault_locked');
    await door.owner('POST', '/vault/unlock', { method: 'custody' });
    expect((await door.owner('GET', '/backups')).body).toEqual(before);
    expect(readdirSync(join(root, 'locked'))).toEqual([]);
  });

  it('is not forgotten while its disk is away, and one to such a disk is listed as failed', async () => {
    const { id } = await add('away');
    const made = (await run(id)).body;
    rmSync(join(root, 'away'), { recursive: true });
    expect((await door.owner('DELETE', `/backups/${made.id}`)).body.error_code).toBe('destination_gone');
    expect((await run(id)).body.error_code).toBe('destination_gone');
    expect(existsSync(join(root, 'away'))).toBe(false);
    const [failed, kept] = (await door.owner('GET', '/backups')).body.backups;
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'destination_gone' }, folder: null });
    expect(kept).toEqual(made);
    // What failed has nothing at the destination, and can be taken off the list.
    expect((await door.owner('DELETE', `/backups/${failed.id}`)).status).toBe(204);
  });

  it('is made once for two who ask at the same time, and at two places at once', async () => {
    const one = await add('one');
    const two = await add('two');
    const made = await Promise.all([run(one.id), run(one.id), run(two.id)]);
    const [first, second, third] = made.map(({ body }) => body);
    expect(second).toEqual(first);
    expect(new Set([first.sequence, third.sequence]).size).toBe(2);
    expect((await door.owner('DELETE', `/backups/destinations/${one.id}`)).status).toBe(204);
    expect(readdirSync(join(root, 'one'))).toHaveLength(1);
  });
});
