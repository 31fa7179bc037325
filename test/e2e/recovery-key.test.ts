import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { formatWords } from '../../electron/instance/vault/copies/words.ts';
import { type MasterKey, parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { findLeaks } from '../crash/leaks.ts';
import { requires } from '../requires.ts';
import { canOpenTerminal, onTerminal, serve, temps } from './terminal.ts';

const isHere = canOpenTerminal() && ['age', 'zstd'].every((tool) => spawnSync('which', [tool]).status === 0);
const it = requires('age', isHere, 'needs age, zstd and script (Debian: apt-get install age zstd bsdutils)');
const SECRET = 'a secret that nothing but the key decrypts';
const PLAIN = 'a plain value that a recovery key brings back';

let folder: string;
let stick: string;
let identityFile: string;
let identity: string;
let screen: string;
let key: MasterKey;

const ADD = ['backup', 'destinations', 'add', 'folder'];
const findIdentity = (shown: string) => /AGE-SECRET-KEY-1[A-Z0-9]{58}/.exec(shown)?.[0] ?? '';

/** A data directory with a backup that is encrypted for a further recipient too; then the directory is gone, and its key. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-recovery-'));
  stick = join(folder, 'stick');
  mkdirSync(stick);
  identityFile = join(folder, 'identity.txt');
  if (!isHere) return;
  const dataDir = join(folder, 'data');
  const served = await serve(dataDir);
  temps(dataDir, ['projects', 'create', 'shop']);
  temps(dataDir, ['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], SECRET);
  temps(dataDir, ['env', 'set', 'GREETING', '-p', 'shop', '--plain'], PLAIN);
  const piped = temps(dataDir, [...ADD, stick, '--new-recovery-key']);
  expect([piped.code, piped.out, piped.err]).toEqual([2, '', expect.stringContaining('needs a terminal')]);
  const added = await onTerminal(
    dataDir,
    [...ADD, stick, '--new-recovery-key', '--name', 'stick'],
    [
      [/press Enter\. You will be asked for its end\. /, ''],
      [/The last 8 letters.*: /, 'QQQQQQQQ'],
      [
        /not the recovery key[\s\S]*The last 8 letters.*: /,
        (shown) => findIdentity(shown).slice(-8).toLowerCase(),
      ],
    ],
  );
  ({ screen } = added);
  expect(added.code, 'adding a destination').toBe(0);
  identity = findIdentity(screen);
  writeFileSync(identityFile, `# kept by its owner\n${identity}\n`);
  expect(temps(dataDir, ['backup', 'now']).code).toBe(0);
  await served.stop();
  key = parseKeyText(readFileSync(join(dataDir, 'encryption_key'), 'utf8').trim()) as MasterKey;
  rmSync(dataDir, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a backup whose key is lost, by its recovery key,', () => {
  it('has it from the start, which was shown once and given back unseen', () => {
    expect(screen.split(identity)).toHaveLength(2);
    expect(screen).toMatch(/Verified\. Its recipient is age1[\s\S]*Added stick/);
    expect(screen).toMatch(/all but the secrets in them also the identity of age1/);
    expect(screen.split(identity)[1]?.toUpperCase()).not.toContain(identity.slice(-8));
  });

  it('brings back what is plain by itself, named nowhere, and the secrets by the key later', () => {
    const at = join(folder, 'new machine');
    const unasked = temps(at, ['restore', stick, '--key', identityFile]);
    expect(unasked).toMatchObject({ code: 1, out: '' });
    expect(unasked.err).toMatch(
      /not verified: it is not here, so nobody vouches[\s\S]*repeat this with --yes/,
    );
    const restored = temps(at, ['restore', stick, '--key', '-', '--yes', '--json'], identity);
    expect(restored.code, restored.err).toBe(0);
    expect(JSON.parse(restored.out)).toMatchObject({
      is_verified: false,
      decrypted_for: expect.stringMatching(/^age1/),
      values: null,
      restored: { rows: { projects: 1 } },
      notes: [expect.stringContaining(`The key ${key.fingerprint} is not here`)],
    });
    const status = temps(at, ['status']);
    expect(status.out + status.err).toContain(key.fingerprint);
    const listed = temps(at, ['env', 'list', '-p', 'shop', '--json']);
    expect(listed.code, listed.err).toBe(0);
    expect(listed.out).toContain(PLAIN);
    expect(temps(at, ['run', '-p', 'shop', '--', 'true']).code).not.toBe(0);
    // It is no copy of the key, and says what it is.
    const refused = temps(at, ['key', 'unlock', identityFile]);
    expect([refused.code === 0, refused.err]).toEqual([false, expect.stringContaining('identity of age')]);
    const said = [unasked, restored, status, listed, refused].map(({ out, err }) => out + err).join();
    expect(said).not.toContain(identity.slice(16, 40));
    expect(findLeaks(folder, { identity: Buffer.from(identity) }, (file) => file === identityFile)).toEqual(
      [],
    );

    expect(temps(at, ['key', 'unlock', '-'], formatWords(key)).code).toBe(0);
    const print = ['--', process.execPath, '-e', 'process.stdout.write(process.env.TOKEN)'];
    expect(temps(at, ['run', '-p', 'shop', ...print])).toMatchObject({ code: 0, out: SECRET });
  });

  it('is decrypted by age itself', () => {
    const [part = ''] = globSync(join(stick, 'temps-*', '*', 'database.sqlite.zst.age'));
    const packed = execFileSync('age', ['-d', '-i', identityFile, part], { maxBuffer: 64 * 1024 * 1024 });
    const plain = execFileSync('zstd', ['-dc'], { input: packed, maxBuffer: 64 * 1024 * 1024 });
    expect(plain.includes(PLAIN)).toBe(true);
    expect(plain.includes(SECRET)).toBe(false);
  });
});
