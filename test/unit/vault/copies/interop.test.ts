import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it as plainIt } from 'vitest';
import { formatPayload } from '../../../../electron/instance/vault/copies/kit-text.ts';
import { makeCopy } from '../../../../electron/instance/vault/copies/make-copy.ts';
import { readPdfStrings } from '../../../../electron/instance/vault/copies/reading/pdf-reading.ts';
import { readCopy } from '../../../../electron/instance/vault/copies/reading/read-copy.ts';
import { formatWords } from '../../../../electron/instance/vault/copies/words.ts';
import { StrongPassphrase } from '../../../../electron/instance/vault/custody/strong-passphrase.ts';
import { formatKeyText, MasterKey } from '../../../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import type { CopyFormat } from '../../../../electron/instance/vault/vocabulary.ts';
import { requires } from '../../../requires.ts';

const has = (...tools: string[]) => tools.every((tool) => spawnSync('which', [tool]).status === 0);
const folder = mkdtempSync(join(tmpdir(), 'temps-interop-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PASSPHRASE = 'brisk lantern under seven quiet boats';
const passphrase = new SecretText(PASSPHRASE);
const strong = StrongPassphrase.from(passphrase, []);
const key = MasterKey.generate();
const facts = {
  instanceId: randomUUID(),
  instanceName: 'Attic — ätzend',
  fingerprint: key.fingerprint,
  epoch: 3,
  keyCreatedAt: Date.UTC(2026, 0, 2),
  copiedAt: Date.UTC(2026, 5, 7),
};
const write = async (format: CopyFormat, name: string) => {
  const path = join(folder, name);
  writeFileSync(path, await makeCopy(format, key, facts, { passphrase: await strong }));
  return path;
};
/** age asks for a passphrase on a terminal only: script(1) is one. */
const withTerminal = (command: string, input: string) =>
  execFileSync('script', ['-qec', command, '/dev/null'], { input: `${input}\n`, encoding: 'utf8' });

describe('copies in the hands of other programs', () => {
  const age = requires(
    'age',
    has('age', 'script'),
    'needs age and script (Debian: apt-get install age bsdutils)',
  );
  age('the protected file opens with age itself', async () => {
    const path = await write('age', 'key.age');
    const output = join(folder, 'opened');
    withTerminal(`age -d -o ${output} ${path}`, PASSPHRASE);
    const text = readFileSync(output, 'utf8');
    expect(text).toContain(formatKeyText(key));
    expect(text).toContain(`Fingerprint: ${key.fingerprint}`);
  });

  age('what age itself protected opens here, armored too', async () => {
    const kit = await write('text', 'kit.txt');
    for (const [flags, name] of [
      ['', 'theirs.age'],
      ['-a', 'theirs.asc'],
    ] as const) {
      const path = join(folder, name);
      // Twice: age asks for a new passphrase again.
      withTerminal(`age -p ${flags} -o ${path} ${kit}`, `${PASSPHRASE}\n${PASSPHRASE}`);
      expect(await readCopy(readFileSync(path), { passphrase })).toMatchObject({
        outcome: 'keys',
        keys: [{ epoch: 3 }],
      });
    }
  });

  const keepass = requires(
    'keepassxc-cli',
    has('keepassxc-cli'),
    'needs keepassxc (Debian: apt-get install keepassxc)',
  );
  keepass('the KeePass file opens in KeePassXC, with a derivation that takes its time', async () => {
    const path = await write('kdbx', 'key.kdbx');
    const run = (...args: string[]) =>
      execFileSync('keepassxc-cli', [...args], {
        input: `${PASSPHRASE}\n`,
        encoding: 'utf8',
        env: { ...process.env, QT_QPA_PLATFORM: 'offscreen' },
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    const title = `Temps encryption key of ${facts.instanceName}`;
    expect(run('show', '-q', '-s', '-a', 'Password', path, title).trim()).toBe(formatKeyText(key));
    expect(run('show', '-q', '-a', 'UserName', path, title).trim()).toBe(key.fingerprint);
    expect(run('db-info', '-q', path)).toMatch(/KDF: Argon2\w* \(10 rounds, 65536 KB/);
  });

  const paper = requires(
    'pdftoppm, pdftotext and zbarimg',
    has('pdftoppm', 'pdftotext', 'zbarimg'),
    'needs poppler-utils and zbar-tools',
  );
  paper('the paper kit shows its words, and its code is read back from the picture', async () => {
    const path = await write('pdf', 'kit.pdf');
    execFileSync('pdftoppm', ['-r', '150', '-png', path, join(folder, 'page')]);
    const text = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' });
    for (const word of formatWords(key).split(' ')) expect(text).toContain(word);
    for (const needed of [
      key.fingerprint,
      facts.instanceId,
      '2026-06-07',
      'Unlock with a copy',
      'contains no data',
    ])
      expect(text).toContain(needed);
    const scanned = execFileSync('zbarimg', ['-q', '--raw', join(folder, 'page-1.png')], {
      encoding: 'utf8',
    }).trim();
    expect(scanned).toBe(formatPayload(key, facts));
    expect(await readCopy(Buffer.from(scanned))).toMatchObject({ outcome: 'keys' });
    expect(execFileSync('pdfinfo', [path], { encoding: 'utf8' })).toMatch(/Pages:\s+1/);
  });

  plainIt('the words are BIP-39: any such tool gives the same 32 bytes', async () => {
    // The first test vector of BIP-39 with 256 bits, and its last.
    expect(formatWords(MasterKey.fromBytes(Buffer.alloc(32)))).toBe(`${'abandon '.repeat(23)}art`);
    expect(formatWords(MasterKey.fromBytes(Buffer.alloc(32, 0xff)))).toBe(`${'zoo '.repeat(23)}vote`);
  });

  plainIt('the line for machines names the instance, the version, the key and its fingerprint', async () => {
    const line = `temps-key:v1:${facts.instanceId}:3:${formatKeyText(key)}:${key.fingerprint}`;
    for (const format of ['text', 'bitwarden', 'csv'] as const)
      expect(Buffer.from(await makeCopy(format, key, facts, {})).toString('utf8')).toContain(line);
    const pdf = readPdfStrings(Buffer.from(await makeCopy('pdf', key, facts, {})));
    expect(pdf).toContain(line);
  });

  plainIt('Bitwarden JSON and CSV have the fields their importers look for', async () => {
    const json = JSON.parse(Buffer.from(await makeCopy('bitwarden', key, facts, {})).toString('utf8'));
    expect(json).toMatchObject({
      encrypted: false,
      items: [{ type: 2, secureNote: { type: 0 }, name: expect.stringContaining('Temps') }],
    });
    const csv = Buffer.from(await makeCopy('csv', key, facts, {})).toString('utf8');
    expect(csv.split('\r\n')[0]).toBe(
      'folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp',
    );
  });

  plainIt('words are read however they were written down', async () => {
    const words = formatWords(key).split(' ');
    const numbered = words
      .map((word, at) => `${at + 1}. ${word.toUpperCase()}${at % 4 === 3 ? '\n' : ',\t'}`)
      .join('');
    expect(await readCopy(Buffer.from(numbered))).toMatchObject({ outcome: 'keys', format: 'words' });
    expect(await readCopy(Buffer.from(words.slice(0, 23).join(' ')))).toMatchObject({
      outcome: 'words_invalid',
      problems: [{ position: 24 }],
    });
  });

  plainIt('a payload whose digits do not fit its fingerprint is not a key', async () => {
    const payload = formatPayload(key, facts);
    const at = payload.indexOf(formatKeyText(key)) + 5;
    const wrong = `${payload.slice(0, at)}${payload[at] === '0' ? '1' : '0'}${payload.slice(at + 1)}`;
    expect(await readCopy(Buffer.from(wrong))).toMatchObject({ outcome: 'damaged' });
  });

  plainIt('a file that asks for too much work is refused at once', async () => {
    const bytes = Buffer.from(await makeCopy('age', key, facts, { passphrase: await strong }));
    const greedy = Buffer.from(bytes.toString('latin1').replace(/(-> scrypt \S+) 18/, '$1 30'), 'latin1');
    expect(await readCopy(greedy, { passphrase })).toMatchObject({
      outcome: 'unusable',
      because: expect.stringContaining('2^30 rounds of scrypt'),
    });
  });
});
