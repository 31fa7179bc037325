import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { hasKeyring, type Keyring, startKeyring, until } from '../keyring.ts';
import { requires } from '../requires.ts';
import { type Served, serve, temps } from './terminal.ts';

const it = requires(
  'a real Secret Service',
  hasKeyring(),
  'needs dbus, gnome-keyring and gdbus (Debian: apt-get install dbus gnome-keyring libglib2.0-bin)',
);

let folder: string;
let dataDir: string;
let keyring: Keyring;
let served: Served | null = null;
beforeAll(async () => {
  if (!hasKeyring()) return;
  folder = mkdtempSync(join(tmpdir(), 'temps-keychain-'));
  dataDir = join(folder, 'data');
  keyring = await startKeyring();
});
afterAll(async () => {
  await served?.stop();
  keyring?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const cli = (args: string[], input = '') => temps(dataDir, args, input, keyring.env);
const status = () =>
  JSON.parse(cli(['status', '--json']).out) as {
    case: string;
    custody: { name: string; place: string };
    detail: string;
  };

/** The order matters: one instance's life with a keychain. */
describe('an instance whose key is in the OS keychain', () => {
  it('keeps no key in its data directory', async () => {
    served = await serve(dataDir, ['--custody', 'keychain'], keyring.env);
    expect(cli(['projects', 'create', 'shop']).code).toBe(0);
    expect(cli(['env', 'set', 'A_TOKEN', '-p', 'shop'], 'kept').code).toBe(0);
    expect(status()).toMatchObject({
      case: 'running',
      custody: { name: 'keychain', place: expect.stringContaining('Secret Service') },
    });
    expect(readdirSync(dataDir).filter((name) => name.startsWith('encryption_key'))).toEqual([]);
  });

  it('waits while the keyring is locked, makes no key, and runs by itself once it opens', async () => {
    await served?.stop();
    keyring.lock();
    served = await serve(dataDir, [], keyring.env);
    expect(status()).toMatchObject({
      case: 'waiting',
      refused: false,
      detail: expect.stringContaining('unlock your keyring'),
    });
    expect(cli(['env', 'get', 'A_TOKEN', '-p', 'shop']).code).toBe(3);
    expect(existsSync(join(dataDir, 'encryption_key'))).toBe(false);
    await keyring.unlock();
    await until(() => status().case === 'running');
    expect(cli(['env', 'get', 'A_TOKEN', '-p', 'shop']).out).toBe('kept');
  });

  it('rotates there, and moves out to a file and back', async () => {
    expect(cli(['key', 'rotate', '--without-copy', '--yes'])).toMatchObject({ code: 0, err: '' });
    expect(cli(['key', 'move', '--to', 'file'])).toMatchObject({ code: 0, err: '' });
    expect(existsSync(join(dataDir, 'encryption_key'))).toBe(true);
    expect(cli(['key', 'move', '--to', 'keychain'])).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(dataDir).filter((name) => name.startsWith('encryption_key'))).toEqual([]);
    await served?.stop();
    served = await serve(dataDir, [], keyring.env);
    expect(cli(['env', 'get', 'A_TOKEN', '-p', 'shop']).out).toBe('kept');
  });

  it('refuses a first start without a keychain, instead of keeping the key somewhere plainer', async () => {
    const other = join(folder, 'other');
    const noBus = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' };
    const alone = await serve(other, ['--custody', 'keychain'], noBus);
    const found = JSON.parse(temps(other, ['status', '--json']).out);
    expect(found).toMatchObject({
      state: 'locked',
      case: 'waiting',
      refused: true,
      custody: { name: 'keychain' },
    });
    const keyFiles = () => readdirSync(other).filter((name) => name.startsWith('encryption_key'));
    expect(keyFiles()).toEqual([]);
    await alone.stop();
    // What was chosen stands: for a command, for a start that says nothing, and for one that says it again.
    expect(JSON.parse(temps(other, ['status', '--json'], '', noBus).out)).toMatchObject({
      state: 'locked',
      custody: { name: 'keychain' },
    });
    for (const args of [[], ['--custody', 'keychain']]) {
      const again = await serve(other, args, noBus);
      expect(JSON.parse(temps(other, ['status', '--json']).out)).toMatchObject({
        case: 'waiting',
        custody: { name: 'keychain' },
      });
      await again.stop();
    }
    expect(keyFiles()).toEqual([]);
    const changed = await serve(other, ['--custody', 'file'], noBus);
    expect(JSON.parse(temps(other, ['status', '--json']).out)).toMatchObject({
      case: 'running',
      custody: { name: 'file' },
    });
    await changed.stop();
    expect(keyFiles()).toEqual(['encryption_key']);
  });
});
