import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createExternalCustody } from '../../../../electron/instance/vault/custody/external-custody.ts';
import { createFileCustody } from '../../../../electron/instance/vault/custody/file-custody.ts';
import { removeFile, renameFile } from '../../../../electron/instance/vault/custody/key-file.ts';
import { createPassphraseCustody } from '../../../../electron/instance/vault/custody/passphrase-custody.ts';
import { StrongPassphrase } from '../../../../electron/instance/vault/custody/strong-passphrase.ts';
import { formatKeyText, MasterKey } from '../../../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { requires } from '../../../requires.ts';
import { QUICK_LOG_N } from '../../../work-factor.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'temps-custody-'));
  file = join(dir, 'encryption_key');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const key = MasterKey.generate();
const text = formatKeyText(key);
const fingerprintsOf = async (
  custody: { find(unlock?: { passphrase: SecretText }): Promise<{ outcome: string }> },
  unlock?: { passphrase: SecretText },
) => {
  const finding = (await custody.find(unlock)) as { outcome: string; keys?: MasterKey[] };
  return finding.keys?.map((found) => found.fingerprint) ?? finding.outcome;
};

describe('a key file', () => {
  it.each([
    ['64 digits', text],
    ['64 digits and a newline', `${text}\n`],
    ['digits in upper case', `${text.toUpperCase()}\n`],
    ['a Windows line end', `${text}\r\n`],
  ])('is read with %s', async (_, contents) => {
    writeFileSync(file, contents, { mode: 0o600 });
    expect(await fingerprintsOf(createFileCustody(dir))).toEqual([key.fingerprint]);
  });

  it.each([
    ['63 digits', text.slice(1), /63 hex digits/],
    ['65 digits', `${text}0`, /65 hex digits/],
    ['spaces', ` ${text}`, /spaces/],
    ['a space in the middle', `${text.slice(0, 32)} ${text.slice(32)}`, /spaces/],
    ['two newlines', `${text}\n\n`, /line breaks/],
    ['letters that are no digits', text.replace(/^../, 'zz'), /not hex/],
    ['nothing', '', /empty/],
    ['32 MiB', 'a'.repeat(100_000), /too large/],
  ])('with %s is refused by name, and neither shown nor changed', async (_, contents, message) => {
    writeFileSync(file, contents, { mode: 0o600 });
    const error = await createFileCustody(dir)
      .find()
      .catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'key_file_invalid', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain(text.slice(8, 40));
    expect(readFileSync(file, 'utf8')).toBe(contents);
  });

  it('that others can read is closed to them, and that is said', async () => {
    writeFileSync(file, text);
    chmodSync(file, 0o640);
    expect(await createFileCustody(dir).find()).toMatchObject({
      outcome: 'found',
      said: [expect.stringContaining('0600')],
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('that is a directory, or a link to somewhere else, is refused', async () => {
    mkdirSync(file);
    await expect(createFileCustody(dir).find()).rejects.toMatchObject({ code: 'key_file_unsafe' });
    rmSync(file, { recursive: true });
    writeFileSync(join(dir, 'elsewhere'), text, { mode: 0o600 });
    symlinkSync(join(dir, 'elsewhere'), file);
    await expect(createFileCustody(dir).find()).rejects.toMatchObject({ code: 'key_file_unsafe' });
    await expect(createFileCustody(dir).save(MasterKey.generate())).rejects.toMatchObject({
      code: 'key_file_unsafe',
    });
  });

  const asRoot = requires("another user's files", process.getuid?.() === 0, 'needs root');
  asRoot('of another user is refused', async () => {
    writeFileSync(file, text, { mode: 0o600 });
    chownSync(file, 12_345, 12_345);
    await expect(createFileCustody(dir).find()).rejects.toMatchObject({ code: 'key_file_unsafe' });
  });
});

describe('a disk that fails', () => {
  it('is named while a file is removed or gets another name', async () => {
    mkdirSync(file);
    await expect(removeFile(file)).rejects.toMatchObject({ code: 'custody_refused' });
    await expect(renameFile(file, join(dir, 'nowhere', 'key'))).rejects.toMatchObject({
      code: 'custody_refused',
    });
    expect(existsSync(file)).toBe(true);
  });
});

describe('the file custody', () => {
  it('writes 0600, never over another key, and keeps several beside each other', async () => {
    const custody = createFileCustody(dir);
    await custody.save(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await custody.save(key);
    const second = MasterKey.generate();
    await custody.save(second);
    expect(readFileSync(file, 'utf8')).toBe(`${text}\n`);
    expect((await fingerprintsOf(custody)).length).toBe(2);
    await custody.promote(second.fingerprint);
    expect(readFileSync(file, 'utf8')).toBe(`${formatKeyText(second)}\n`);
    expect((await fingerprintsOf(custody)).length).toBe(2);
    await custody.remove(key.fingerprint);
    expect(await fingerprintsOf(custody)).toEqual([second.fingerprint]);
    expect(readdirSync(dir)).toEqual(['encryption_key']);
  });

  it('never takes what a kill left half written for a key, and sweeps it away', async () => {
    writeFileSync(join(dir, '.encryption_key.partial-0123'), text.slice(0, 20), { mode: 0o600 });
    const custody = createFileCustody(dir);
    expect(await fingerprintsOf(custody)).toBe('missing');
    await custody.save(key);
    expect(readdirSync(dir)).toEqual(['encryption_key']);
  });
});

describe('the external custody', () => {
  it('follows links, as mounts from secrets managers are, reads several keys, and writes nothing', async () => {
    const second = MasterKey.generate();
    writeFileSync(join(dir, 'data'), `${text}\n${formatKeyText(second)}\n`, { mode: 0o444 });
    symlinkSync('data', join(dir, 'mounted'));
    const custody = createExternalCustody(join(dir, 'mounted'));
    expect(await fingerprintsOf(custody)).toEqual([key.fingerprint, second.fingerprint]);
    await expect(custody.save(key)).rejects.toMatchObject({ code: 'custody_read_only' });
    await expect(custody.remove(key.fingerprint)).rejects.toMatchObject({ code: 'custody_read_only' });
    expect(await fingerprintsOf(createExternalCustody(undefined))).toBe('missing');
    expect(await fingerprintsOf(createExternalCustody(join(dir, 'nothing')))).toBe('missing');
  });
});

describe('a mount that others may read', () => {
  const asRoot = requires("root's group", process.getuid?.() === 0, 'needs root');
  asRoot('is told from one of systemd, whose access list shows as bits of the group', async () => {
    const mounted = join(dir, 'mounted');
    writeFileSync(mounted, text);
    const saysSo = async (mode: number, gid: number) => {
      chownSync(mounted, 0, gid);
      chmodSync(mounted, mode);
      const finding = await createExternalCustody(mounted).find();
      return finding.outcome === 'found' && finding.said.length > 0;
    };
    expect(await saysSo(0o400, 0)).toBe(false);
    expect(await saysSo(0o440, 0)).toBe(false);
    expect(await saysSo(0o440, 12_345)).toBe(true);
    expect(await saysSo(0o444, 0)).toBe(true);
  });
});

describe('the passphrase custody', () => {
  const passphrase = new SecretText('brisk lantern under seven quiet boats');
  it('keeps nothing readable, wants the passphrase, and tells its files apart without it', async () => {
    const custody = createPassphraseCustody(dir, QUICK_LOG_N);
    await expect(custody.save(key)).rejects.toMatchObject({ code: 'passphrase_required' });
    const strong = await StrongPassphrase.from(passphrase, []);
    await custody.save(key, { passphrase: strong });
    const second = MasterKey.generate();
    await custody.save(second, { passphrase: strong });
    expect(await fingerprintsOf(custody)).toBe('locked');
    await expect(custody.find({ passphrase: new SecretText('wrong horse battery') })).rejects.toMatchObject({
      code: 'passphrase_wrong',
    });
    expect(await fingerprintsOf(custody, { passphrase })).toHaveLength(2);
    // A process that never saw the passphrase removes one and leaves the other.
    await createPassphraseCustody(dir, QUICK_LOG_N).remove(second.fingerprint);
    expect(await fingerprintsOf(createPassphraseCustody(dir, QUICK_LOG_N), { passphrase })).toEqual([
      key.fingerprint,
    ]);
    await createPassphraseCustody(dir, QUICK_LOG_N).remove(MasterKey.generate().fingerprint);
    expect(existsSync(join(dir, 'encryption_key.age'))).toBe(true);
  });
});
