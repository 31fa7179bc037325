import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { formatWords } from '../../electron/instance/vault/copies/words.ts';
import { openWithPassphrase } from '../../electron/instance/vault/custody/passphrase-file.ts';
import { type MasterKey, parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { type Child, startChild } from '../child.ts';
import { commandLineEnv } from '../command-line-env.ts';
import { askAsOwner } from '../e2e/terminal.ts';
import { hasKeyring, type Keyring, startKeyring } from '../keyring.ts';
import { program } from '../program.ts';
import { requires } from '../requires.ts';
import { canReadMemory, countInMemory } from './process-memory.ts';

const it = requires('memory of other processes', canReadMemory(), 'needs root');
const itWithKeyring = requires(
  'memory of other processes, and a real Secret Service',
  canReadMemory() && hasKeyring(),
  'needs root, dbus, gnome-keyring and gdbus',
);

const quickDerivation = join(import.meta.dirname, '../quick-derivation.ts');
const PASSPHRASE = 'wander gravel muffin tulip ocean seven';

let folder: string;
let dataDir: string;
let served: Child | null;
let keyring: Keyring | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-memory-'));
  dataDir = join(folder, 'data');
  served = null;
  keyring = null;
});
afterEach(async () => {
  await served?.stop('SIGKILL');
  keyring?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(args: string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<void> {
  const words = ['--import', quickDerivation, program, 'serve', '--https-port', '0', '--http-port', '0'];
  served = startChild(process.execPath, ['--disable-sigusr1', ...words, '--ready-json', ...args], {
    env: { ...commandLineEnv(dataDir), ...env },
  });
  served.process.stdin?.end(input);
  await served.waitUntil(() => served?.out.includes('\n') ?? false);
}

const ask = <Answer>(method: string, path: string, body?: object): Promise<Answer> =>
  askAsOwner(join(dataDir, 'temps.sock'), method, path, body);

/** Encrypts one value, and decrypts it. */
async function encryptAndDecrypt(name: string): Promise<void> {
  const { id } = await ask<{ id: number }>('POST', '/projects', { name });
  const environments = await ask<{ id: number }[]>('GET', `/projects/${id}/environments`);
  await ask('POST', `/projects/${id}/env-vars`, {
    key: 'API_TOKEN',
    value: 'a value',
    is_secret: true,
    environment_ids: environments.map((environment) => environment.id),
  });
  await ask('POST', '/vault/doctor');
}

/** The key in every form it has, and its halves: the rest of one that was partly written over. */
function formsOf(key: MasterKey): Record<string, Buffer> {
  const bytes = key.exportBytes();
  const hex = bytes.toString('hex');
  const words = formatWords(key).split(' ');
  const forms: Record<string, Buffer> = {
    'first half': bytes.subarray(0, 16),
    'second half': bytes.subarray(16),
  };
  for (const [name, text] of [
    ['hex', hex.slice(0, 32)],
    ['hex, second half', hex.slice(32)],
    ['HEX', hex.slice(0, 32).toUpperCase()],
    // Without what depends on the bytes around it.
    ['base64', bytes.toString('base64').slice(0, 40)],
    ['words', words.slice(0, 12).join(' ')],
    ['words, second half', words.slice(12).join(' ')],
  ] as const) {
    forms[name] = Buffer.from(text, 'utf8');
    forms[`${name}, two bytes a letter`] = Buffer.from(text, 'utf16le');
  }
  return forms;
}

const none = (key: MasterKey) => Object.fromEntries(Object.keys(formsOf(key)).map((name) => [name, 0]));

/** One second after what was done before. */
async function findInMemory(...keys: MasterKey[]): Promise<Record<string, number>[]> {
  await sleep(1000);
  const wanted = keys.flatMap((key, at) =>
    Object.entries(formsOf(key)).map(([name, bytes]) => [`${at} ${name}`, bytes] as const),
  );
  const counts = countInMemory(served?.process.pid as number, Object.fromEntries(wanted));
  return keys.map((key, at) =>
    Object.fromEntries(Object.keys(formsOf(key)).map((name) => [name, counts[`${at} ${name}`] ?? 0])),
  );
}

/** Everything a key goes through, then its lock: created, stored, used, locked, read again, used, locked. */
async function expectGoneAfterLock(readKey: () => Promise<MasterKey>, unlocking: object): Promise<void> {
  const key = await readKey();
  await encryptAndDecrypt('shop');
  await ask('POST', '/vault/lock');
  await ask('POST', '/vault/unlock', unlocking);
  await encryptAndDecrypt('shop again');
  const [before] = await findInMemory(key);
  // The control: it is there, so that the search finds it, and nowhere as text.
  expect(before).toEqual({
    ...none(key),
    'first half': expect.any(Number),
    'second half': expect.any(Number),
  });
  expect(before?.['first half']).toBeGreaterThan(0);
  await ask('POST', '/vault/lock');
  expect(await findInMemory(key)).toEqual([none(key)]);
}

describe('a locked vault has nothing of its key in memory', () => {
  it('from a file; nor of one that was shredded after a rotation', async () => {
    const readKey = async () =>
      parseKeyText(readFileSync(join(dataDir, 'encryption_key'), 'utf8').trim()) as MasterKey;
    await serve([]);
    const old = await readKey();
    await encryptAndDecrypt('a shop of before');
    const { rotation } = await ask<{ rotation: { new_fingerprint: string } }>(
      'POST',
      '/vault/key/rotation',
      {},
    );
    await ask('POST', '/vault/key/rotation/prove', { override_fingerprint: rotation.new_fingerprint });
    await ask('POST', '/vault/key/rotation/seal?wait=true', {});
    await ask('POST', `/vault/key/epochs/${old.fingerprint}/shred`, { confirm: old.fingerprint });
    const key = await readKey();
    const [ofOld, ofNew] = await findInMemory(old, key);
    expect(ofOld).toEqual(none(old));
    expect(ofNew?.['first half']).toBeGreaterThan(0);
    await expectGoneAfterLock(async () => key, { method: 'custody' });
  });

  it('from a passphrase', async () => {
    await serve(['--custody', 'passphrase', '--passphrase-stdin'], {}, `${PASSPHRASE}\n`);
    await expectGoneAfterLock(
      async () => {
        const opened = await openWithPassphrase(
          readFileSync(join(dataDir, 'encryption_key.age')),
          new SecretText(PASSPHRASE),
        );
        if (opened.outcome !== 'opened') throw new Error(opened.outcome);
        return parseKeyText(opened.plaintext.toString('latin1')) as MasterKey;
      },
      { method: 'passphrase', passphrase: PASSPHRASE },
    );
  });

  itWithKeyring('from the keychain', async () => {
    keyring = await startKeyring();
    const { env } = keyring;
    await serve(['--custody', 'keychain'], env);
    await expectGoneAfterLock(() => readKeychain(env), { method: 'custody' });
  });
});

/** By keytar, in a process of its own: one keeps the bus it began with. */
async function readKeychain(env: NodeJS.ProcessEnv): Promise<MasterKey> {
  const { fingerprint } = await ask<{ fingerprint: string }>('GET', '/vault/key');
  const database = new Database(join(dataDir, 'temps.db'), { readonly: true });
  const name = database.prepare('SELECT keychain_name FROM key_custody').pluck().get() as string;
  database.close();
  const script = `import('keytar').then(async ({ default: { getPassword } }) => {
    console.log(await getPassword('Temps', '${name}/${fingerprint}'));
    process.exit();
  })`;
  const child = startChild(process.execPath, ['-e', script], {
    cwd: join(import.meta.dirname, '../..'),
    env,
  });
  await child.waitForEnd();
  return parseKeyText(child.out.trim()) as MasterKey;
}

describe('the system writes none of the memory of an instance', () => {
  it('into a core file', async () => {
    await serve([]);
    const ofProcess = (file: string) => readFileSync(`/proc/${served?.process.pid}/${file}`, 'utf8');
    expect(ofProcess('limits')).toMatch(/^Max core file size +0 +0 /m);
    expect(Number.parseInt(ofProcess('coredump_filter'), 16)).toBe(0);
  });
});
