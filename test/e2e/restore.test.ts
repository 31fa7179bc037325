import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatWords } from '../../electron/instance/vault/copies/words.ts';
import { MasterKey, parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { findLeaks } from '../crash/leaks.ts';
import { serve, temps } from './terminal.ts';

const VALUE = 'canary of a restore: ünïcode, "quotes"\nand a second line';
const printValue = ['--', process.execPath, '-e', 'process.stdout.write(process.env.TOKEN)'];

let folder: string;
let dataDir: string;
let backup: string;
let key: MasterKey;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-restore-'));
  dataDir = join(folder, 'data');
  const served = await serve(dataDir);
  temps(dataDir, ['projects', 'create', 'shop']);
  const set = temps(dataDir, ['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], VALUE);
  expect(set.err).toBe('');
  const stick = join(folder, 'stick');
  mkdirSync(stick);
  expect(temps(dataDir, ['backup', 'destinations', 'add', 'folder', stick]).code).toBe(0);
  expect(temps(dataDir, ['backup', 'now']).code).toBe(0);
  await served.stop();
  backup = String(globSync(join(stick, 'temps-*', '*Z-*'))[0]);
  key = parseKeyText(readFileSync(join(dataDir, 'encryption_key'), 'utf8').trim()) as MasterKey;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (at: string) => temps(at, ['run', '-p', 'shop', ...printValue]);

/** The order matters: one machine's way from a backup and paper to a running instance, and back. */
describe('restoring by the command line', () => {
  const fresh = () => join(folder, 'new machine');

  it('shows what is there, and says what is missing, with exit codes', () => {
    const listed = temps(fresh(), ['restore', join(folder, 'stick'), '--list', '--json']);
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(listed.out).backups).toMatchObject([
      { place: backup, key_fingerprint: key.fingerprint, encrypted: true, sequence: 1 },
    ]);
    expect(temps(fresh(), ['restore', join(folder, 'nowhere')])).toMatchObject({ code: 4 });
    expect(temps(fresh(), ['restore'])).toMatchObject({ code: 2 });
    const without = temps(fresh(), ['restore', backup, '--yes']);
    expect(without).toMatchObject({ code: 3, out: '' });
    expect(without.err).toContain(`needs the key ${key.fingerprint}`);
    const other = temps(
      fresh(),
      ['restore', backup, '--yes', '--key', '-'],
      formatWords(MasterKey.generate()),
    );
    expect(other.code).toBe(3);
    const unasked = temps(fresh(), ['restore', backup, '--key', '-'], formatWords(key));
    expect(unasked).toMatchObject({ code: 1, out: '' });
    expect(unasked.err).toMatch(
      /it vouches for this backup, and decrypts (\d+) values of \1[\s\S]*repeat this with --yes/,
    );
    expect(existsSync(fresh())).toBe(false);
  });

  it('brings everything back into a new directory by the words on paper, and puts neither key nor value elsewhere', () => {
    const restored = temps(
      fresh(),
      ['restore', join(folder, 'stick'), '--yes', '--key', '-', '--json'],
      formatWords(key),
    );
    expect(restored.code, restored.err).toBe(0);
    expect(JSON.parse(restored.out)).toMatchObject({
      former: null,
      notes: [],
      backup: { instance_name: expect.any(String) },
    });
    expect(run(fresh())).toMatchObject({ code: 0, out: VALUE, err: '' });
    expect(temps(fresh(), ['doctor']).out).toContain('The audit log is as it was written');
    expect(temps(fresh(), ['audit', '--limit', '50']).out).toContain('Restored the backup of');
    const secrets = { key: key.exportBytes(), value: Buffer.from(VALUE) };
    expect(findLeaks(folder, secrets, (file) => /encryption_key$/.test(file))).toEqual([]);
    expect(restored.out + restored.err).not.toContain(formatWords(key).split(' ').slice(0, 3).join(' '));
  });

  it('replaces a database, keeps it, and puts it back; also of an instance that runs', async () => {
    const copy = join(folder, 'copy');
    cpSync(dataDir, copy, { recursive: true });
    expect(temps(copy, ['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], 'changed since').code).toBe(0);
    const served = await serve(copy);
    const { pid } = served;
    expect(temps(copy, ['restore', backup]).err).toContain('repeat this with --yes');
    const restored = temps(copy, ['restore', backup, '--yes', '--json']);
    expect(restored.code, restored.err).toBe(0);
    expect(JSON.parse(restored.out)).toMatchObject({ former: expect.stringMatching(/^before-restore-/) });
    expect(run(copy).out).toBe(VALUE);
    expect(temps(copy, ['restore', '--undo', '--yes'])).toMatchObject({ code: 0 });
    expect(run(copy).out).toBe('changed since');
    // The same process all the while.
    expect(() => process.kill(pid, 0)).not.toThrow();
    await served.stop();
    expect(temps(copy, ['restore', backup, '--yes'])).toMatchObject({ code: 0 });
    expect(run(copy).out).toBe(VALUE);
    expect(temps(copy, ['restore', '--undo', '--yes'])).toMatchObject({ code: 0 });
    expect(run(copy).out).toBe('changed since');
    const listed = temps(copy, ['restore', copy, '--list', '--json']);
    const [{ name }] = JSON.parse(listed.out).former_databases;
    expect(temps(copy, ['restore', copy, '--list']).out).toMatch(
      // Of two of one second the later has a longer name, and the column its width.
      new RegExp(`^${name} +before a restore`, 'm'),
    );
    // Its values need the key, too: that is said before it is shredded.
    const shred = temps(copy, ['key', 'shred', key.fingerprint]);
    expect(shred).toMatchObject({ code: 1, out: '' });
    expect(shred.err).toMatch(new RegExp(`former databases? on this disk needs? it: ${name} \\(kept until `));
    expect(temps(copy, ['restore', '--undo', 'temps.db', '--yes'])).toMatchObject({ code: 4 });
    expect(temps(copy, ['restore', '--undo', name, '--yes'])).toMatchObject({ code: 0 });
    expect(run(copy).out).toBe(VALUE);
  });
});
