import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encrypter } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { type Instance, type InstanceOptions, openInstance } from '../../../electron/instance/instance.ts';
import { formatKitText } from '../../../electron/instance/vault/copies/kit-text.ts';
import { formatKeyText, MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';
import { QUICK_LOG_N, quick } from '../../work-factor.ts';
import { ADMIN, readToken } from '../harness.ts';

const STRONG = 'brisk lantern under seven quiet boats';
/** Long enough, and on every list; the instance's and the administrator's own names are no better. */
const guessable = ['password12345', 'correct horse battery staple', `${ADMIN.name} ${ADMIN.email}`];
const [WEAK] = guessable as [string];

/** As an earlier version wrote it, which asked for twelve characters and no more. */
async function writeOldFile(path: string, text: string, passphrase: string): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(QUICK_LOG_N);
  encrypter.setPassphrase(passphrase);
  writeFileSync(path, await encrypter.encrypt(text), { mode: 0o600 });
}

let folder: string;
let dataDir: string;
let instance: Instance | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-passphrases-'));
  dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  instance = null;
});
afterEach(async () => {
  await instance?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (options: Partial<InstanceOptions> = {}) => {
  instance = await openInstance({ dataDir, env: {}, ...quick, ...options });
  await instance.start({});
};
const call = async (method: string, path: string, body?: unknown) => {
  const init = {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  };
  const response = await (instance as Instance).fetch(
    new Request(`http://localhost/api${path}`, init),
    createOwner('window', Date.now()),
  );
  const text = await response.text();
  return { status: response.status, text, body: text === '' ? null : JSON.parse(text) };
};
const keyFiles = () =>
  readdirSync(dataDir)
    .filter((name) => name.includes('encryption_key'))
    .sort();

/** Refused for its passphrase, and neither the answer nor the log repeats it. */
async function expectWeak(
  asked: Promise<{ status: number; body: unknown; text: string }>,
  passphrase: string,
) {
  const { status, body, text } = await asked;
  expect([status, body]).toMatchObject([400, { error_code: 'passphrase_weak' }]);
  expect(text).not.toContain(passphrase);
}

describe('a guessable passphrase', () => {
  it('protects no copy, of the present key or of a new one', async () => {
    await open();
    await call('POST', '/users/administrator', ADMIN);
    const audit = async () => (await call('GET', '/audit/logs?limit=100')).text;
    await call('POST', '/vault/key/rotation', {});
    const before = await audit();
    const path = join(folder, 'key');
    const weak = (body: { format: string; passphrase: string; path?: string; for?: string }) =>
      expectWeak(call('POST', '/vault/key/copies', { keep_anyway: true, ...body }), body.passphrase);
    for (const passphrase of ['short', ...guessable]) await weak({ format: 'age', passphrase });
    for (const format of ['age', 'kdbx'])
      for (const key of ['active', 'rotation']) await weak({ format, path, for: key, passphrase: WEAK });
    expect(readdirSync(folder)).toEqual(['data']);
    expect((await call('GET', '/vault/key/copies')).body.copies).toEqual([]);
    expect(await audit()).toBe(before);
    const made = await call('POST', '/vault/key/copies', { format: 'age', passphrase: STRONG });
    expect(made.status).toBe(201);
  });

  it('is no matter where it protects nothing', async () => {
    await open();
    const made = await call('POST', '/vault/key/copies', { format: 'words', passphrase: WEAK });
    expect(made.status).toBe(201);
  });

  it('takes no first key', async () => {
    await open({ custody: 'external' });
    const token = readToken((await call('POST', '/links')).body.path);
    const choose = (passphrase: string) =>
      call('POST', '/setup/key/custody', { token, custody: 'passphrase', passphrase });
    for (const passphrase of guessable.slice(0, 2)) await expectWeak(choose(passphrase), passphrase);
    expect(keyFiles()).toEqual([]);
    expect((await call('GET', '/vault/status')).body).toMatchObject({
      case: 'missing',
      fingerprint: null,
    });
    expect((await choose(STRONG)).status).toBe(200);
  });

  it('opens no instance for the first time', async () => {
    await expect(open({ custody: 'passphrase', passphrase: new SecretText(WEAK) })).rejects.toMatchObject({
      code: 'passphrase_weak',
    });
    expect(keyFiles()).toEqual([]);
  });

  it('is moved to by no key', async () => {
    await open();
    await call('POST', '/users/administrator', ADMIN);
    for (const passphrase of guessable)
      await expectWeak(call('POST', '/vault/custody', { custody: 'passphrase', passphrase }), passphrase);
    expect(keyFiles()).toEqual(['encryption_key']);
    expect((await call('GET', '/vault/key')).body.custody.name).toBe('file');
  });

  it('starts nothing over', async () => {
    await open();
    await call('POST', '/projects', { name: 'shop' });
    await call('POST', '/vault/lock');
    rmSync(join(dataDir, 'encryption_key'));
    const { name } = (await call('GET', '/vault/status')).body.instance;
    const over = { instance_name: name, custody: 'passphrase', passphrase: `${name} ${name}` };
    await expectWeak(call('POST', '/vault/start-over', over), `${name} ${name}`);
    expect(keyFiles()).toEqual([]);
    expect((await call('GET', '/vault/status')).body.state).toBe('locked');
  });
});

describe('a passphrase file from before', () => {
  const key = MasterKey.generate();
  const openOld = async () => {
    await writeOldFile(join(dataDir, 'encryption_key.age'), formatKeyText(key), WEAK);
    await open({ custody: 'passphrase', passphrase: new SecretText(WEAK) });
    expect((await call('GET', '/vault/status')).body.fingerprint).toBe(key.fingerprint);
  };

  it('opens, however guessable its passphrase', async () => {
    await openOld();
    await call('POST', '/vault/lock');
    expect((await call('GET', '/vault/status')).body.state).toBe('locked');
    const unlocked = await call('POST', '/vault/unlock', { method: 'passphrase', passphrase: WEAK });
    expect(unlocked.body.state).toBe('running');
    const path = join(folder, 'old.age');
    const { id, name } = (await call('GET', '/vault/status')).body.instance;
    const facts = { fingerprint: key.fingerprint, epoch: 1, keyCreatedAt: 0, copiedAt: 0 };
    await writeOldFile(path, formatKitText(key, { ...facts, instanceId: id, instanceName: name }), WEAK);
    const verified = await call('POST', '/vault/key/copies/verify', { path, passphrase: WEAK });
    expect(verified.body.verdict).toBe('opens_this_instance');
  });

  it('is given no second key under it; moved under a stronger one, it is rotated', async () => {
    await openOld();
    await expectWeak(call('POST', '/vault/key/rotation', { passphrase: WEAK }), WEAK);
    // Another one would lock the values that are not moved yet: after a kill, one typing must open both keys.
    const other = await call('POST', '/vault/key/rotation', { passphrase: STRONG });
    expect([other.status, other.body.error_code]).toEqual([403, 'passphrase_wrong']);
    expect((await call('GET', '/vault/key/rotation')).body.rotation).toBeNull();
    expect(keyFiles()).toEqual(['encryption_key.age']);

    expect((await call('POST', '/vault/custody', { custody: 'file' })).status).toBe(200);
    const moved = await call('POST', '/vault/custody', { custody: 'passphrase', passphrase: STRONG });
    expect(moved.status).toBe(200);
    const staged = await call('POST', '/vault/key/rotation', { passphrase: STRONG });
    expect(staged.body.rotation).toMatchObject({ state: 'staged' });
  });
});
