import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { Decrypter, Encrypter } from 'age-encryption';
import { afterAll, describe, expect, it } from 'vitest';
import { formatKitText } from '../../../../electron/instance/vault/copies/kit-text.ts';
import { makeCopy } from '../../../../electron/instance/vault/copies/make-copy.ts';
import { readCopy } from '../../../../electron/instance/vault/copies/reading/read-copy.ts';
import { formatWords } from '../../../../electron/instance/vault/copies/words.ts';
import { StrongPassphrase } from '../../../../electron/instance/vault/custody/strong-passphrase.ts';
import { formatKeyText, MasterKey } from '../../../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { createShares } from '../../../../electron/instance/vault/split/slip39/shares.ts';
import type { CopyFormat } from '../../../../electron/instance/vault/vocabulary.ts';
import { requires } from '../../../requires.ts';
import { PASSPHRASE as CRAFTED_PASSPHRASE, createDatabase } from '../../../security/crafted-containers.ts';
import { QUICK_LOG_N } from '../../../work-factor.ts';

/** Copies that are good, and look damaged to who expects only what was written here. */

const folder = mkdtempSync(join(tmpdir(), 'temps-good-copies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const has = (...tools: string[]) => tools.every((tool) => spawnSync('which', [tool]).status === 0);

const PASSPHRASE = 'brisk lantern under seven quiet boats';
const passphrase = new SecretText(PASSPHRASE);
const [former, current] = [MasterKey.generate(), MasterKey.generate()];
const instanceId = randomUUID();
const factsOf = (key: MasterKey) => ({
  instanceId,
  instanceName: 'Attic',
  fingerprint: key.fingerprint,
  epoch: key === former ? 1 : 2,
  keyCreatedAt: Date.UTC(2026, 0, 2),
  copiedAt: Date.UTC(2026, 5, 7),
});
const kitOf = (key: MasterKey) => formatKitText(key, factsOf(key));
const makeText = async (format: CopyFormat, key: MasterKey) =>
  Buffer.from(await makeCopy(format, key, factsOf(key), {})).toString('utf8');
const read = (text: string | Uint8Array, using?: SecretText) =>
  readCopy(Buffer.from(text as string), using ? { passphrase: using } : {});
const holds = (...keys: MasterKey[]) => ({
  outcome: 'keys',
  keys: expect.toSatisfy(
    (found: { key: MasterKey }[]) =>
      found
        .map(({ key }) => key.fingerprint)
        .sort()
        .join() ===
      keys
        .map(({ fingerprint }) => fingerprint)
        .sort()
        .join(),
  ),
});
const refuses = (why: RegExp, format: CopyFormat | null = null) => ({
  outcome: 'unusable',
  format,
  because: expect.stringMatching(why),
});

describe('one container with the copies of two keys gives both', () => {
  it('as text', async () => {
    expect(await read(`${kitOf(former)}\n${kitOf(current)}`)).toMatchObject(holds(former, current));
  });

  it('as an export of Bitwarden', async () => {
    const items = await Promise.all(
      [former, current].map(async (key) => JSON.parse(await makeText('bitwarden', key)).items),
    );
    const exported = { encrypted: false, folders: [], items: items.flat() };
    for (const space of [0, 2])
      expect(await read(JSON.stringify(exported, null, space))).toMatchObject({
        ...holds(former, current),
        format: 'bitwarden',
      });
  });

  it('as CSV', async () => {
    const [header, row] = [await makeText('csv', former), await makeText('csv', current)];
    const rows = `${header}${row.slice(row.indexOf('\r\n') + 2)}`;
    expect(await read(rows)).toMatchObject({ ...holds(former, current), format: 'csv' });
  });

  it.each([3, 4] as const)('as a KeePass file of version %i', async (version) => {
    const database = await createDatabase({ version, notes: [kitOf(former), '', kitOf(current)] });
    const opened = await read(database, new SecretText(CRAFTED_PASSPHRASE));
    expect(opened).toMatchObject({ ...holds(former, current), format: 'kdbx' });
  });

  it('but none of a fingerprint and digits that are in different entries', async () => {
    const read = async (notes: string[]) =>
      readCopy(await createDatabase({ version: 4, notes }), {
        passphrase: new SecretText(CRAFTED_PASSPHRASE),
      });
    const parts = [current.fingerprint, formatKeyText(current)];
    expect(await read([parts.join('\n')])).toMatchObject(holds(current));
    expect(await read(parts)).not.toMatchObject({ outcome: 'keys' });
  });

  it('but not without end', async () => {
    const kits = Array.from({ length: 101 }, () => kitOf(MasterKey.generate()));
    expect(await read(kits.join('\n'))).toMatchObject(refuses(/more than 100 keys/, 'text'));
  });
});

describe('a text kit is read', () => {
  const kit = kitOf(current);
  const fold = (width: number, end = '\n') =>
    kit
      .split('\n')
      .map((line) => line.match(new RegExp(`.{1,${width}}`, 'g'))?.join(end) ?? '')
      .join('\n');
  it.each([
    ['folded at 76 columns', fold(76)],
    ['folded at 40 columns', fold(40)],
    ['folded for Windows', fold(76).replaceAll('\n', '\r\n')],
    ['folded and indented', fold(76, '\n    ')],
    ['folded as quoted-printable', fold(75, '=\n')],
    ['folded in an answer to a mail', fold(76).replace(/^/gm, '> ')],
    ['folded in the notes of an export', JSON.stringify({ items: [{ notes: fold(76) }] })],
    [
      'with its digits in capitals',
      kit.replaceAll(formatKeyText(current), formatKeyText(current).toUpperCase()),
    ],
    [
      'with its fingerprint in small letters',
      kit.replaceAll(current.fingerprint, current.fingerprint.toLowerCase()),
    ],
    ['without its line for machines', kit.slice(0, kit.indexOf('For machines'))],
    ['reduced to its digits and fingerprint', `${current.fingerprint}\n${formatKeyText(current)}`],
    ['with a mark of its encoding', `\ufeff${kit}`],
  ])('%s', async (_how, text) => {
    expect(await read(text)).toMatchObject(holds(current));
  });

  it('saved by Notepad as UTF-16', async () => {
    const little = Buffer.from(`\ufeff${kit}`, 'utf16le');
    expect(await read(little)).toMatchObject(holds(current));
    expect(await read(Buffer.from(little).swap16())).toMatchObject(holds(current));
  });

  it('and never with a digit that is not its own', async () => {
    const digits = formatKeyText(current);
    const wrong = `${digits[0] === '0' ? '1' : '0'}${digits.slice(1)}`;
    for (const text of [kit, fold(76), fold(40)])
      expect(await read(text.replaceAll(digits.slice(0, 20), wrong.slice(0, 20)))).toMatchObject({
        outcome: 'damaged',
      });
    expect(await read(`${current.fingerprint}\n${wrong}`)).toMatchObject({
      outcome: 'damaged',
      format: null,
    });
  });
});

it('a paper kit that another program saved again is read', async () => {
  const { PDFDocument } = await import('pdf-lib');
  const kit = await PDFDocument.load(await makeCopy('pdf', current, factsOf(current), {}));
  const saved = Buffer.from(await kit.save({ useObjectStreams: true }));
  expect(saved.toString('latin1')).not.toContain('/Subject');
  expect(await read(saved)).toMatchObject({ ...holds(current), format: 'pdf' });
});

describe('one share of a split key, where a whole copy is expected', async () => {
  const shares = await createShares(Buffer.alloc(32, 7), {
    threshold: 3,
    count: 5,
    identifier: 77,
    passphrase: '',
  });
  const share = shares[1] ?? '';
  const words = share.split(' ');
  const named = /^it is share 2 of a split key, any 3 shares of which open the key together.*under Shares/;

  it.each([
    ['its words', share],
    ['in capitals, as phones scan its code', `  ${share.toUpperCase().replaceAll(' ', '  ')}\r\n`],
    ['numbered, one word on each line', words.map((word, at) => `${at + 1}. ${word}`).join('\n')],
    ['the first four letters of each word', words.map((word) => word.slice(0, 4)).join(' ')],
    ['in a letter', `Dear Ada, keep this for me:\n\n${share}\n\nYours, Bob`],
  ])('is named with its number and scheme: %s', async (_, text) => {
    expect(await read(text)).toMatchObject(refuses(named));
  });

  it('is named in the containers of other programs too', async () => {
    const age = new Encrypter();
    age.setPassphrase(PASSPHRASE);
    age.setScryptWorkFactor(QUICK_LOG_N);
    expect(await read(await age.encrypt(share), passphrase)).toMatchObject(refuses(named, 'age'));
    const note = { items: [{ name: 'share', notes: share }] };
    expect(await read(JSON.stringify(note))).toMatchObject(refuses(named, 'bitwarden'));
    expect(await read(`folder,name,notes\n,share,${share}`)).toMatchObject(refuses(named, 'csv'));
  });

  it('is named with a mistake in it, and its words are not repeated', async () => {
    for (const wrong of [
      share.replace(/^\w+/, 'zebra'),
      words.slice(1).join(' '),
      [words[1], words[0], ...words.slice(2)].join(' '),
    ]) {
      const reading = await read(wrong);
      expect(reading).toMatchObject(
        refuses(/looks like a share of a split key with a wrong or missing word/),
      );
      expect(JSON.stringify(reading)).not.toContain(words[5]);
    }
  });

  it('is told from a share of something else, and from the words of a key', async () => {
    const [small = ''] = await createShares(Buffer.alloc(16, 7), {
      threshold: 2,
      count: 2,
      identifier: 77,
      passphrase: '',
    });
    expect(await read(small)).toMatchObject(refuses(/a SLIP-39 share of something else/));
    for (let round = 0; round < 50; round++) {
      const key = MasterKey.generate();
      expect(await read(formatWords(key))).toMatchObject(holds(key));
    }
  });
});

describe('with age', () => {
  const age = requires(
    'age',
    has('age', 'age-keygen', 'script'),
    'needs age and script (Debian: apt-get install age bsdutils)',
  );
  const withTerminal = (command: string, input: string) =>
    execFileSync('script', ['-qec', command, '/dev/null'], { input: `${input}\n`, encoding: 'utf8' });
  const keyFile = join(folder, 'encryption_key');

  age('the key file as it is, encrypted, is a copy', async () => {
    writeFileSync(keyFile, `${formatKeyText(current)}\n`);
    const path = join(folder, 'encryption_key.age');
    withTerminal(`age -p -o ${path} ${keyFile}`, `${PASSPHRASE}\n${PASSPHRASE}`);
    expect(await read(readFileSync(path))).toEqual({ outcome: 'passphrase_required', format: 'age' });
    expect(await read(readFileSync(path), passphrase)).toMatchObject({ ...holds(current), format: 'age' });
  });

  age('a file for a recipient is not asked for its passphrase, and not called damaged', async () => {
    const identity = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const recipient = /public key: (age1\w+)/.exec(identity)?.[1] ?? '';
    writeFileSync(keyFile, `${formatKeyText(current)}\n`);
    for (const flags of [[], ['-a']]) {
      const bytes = execFileSync('age', [...flags, '-r', recipient, keyFile]);
      for (const given of [undefined, passphrase])
        expect(await read(bytes, given)).toMatchObject(
          refuses(/for a recipient and not with a passphrase/, 'age'),
        );
    }
  });

  it('a file that holds something else says so', async () => {
    const other = new Encrypter();
    other.setPassphrase(PASSPHRASE);
    other.setScryptWorkFactor(QUICK_LOG_N);
    const letter = await other.encrypt('Dear Ada, the key is under the mat.');
    expect(await read(letter, passphrase)).toMatchObject(refuses(/not a copy of a key/, 'age'));
  });
});

describe('with KeePassXC itself', () => {
  const keepass = requires(
    'keepassxc-cli',
    has('keepassxc-cli'),
    'needs keepassxc (Debian: apt-get install keepassxc)',
  );
  const run = (input: string, ...args: string[]) =>
    execFileSync('keepassxc-cli', args, {
      input: `${input}\n`,
      encoding: 'utf8',
      env: { ...process.env, QT_QPA_PLATFORM: 'offscreen' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  const create = (name: string) => {
    const path = join(folder, name);
    run(`${PASSPHRASE}\n${PASSPHRASE}`, 'db-create', '-q', '-t', '100', '-p', path);
    return path;
  };
  const add = (path: string, entry: string, ...args: string[]) =>
    run(PASSPHRASE, 'add', '-q', ...args, path, entry);

  keepass('a database in use holds the copies of two keys, and entries of other things', async () => {
    const path = create('both.kdbx');
    add(path, 'mail', '-u', 'ada@example.org', '-g');
    add(path, 'Temps, before', '--notes', kitOf(former).replaceAll('\n', '\\n'));
    add(path, 'Temps', '--notes', kitOf(current).replaceAll('\n', '\\n'));
    expect(await read(readFileSync(path))).toEqual({ outcome: 'passphrase_required', format: 'kdbx' });
    expect(await read(readFileSync(path), passphrase)).toMatchObject(holds(former, current));
    expect(await read(readFileSync(path), new SecretText('another'))).toMatchObject({
      outcome: 'passphrase_wrong',
    });
  });

  keepass('an entry that lost its notes still has the key as its password', async () => {
    const path = create('password.kdbx');
    const answers = `${PASSPHRASE}\n${formatKeyText(current)}`;
    run(answers, 'add', '-q', '-u', current.fingerprint, '-p', path, 'Temps');
    expect(await read(readFileSync(path), passphrase)).toMatchObject(holds(current));
  });

  keepass('a database without any says so', async () => {
    const path = create('none.kdbx');
    add(path, 'mail', '-u', 'ada@example.org', '-g');
    expect(await read(readFileSync(path), passphrase)).toMatchObject(
      refuses(/no entry in it holds a key/, 'kdbx'),
    );
  });
});

describe('what cannot be used here says why, and is not called damaged', () => {
  it.each([
    [
      'an export of Bitwarden under a password',
      {
        encrypted: true,
        passwordProtected: true,
        salt: 'c2FsdA==',
        kdfType: 0,
        kdfIterations: 600_000,
        data: '2.abc=|def=|ghi=',
      },
    ],
    [
      'an export of Bitwarden under the account',
      {
        encrypted: true,
        encKeyValidation_DO_NOT_EDIT: '2.abc=|def=|ghi=',
        folders: [],
        items: [{ name: '2.abc=|def=|ghi=' }],
      },
    ],
  ])('is an export that is encrypted: %s', async (_what, exported) => {
    for (const space of [0, 2])
      expect(await read(JSON.stringify(exported, null, space))).toMatchObject(
        refuses(/the export is encrypted/, 'bitwarden'),
      );
  });

  it.each([
    [
      'an export without a key',
      JSON.stringify({ encrypted: false, items: [{ name: 'mail' }] }),
      /no entry/,
      'bitwarden',
    ],
    [
      'CSV without a key',
      'name,url,username,password\nmail,https://example.org,ada,secret\n',
      /no entry/,
      'csv',
    ],
    ['a zip archive', 'PK\x03\x04\x14\0', /archive \(zip\)/, null],
    ['a gzip file', '\x1f\x8b\x08\0', /compressed \(gzip\)/, null],
    ['a picture', '\x89PNG\r\n\x1a\n', /a picture: scan/, null],
    ['a photograph', '\xff\xd8\xff\xe0', /a picture: scan/, null],
    ['an OpenPGP message', '-----BEGIN PGP MESSAGE-----\n\nabc', /OpenPGP/, null],
    ['a KeePass 1 database', '\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5', /KeePass 1/, null],
    ['a PDF that is only drawn', '%PDF-1.7\n1 0 obj\n<< >>\nendobj\n', /only as a picture, if at all/, 'pdf'],
    [
      'a PDF under a password',
      '%PDF-1.7\ntrailer\n<< /Encrypt 5 0 R >>\n',
      /protected with a password/,
      'pdf',
    ],
  ] as const)('cannot be used though it is whole: %s', async (_what, text, why, format) => {
    expect(await readCopy(Buffer.from(text, 'latin1'))).toMatchObject(refuses(why, format));
  });
});

describe('words and passphrases are read as people write them', () => {
  const words = formatWords(current).split(' ');

  it('the first four letters of each word', async () => {
    for (const letters of [4, 5, 8])
      expect(await read(words.map((word) => word.slice(0, letters)).join(' '))).toMatchObject({
        ...holds(current),
        format: 'words',
      });
    const plate = words.map((word, at) => `${at + 1}. ${word.slice(0, 4).toUpperCase()}`).join('\n');
    expect(await read(plate)).toMatchObject(holds(current));
  });

  it('but not fewer, and not more than there are', async () => {
    // Not one whose first three letters are a word of their own: one in 256 of those has a right checksum.
    const at = words.findIndex((word) => word.length > 3 && !wordlist.includes(word.slice(0, 3)));
    for (const wrong of [words[at]?.slice(0, 3) ?? '', `${words[at]}zz`]) {
      const said = await read(words.with(at, wrong).join(' '));
      expect(said).toMatchObject({ outcome: 'words_invalid' });
    }
  });

  const typed = 'brisk Läntern under sëven quiet böats';
  const spellings = [typed.normalize('NFC'), typed.normalize('NFD')];

  it.each(spellings)('a passphrase in either spelling of Unicode', async (written) => {
    const age = new Encrypter();
    age.setPassphrase(written);
    age.setScryptWorkFactor(QUICK_LOG_N);
    const files = [
      await age.encrypt(kitOf(current)),
      await createDatabase({ version: 4, notes: [kitOf(current)], passphrase: written }),
    ];
    for (const file of files) {
      for (const spelling of spellings)
        expect(await read(file, new SecretText(spelling))).toMatchObject(holds(current));
      expect(await read(file, passphrase)).toMatchObject({ outcome: 'passphrase_wrong' });
    }
  });

  it('and a new file has the one that most keyboards type', async () => {
    const options = {
      passphrase: await StrongPassphrase.from(new SecretText(typed.normalize('NFD')), []),
      scryptLogN: QUICK_LOG_N,
    };
    const age = new Decrypter();
    age.addPassphrase(typed.normalize('NFC'));
    expect(await age.decrypt(await makeCopy('age', current, factsOf(current), options), 'text')).toBe(
      kitOf(current),
    );
  });

  const age = requires('age', has('age', 'script'), 'needs age and script');
  age('also where age itself was given the other one', async () => {
    const decomposed = typed.normalize('NFD');
    const [kit, path] = [join(folder, 'kit.txt'), join(folder, 'decomposed.age')];
    writeFileSync(kit, kitOf(current));
    execFileSync('script', ['-qec', `age -p -o ${path} ${kit}`, '/dev/null'], {
      input: `${decomposed}\n${decomposed}\n`,
    });
    expect(await read(readFileSync(path), new SecretText(decomposed.normalize('NFC')))).toMatchObject(
      holds(current),
    );
  });
});
