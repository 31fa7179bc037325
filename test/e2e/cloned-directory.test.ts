import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { hasKeyring, type Keyring, startKeyring } from '../keyring.ts';
import { requires } from '../requires.ts';
import { serve, temps } from './terminal.ts';

const it = requires(
  'a real Secret Service',
  hasKeyring(),
  'needs dbus, gnome-keyring and gdbus (Debian: apt-get install dbus gnome-keyring libglib2.0-bin)',
);

let keyring: Keyring;
let folder: string;
const at = (name: string) => join(folder, name);
const cli = (name: string, args: string[], input = '') => temps(at(name), args, input, keyring.env);
const status = (name: string) => JSON.parse(cli(name, ['status', '--json']).out);
const value = (name: string) => cli(name, ['env', 'get', 'A_TOKEN', '-p', 'shop']).out;
function query(name: string, sql: string): unknown[] {
  const database = new Database(join(at(name), 'temps.db'));
  try {
    const statement = database.prepare(sql);
    return statement.reader ? statement.all() : [statement.run()];
  } finally {
    database.close();
  }
}
const clone = (name: string, to: string) => cpSync(at(name), at(to), { recursive: true });

beforeAll(async () => {
  if (!hasKeyring()) return;
  keyring = await startKeyring();
  folder = mkdtempSync(join(tmpdir(), 'temps-cloned-'));
  const served = await serve(at('original'), ['--custody', 'keychain'], keyring.env);
  expect(cli('original', ['projects', 'create', 'shop']).err).toBe('');
  expect(cli('original', ['env', 'set', 'A_TOKEN', '-p', 'shop'], 'kept').err).toBe('');
  await served.stop();
});
afterAll(() => {
  keyring?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** The order matters: one instance, its copies, and the copies of those. */
describe('a data directory whose key is in the keychain', () => {
  it('that was copied is asked about, and changes nothing of the keychain before the answer', () => {
    const copied = [
      'key',
      'copy',
      '--format',
      'plain',
      '--to',
      at('key.txt'),
      '--keep-anyway',
      '--unprotected',
    ];
    expect(cli('original', copied).code).toBe(0);
    clone('original', 'copy');
    const { instance, ...asked } = status('copy');
    expect(asked).toMatchObject({
      state: 'locked',
      case: 'relocated',
      relocation: { from: at('original'), is_original_there: true },
    });
    const attempts: [string[], string?][] = [
      [['key', 'unlock']],
      [['key', 'unlock', at('key.txt')]],
      [['key', 'rotate', '--without-copy', '--yes']],
      [['key', 'move', '--to', 'file']],
      [['key', 'start-over'], instance.name],
    ];
    for (const [args, input] of attempts) expect(cli('copy', args, input).code, args.join(' ')).toBe(3);
    expect(cli('copy', ['key', 'relocated', 'moved'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('so this is a copy'),
    });
    expect(cli('copy', ['key', 'relocated', 'borrowed']).code).toBe(2);
    expect(value('original')).toBe('kept');
  });

  it('that is a copy gets an entry of its own: what it does to its keys leaves the original open', () => {
    // As after a move to the keychain and away from it that was not finished: what is left there is the original's.
    query('copy', "UPDATE keys SET leaving_custody = 'keychain'");
    expect(cli('copy', ['key', 'relocated', 'copied'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('The vault is open'),
    });
    expect(query('copy', 'SELECT leaving_custody AS leaving FROM keys')).toEqual([{ leaving: null }]);
    const { fingerprint } = status('copy');
    expect(cli('copy', ['key', 'rotate', '--without-copy', '--yes']).err).toBe('');
    expect(cli('copy', ['key', 'shred', fingerprint, '--yes']).code).toBe(0);
    expect([value('copy'), value('original')]).toEqual(['kept', 'kept']);
    // Answered once.
    expect(cli('copy', ['key', 'relocated', 'copied']).code).toBe(1);
    expect(status('original')).toMatchObject({ state: 'running', fingerprint, relocation: null });
  });

  it('that is a copy of a copy is another one again', () => {
    clone('copy', 'third');
    expect(status('third')).toMatchObject({ case: 'relocated', relocation: { from: at('copy') } });
    expect(cli('third', ['key', 'relocated', 'copied']).code).toBe(0);
    expect(cli('third', ['key', 'move', '--to', 'file']).err).toBe('');
    expect([value('copy'), value('original')]).toEqual(['kept', 'kept']);
  });

  it('that was renamed is known by its folder, and asks nothing', async () => {
    renameSync(at('original'), at('renamed'));
    const served = await serve(at('renamed'), [], keyring.env);
    expect(status('renamed')).toMatchObject({ state: 'running', relocation: null });
    await served.stop();
  });

  it('that was moved to another disk keeps its entry once its owner says so', () => {
    clone('renamed', 'moved');
    rmSync(at('renamed'), { recursive: true });
    expect(status('moved')).toMatchObject({
      case: 'relocated',
      relocation: { from: at('renamed'), is_original_there: false },
    });
    expect(cli('moved', ['key', 'relocated', 'moved']).code).toBe(0);
    expect(value('moved')).toBe('kept');
  });

  it('that was copied with its key in a file shares no entry with the original later', () => {
    expect(cli('moved', ['key', 'move', '--to', 'file']).err).toBe('');
    clone('moved', 'twin');
    for (const name of ['moved', 'twin']) expect(cli(name, ['key', 'move', '--to', 'keychain']).err).toBe('');
    expect(cli('twin', ['key', 'move', '--to', 'file']).err).toBe('');
    expect(value('moved')).toBe('kept');
  });
});
