import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { type Instance, openInstance } from '../../../electron/instance/instance.ts';
import { AppError } from '../../../electron/instance/kernel/app-error.ts';
import { openStore } from '../../../electron/instance/store/store.ts';
import { createManualClock } from '../../context.ts';
import { quick } from '../../work-factor.ts';

let dir: string;
const opened: Instance[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'temps-owners-'));
});
afterEach(async () => {
  for (const instance of opened.splice(0)) await instance.stop();
  rmSync(dir, { recursive: true, force: true });
});

const open = async () => {
  const instance = await openInstance({ dataDir: dir, env: {}, ...quick });
  opened.push(instance);
  return instance;
};
const lockFile = () => join(dir, 'instance.lock');
async function ask(instance: Instance, method: string, path: string, body?: object) {
  const response = await instance.fetch(
    new Request(`http://localhost/api${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    }),
    createOwner('socket', Date.now()),
  );
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
  return text === '' ? null : (JSON.parse(text) as any);
}
const addValue = (instance: Instance, key: string) =>
  ask(instance, 'POST', '/projects/shop/env-vars', { key, value: `value of ${key}`, is_secret: true });
const reveal = async (instance: Instance, key: string) =>
  (await ask(instance, 'GET', `/projects/shop/env-vars/${key}/value`)).value;

describe('a data directory whose lock file was deleted', () => {
  it('has one writer: the older owner stops writing, says so, and still reads', async () => {
    const older = await open();
    await ask(older, 'POST', '/projects', { name: 'shop' });
    await addValue(older, 'FIRST');
    rmSync(lockFile());
    const newer = await open();
    expect(await addValue(older, 'LOST')).toMatchObject({
      error_code: 'data_dir_in_use',
      detail: expect.stringContaining('stop it'),
    });
    expect(await reveal(older, 'FIRST')).toBe('value of FIRST');
    expect((await ask(older, 'GET', '/vault/status')).database).toMatchObject({
      state: 'taken',
      detail: expect.stringContaining('instance.lock was deleted'),
    });
    expect(await addValue(newer, 'SECOND')).toMatchObject({ key: 'SECOND' });
    expect((await ask(newer, 'GET', '/vault/status')).database.state).toBe('ok');
  });

  it('is not changed by the older owner outside the database either: no key is moved, made or shredded', async () => {
    const older = await open();
    await ask(older, 'POST', '/projects', { name: 'shop' });
    await addValue(older, 'FIRST');
    await ask(older, 'POST', '/vault/key/rotation', {});
    const { rotation } = await ask(older, 'GET', '/vault/key/rotation');
    await ask(older, 'POST', '/vault/key/rotation/prove', { override_fingerprint: rotation.new_fingerprint });
    await ask(older, 'POST', '/vault/key/rotation/seal?wait=true');
    const listKeyFiles = () => readdirSync(dir).filter((name) => name.startsWith('encryption_key'));
    const keyFiles = listKeyFiles();
    expect(keyFiles).toHaveLength(2);
    rmSync(lockFile());
    const newer = await open();
    const old = rotation.old_fingerprint;
    const refused = { error_code: 'data_dir_in_use' };
    expect(await ask(older, 'POST', `/vault/key/epochs/${old}/shred`, { confirm: old })).toMatchObject(
      refused,
    );
    expect(
      await ask(older, 'POST', '/vault/custody', {
        custody: 'passphrase',
        passphrase: 'six olive kettles on a boat',
      }),
    ).toMatchObject(refused);
    expect(await ask(older, 'POST', '/vault/key/rotation', {})).toMatchObject(refused);
    expect((await ask(newer, 'GET', '/vault/key/epochs')).epochs).toMatchObject([
      { shredded_at: null, custody: 'file' },
      { shredded_at: null, fingerprint: old },
    ]);
    expect(listKeyFiles()).toEqual(keyFiles);
    expect(await reveal(newer, 'FIRST')).toBe('value of FIRST');
  });

  it('is not written to by a transaction that began before the newer owner came', () => {
    const rival = new AppError('data_dir_in_use', 'taken');
    const looks = [null, rival];
    const store = openStore(dir, createManualClock(), {
      findRival: () => looks.shift() ?? null,
      release() {},
    });
    let isDone = false;
    const write = () =>
      store.transaction(() => {
        isDone = true;
      });
    expect(write).toThrow(rival);
    expect(isDone).toBe(false);
    store.close();
  });

  it('is locked again by its owner where nobody took it', async () => {
    const only = await open();
    await ask(only, 'POST', '/projects', { name: 'shop' });
    rmSync(lockFile());
    expect(await addValue(only, 'KEPT')).toMatchObject({ key: 'KEPT' });
    await expect(open()).rejects.toMatchObject({ code: 'data_dir_in_use' });
  });
});

describe('a second start', () => {
  it('is told of a rotation that the first has under way', async () => {
    const first = await open();
    await ask(first, 'POST', '/projects', { name: 'shop' });
    await addValue(first, 'VALUE');
    await expect(open()).rejects.toMatchObject({ message: expect.not.stringContaining('rotat') });
    await ask(first, 'POST', '/vault/key/rotation', {});
    await expect(open()).rejects.toMatchObject({
      code: 'data_dir_in_use',
      details: { pid: process.pid },
      message: expect.stringMatching(/in use by another.*key rotation open/),
    });
  });
});
