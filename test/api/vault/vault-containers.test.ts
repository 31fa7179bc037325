import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verificationShape } from '../../../electron/instance/vault/copies/copy-shapes.ts';
import { createDatabase, PASSPHRASE } from '../../security/crafted-containers.ts';
import { openDoor, type TestDoor } from '../harness.ts';

/** After a rotation one container holds the copies of both keys, as people keep them. */
describe('a container with the copies of several keys', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let folder: string;
  let former: string;
  let current: string;
  let fingerprints: { former: string; current: string };
  const call = async (method: string, path: string, body?: unknown) =>
    (await door.owner(method, path, body)).body;
  const verify = async (body: object) => {
    const said = await call('POST', '/vault/key/copies/verify', body);
    expect(verificationShape.parse(said)).toEqual(said);
    return said;
  };
  const writeText = async (of: 'active' | 'rotation') => {
    const path = join(folder, `${of}-${Math.random()}.txt`);
    const made = await call('POST', '/vault/key/copies', {
      format: 'text',
      path,
      keep_anyway: true,
      for: of,
    });
    expect(made.written_to).toBe(path);
    return readFileSync(path, 'utf8');
  };
  const asFile = (text: string | Buffer) => ({ content_base64: Buffer.from(text).toString('base64') });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'temps-containers-'));
    door = await openDoor('https');
    former = await writeText('active');
    fingerprints = { former: (await call('GET', '/vault/status')).fingerprint, current: '' };
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const { id } = await call('POST', '/backups/destinations', { kind: 'folder', name: 'disk', path: disk });
    expect(await call('POST', `/backups/destinations/${id}/run`)).toMatchObject({ state: 'confirmed' });
    const { rotation } = await call('POST', '/vault/key/rotation', {});
    current = await writeText('rotation');
    fingerprints.current = rotation.new_fingerprint;
  });
  afterAll(async () => {
    await door?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('during the rotation verifies both of them', async () => {
    expect(await verify(asFile(`${former}\n${current}`))).toMatchObject({
      verdict: 'opens_this_instance',
      detail: 'This is the new key of the current rotation.',
      fingerprint: fingerprints.current,
    });
    expect(await verify(asFile(former))).toMatchObject({
      verdict: 'opens_this_instance',
      fingerprint: fingerprints.former,
    });
    const paths = (await call('GET', '/vault/key/copies')).copies.map(
      (copy: { place: string }) => copy.place,
    );
    expect(new Set(paths).size).toBe(2);
  });

  it('after it unlocks with the one in use, whichever comes first', async () => {
    await call('POST', '/vault/key/rotation/prove', { override_fingerprint: fingerprints.current });
    expect((await call('POST', '/vault/key/rotation/seal?wait=true')).rotation.state).toBe('done');
    const database = await createDatabase({ version: 4, notes: [current, former] });
    for (const handed of [
      asFile(`${former}\n${current}`),
      asFile(`${current}\n${former}`),
      { ...asFile(database), passphrase: PASSPHRASE },
    ]) {
      expect(await verify(handed)).toMatchObject({
        verdict: 'opens_this_instance',
        fingerprint: fingerprints.current,
        epoch: 2,
      });
      await call('POST', '/vault/lock');
      expect((await door.owner('POST', '/vault/unlock', { method: 'copy', ...handed })).status).toBe(200);
    }
    expect(await verify(asFile(former))).toMatchObject({
      verdict: 'older_epoch',
      epoch: 1,
      detail: expect.stringContaining('The list has 1 backup that needs it, at disk'),
    });
    expect(await verify({ ...asFile(database), passphrase: 'another' })).toMatchObject({
      verdict: 'passphrase_wrong',
      detail: expect.stringContaining('a key file'),
    });
  });

  it('proves the copy it is asked about', async () => {
    const made = await call('POST', '/vault/key/copies', { format: 'text' });
    const both = { text: `${former}\n${made.content}` };
    const proven = await door.owner('POST', `/vault/key/copies/${made.copy.id}/prove`, both);
    expect(proven.body.copy.verified_at).toBe(door.clock.now());
  });

  it('rescues with the one that was lost', async () => {
    await call('POST', '/projects', { name: 'shop' });
    await call('POST', '/projects/shop/env-vars', { key: 'TOKEN', value: 'sesame', is_secret: true });
    await call('POST', '/vault/lock');
    rmSync(join(door.dataDir, 'encryption_key'));
    const { instance } = await call('GET', '/vault/status');
    const over = await door.owner('POST', '/vault/start-over', { instance_name: instance.name });
    expect(over.status).toBe(201);
    const rescued = await door.owner('POST', '/vault/recovery/rescue', {
      method: 'copy',
      ...asFile(`${former}\n${current}`),
    });
    expect(rescued.body).toMatchObject({ unreadable: [] });
    expect(rescued.body.rescued).toBeGreaterThan(0);
  });
});
