import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openInstance } from '../../electron/instance/instance.ts';
import { SCRYPT_LOG_N } from '../../electron/instance/vault/custody/passphrase-file.ts';
import { type MasterKey, parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { until } from '../keyring.ts';
import { QUICK_LOG_N } from '../work-factor.ts';
import { ADMIN, openDoor, readToken, type TestDoor } from './harness.ts';

const PASSPHRASE = 'six words that nobody would guess';
const KEY_TEXT = '0f'.repeat(32);

/** A first start that found no custody which takes a key: here a file from outside that nobody named. */
async function openWithoutKey(name: 'https' | 'socket', isSetUp = false) {
  const door = await openDoor(name, { isSetUp, custody: 'external' });
  return Object.assign(door, { [Symbol.asyncDispose]: () => door.stop() });
}

const setUpToken = async (door: TestDoor) => readToken((await door.owner('POST', '/links')).body.path);
const keyFiles = (door: TestDoor) =>
  readdirSync(door.dataDir)
    .filter((file) => file.startsWith('encryption_key'))
    .sort();

describe('a first start without a custody', () => {
  it('makes no key by itself, and one under a passphrase for whoever sets up', async () => {
    await using door = await openWithoutKey('https');
    const token = await setUpToken(door);
    const asked = await door.request('POST', '/setup/key', { token });
    expect(asked.body).toMatchObject({ fingerprint: null, locked: true, custody: 'external' });
    expect(keyFiles(door)).toEqual([]);

    const made = await door.request('POST', '/setup/key/custody', {
      token,
      custody: 'passphrase',
      passphrase: PASSPHRASE,
    });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({ custody: 'passphrase', locked: false, adopted: false });
    expect(made.text).not.toContain('nobody would guess');
    expect(keyFiles(door)).toEqual(['encryption_key.age', 'encryption_key.age.fingerprint']);
    // The link still makes the first account, and the key is used at once.
    expect((await door.request('POST', '/setup', { token, ...ADMIN })).status).toBe(201);
    expect((await door.owner('POST', '/projects', { name: 'shop' })).status).toBe(200);
    const audit = (await door.owner('GET', '/audit/logs?limit=100')).text;
    expect(audit).toContain('KEY_MADE');
    expect(audit).not.toContain('nobody would guess');
  });
});

describe.each(['https', 'socket'] as const)('a first start without a custody, over %s', (name) => {
  it('makes it in the data directory for the owner who went on without one', async () => {
    await using door = await openWithoutKey(name, true);
    const made = await door.owner('POST', '/vault/key', { custody: 'file' });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({ fingerprint: expect.any(String), custody: { name: 'file' } });
    expect((await door.owner('GET', '/vault/status')).body.state).toBe('running');
    expect(keyFiles(door)).toEqual(['encryption_key']);
  });

  it('leaves everything as it was where the choice cannot be kept', async () => {
    await using door = await openWithoutKey(name);
    const token = await setUpToken(door);
    const choose = async (chosen: object) =>
      (await door.request('POST', '/setup/key/custody', { token, ...chosen })).body.error_code;
    expect(await choose({ custody: 'passphrase' })).toBe('passphrase_required');
    expect(await choose({ custody: 'external' })).toBe('invalid_request');
    expect(await choose({ custody: 'file', passphrase: '' })).toBe('invalid_request');
    writeFileSync(join(door.dataDir, 'encryption_key'), 'not a key', { mode: 0o600 });
    expect(await choose({ custody: 'file' })).toBe('key_file_invalid');
    rmSync(join(door.dataDir, 'encryption_key'));
    const { body } = await door.request('POST', '/setup/key', { token });
    expect(body).toMatchObject({ fingerprint: null, locked: true, custody: 'external' });
    expect((await door.owner('GET', '/vault/status')).body).toMatchObject({
      state: 'locked',
      case: 'missing',
    });
    expect(await choose({ custody: 'file' })).toBeUndefined();
  });

  it('takes over a key that is there already, and says so', async () => {
    await using door = await openWithoutKey(name);
    const token = await setUpToken(door);
    writeFileSync(join(door.dataDir, 'encryption_key'), KEY_TEXT, { mode: 0o600 });
    const made = await door.request('POST', '/setup/key/custody', { token, custody: 'file' });
    expect(made.body).toMatchObject({ custody: 'file', adopted: true });
  });

  it('is nobody else’s to choose', async () => {
    await using door = await openWithoutKey(name, true);
    const wrong = await door.request('POST', '/setup/key/custody', { token: 'x', custody: 'file' });
    expect(wrong.body.error_code).toBe('already_set_up');
    // An administrator who signed in is not the owner of the machine.
    const ada = await door.signIn(ADMIN.email, ADMIN.password);
    const refused = await door.request('POST', '/vault/key', { custody: 'file' }, ada);
    if (name === 'https') expect(refused.body.error_code).toBe('owner_only');
    await using fresh = await openWithoutKey(name);
    const guessed = await fresh.request('POST', '/setup/key/custody', { token: 'x', custody: 'file' });
    expect(guessed.body.error_code).toBe('link_invalid');
    expect(keyFiles(fresh)).toEqual([]);
  });

  it('never makes a second key, at the same time or later', async () => {
    await using door = await openWithoutKey(name, true);
    const both = await Promise.all([
      door.owner('POST', '/vault/key', { custody: 'file' }),
      door.owner('POST', '/vault/key', { custody: 'file' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await door.owner('POST', '/vault/key', { custody: 'file' })).body.error_code).toBe('conflict');
    await door.owner('POST', '/vault/lock');
    expect((await door.owner('POST', '/vault/key', { custody: 'file' })).body.error_code).toBe('conflict');
  });
});

describe('a key that is lost', () => {
  it('is never replaced by the choice of a first one', async () => {
    const door = await openDoor('socket');
    const { fingerprint } = (await door.owner('GET', '/vault/key')).body;
    await door.instance.stop();
    rmSync(join(door.dataDir, 'encryption_key'));
    const again = await openInstance({ dataDir: door.dataDir });
    try {
      const window = again.openWindowDoor();
      const choose = async () => {
        const answer = await window.fetch(
          new Request('http://localhost/api/vault/key', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ custody: 'file' }),
          }),
        );
        return ((await answer.json()) as { error_code: string }).error_code;
      };
      // The window's owner says who they are first, and then it is refused all the same.
      expect(await choose()).toBe('confirmation_required');
      window.confirm();
      expect(await choose()).toBe('conflict');
      expect(keyFiles(door)).toEqual([]);
      expect(again.status().vault).toMatchObject({
        case: 'missing',
        detail: expect.stringContaining(fingerprint),
      });
    } finally {
      await again.stop();
      rmSync(door.dataDir, { recursive: true, force: true });
    }
  });
});

describe('a key file that lies here at a first start', () => {
  const { fingerprint } = parseKeyText(KEY_TEXT) as MasterKey;
  const openWithFile = async (keyText: string, keyFolder = '.', scryptLogN = QUICK_LOG_N) => {
    const door = await openDoor('socket', {
      isSetUp: false,
      custody: 'external',
      offersFoundKey: true,
      keyText,
      keyFolder,
      scryptLogN,
    });
    return Object.assign(door, { [Symbol.asyncDispose]: () => door.stop() });
  };
  const choose = async (door: TestDoor, chosen: object) =>
    await door.request('POST', '/setup/key/custody', { token: await setUpToken(door), ...chosen });

  it('is neither used nor replaced by itself, and used where its owner says so', async () => {
    await using door = await openWithFile(KEY_TEXT);
    const path = join(door.dataDir, 'encryption_key');
    const asked = await door.request('POST', '/setup/key', { token: await setUpToken(door) });
    expect(asked.body).toMatchObject({ fingerprint: null, locked: true, found: { path, fingerprint } });
    expect(asked.text).not.toContain(KEY_TEXT.slice(0, 16));
    // Asking the custody once more decides nothing.
    await door.owner('POST', '/vault/unlock', { method: 'custody' });
    expect((await door.owner('GET', '/vault/status')).body).toMatchObject({
      case: 'missing',
      fingerprint: null,
    });
    const used = await choose(door, { custody: 'file', use_found: true });
    expect(used.body).toMatchObject({ fingerprint, custody: 'file', adopted: true, found: null });
    expect(readFileSync(path, 'utf8')).toBe(KEY_TEXT);
  });

  it('is taken over from where upstream’s server has it, and left there', async () => {
    await using door = await openWithFile(KEY_TEXT, 'data');
    const path = join(door.dataDir, 'data', 'encryption_key');
    const used = await choose(door, { custody: 'file', use_found: true });
    expect(used.body).toMatchObject({ fingerprint, adopted: true, found: { path, fingerprint } });
    expect(keyFiles(door)).toEqual(['encryption_key']);
    expect(readFileSync(path, 'utf8')).toBe(KEY_TEXT);
  });

  it('is left alone where its owner wants a new key', async () => {
    await using door = await openWithFile(KEY_TEXT, 'data');
    expect((await choose(door, { custody: 'file' })).body.error_code).toBe('invalid_request');
    const made = await choose(door, { custody: 'file', use_found: false });
    expect(made.body).toMatchObject({ adopted: false, found: { fingerprint } });
    expect(made.body.fingerprint).not.toBe(fingerprint);
  });

  it('is never taken for a new one', async () => {
    await using door = await openWithFile(KEY_TEXT);
    const refused = await choose(door, { custody: 'file', use_found: false });
    expect(refused.body.error_code).toBe('custody_conflict');
    expect((await door.owner('GET', '/vault/status')).body).toMatchObject({
      fingerprint: null,
      found_key: { fingerprint },
      custody: { name: 'external' },
    });
    // Gone meanwhile: nothing else is used in its place.
    rmSync(join(door.dataDir, 'encryption_key'));
    expect((await choose(door, { custody: 'file', use_found: true })).body.error_code).toBe('not_found');
    expect(keyFiles(door)).toEqual([]);
  });

  it('loses against a lock that meets it', async () => {
    await using door = await openWithFile(KEY_TEXT, '.', SCRYPT_LOG_N);
    await door.owner('POST', '/users/administrator', ADMIN);
    const choice = door.owner('POST', '/vault/key', {
      custody: 'passphrase',
      passphrase: PASSPHRASE,
      use_found: true,
    });
    // It is being written: the label comes first, and the passphrase takes its time.
    await until(() => keyFiles(door).includes('encryption_key.age.fingerprint'));
    await door.owner('POST', '/vault/lock');
    const chosen = await choice;
    expect(chosen.body.error_code).toBe('vault_locked');
    expect((await door.owner('GET', '/vault/status')).body).toMatchObject({
      state: 'locked',
      case: 'locked_by_owner',
    });
  });

  it('is not moved over, nor put aside, by a later move of the key', async () => {
    await using door = await openWithFile(KEY_TEXT);
    const path = join(door.dataDir, 'encryption_key');
    const made = await choose(door, { custody: 'passphrase', passphrase: PASSPHRASE, use_found: false });
    expect(made.body).toMatchObject({ adopted: false, found: { path } });
    await door.owner('POST', '/users/administrator', ADMIN);
    const moved = await door.owner('POST', '/vault/custody', { custody: 'file' });
    expect(moved.body.error_code).toBe('custody_conflict');
    expect(readFileSync(path, 'utf8')).toBe(KEY_TEXT);
    expect(keyFiles(door)).toEqual([
      'encryption_key',
      'encryption_key.age',
      'encryption_key.age.fingerprint',
    ]);
  });

  it('is not put over another key, and one that is none is not offered', async () => {
    await using door = await openWithFile(KEY_TEXT, 'data');
    writeFileSync(join(door.dataDir, 'encryption_key'), 'e1'.repeat(32), { mode: 0o600 });
    const refused = await choose(door, { custody: 'file', use_found: true });
    expect(refused.body.error_code).toBe('custody_conflict');
    expect((await door.owner('GET', '/vault/status')).body.fingerprint).toBeNull();
    await using without = await openWithFile('no key');
    expect((await choose(without, { custody: 'file', use_found: true })).body.error_code).toBe('not_found');
  });
});
