import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import { openInstance } from '../../electron/instance/instance.ts';
import { formatWords } from '../../electron/instance/vault/copies/words.ts';
import { parseKeyText } from '../../electron/instance/vault/sealing/master-key.ts';
import { requires } from '../requires.ts';
import { canOpenTerminal, type Dialogue, onTerminal, temps } from './terminal.ts';

const it = requires('a terminal', canOpenTerminal(), 'needs script (util-linux)');
const PASSPHRASE = 'brisk lantern under seven quiet boats';
const ESCAPE = String.fromCharCode(0x1b);
const CANARY = 'canary-secret-value-7f3a';

let folder: string;
let dataDir: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-terminal-'));
  dataDir = join(folder, 'data');
  const password = 'a long enough password\n';
  expect(
    temps(dataDir, ['admin', 'create', '--email', 'ada@example.org', '--password-stdin'], password).code,
  ).toBe(0);
  expect(cli(['projects', 'create', 'shop']).code).toBe(0);
  expect(cli(['env', 'set', 'TOKEN', '-p', 'shop', '--secret'], CANARY).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cli = (args: string[], input = '') => temps(dataDir, args, input);
const keyFile = () => join(dataDir, 'encryption_key');
const readWords = () => {
  const key = parseKeyText(readFileSync(keyFile(), 'utf8').trim());
  return key ? formatWords(key).split(' ') : [];
};
const listCopies = () => JSON.parse(cli(['key', 'status', '--json']).out).copies;
/** As the console does it, and is closed before the rotation goes on. */
const stage = async () => {
  const instance = await openInstance({ dataDir, env: {} });
  const request = new Request('http://localhost/api/vault/key/rotation', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const { status } = await instance.fetch(request, createOwner('window', Date.now()));
  await instance.stop();
  expect(status).toBe(201);
};

it('a project is deleted only after what is lost with it was said and agreed to', async () => {
  expect(cli(['projects', 'create', 'attic']).code).toBe(0);
  expect(cli(['env', 'set', 'TOKEN', '-p', 'attic', '--secret'], CANARY).code).toBe(0);
  const lost =
    /attic has 1 variable, 1 of them secret\. For 30 days .*tokens: these end now\..*Nothing was deleted/s;
  const refused = cli(['projects', 'delete', 'attic']);
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(lost)]);
  const declined = await onTerminal(dataDir, ['projects', 'delete', 'attic'], [[/Type yes to delete/, 'no']]);
  expect([declined.code, declined.screen]).toEqual([1, expect.stringMatching(lost)]);
  expect(cli(['projects', 'list']).out).toContain('attic');
  const agreed = await onTerminal(dataDir, ['projects', 'delete', 'attic'], [[/Type yes to delete/, 'yes']]);
  expect([agreed.code, cli(['projects', 'list']).out]).toEqual([0, expect.not.stringContaining('attic')]);
});

describe('a copy of the key that is shown', () => {
  it('goes to a terminal alone, never into a log', async () => {
    const log = join(folder, 'log');
    for (const format of ['words', 'text']) {
      const ran = await onTerminal(dataDir, ['key', 'copy', '--format', format], [], `2>${log}`);
      expect(ran.code).toBe(2);
      expect(readFileSync(log, 'utf8')).toMatch(/without --to needs a terminal/);
      expect(cli(['key', 'copy', '--format', format]).code).toBe(2);
    }
    for (const format of ['age', 'pdf']) {
      const ran = cli(['key', 'copy', '--format', format], `${PASSPHRASE}\n`);
      expect([ran.code, ran.out]).toEqual([2, '']);
    }
    expect(listCopies()).toEqual([]);
  });

  it('as text is asked back', async () => {
    const ran = await onTerminal(
      dataDir,
      ['key', 'copy', '--format', 'text'],
      [
        [/press Enter/, ''],
        [/Paste the line/, (screen) => /temps-key:v1:\S+/.exec(screen)?.[0] ?? ''],
      ],
    );
    expect(ran.screen).toContain('Verified: it holds the key.');
    expect(ran.screen.match(/temps-key:v1:/g)).toHaveLength(1);
    expect(ran.code).toBe(0);
    expect(listCopies()).toMatchObject([{ format: 'text', separate: true, verified_at: expect.any(Number) }]);
  });

  it('is on the alternate screen alone, and gone when it is asked back', async () => {
    const ran = await onTerminal(
      dataDir,
      ['key', 'copy', '--format', 'text'],
      [
        [/press Enter/, ''],
        [/Paste the line/, 'nothing'],
      ],
      '',
      'xterm-256color',
    );
    const [before, shown, after] = ran.screen.split(new RegExp(`${ESCAPE}\\[\\?1049[hl]`));
    expect(shown).toMatch(/temps-key:v1:/);
    expect(`${before}${after}`).not.toMatch(/temps-key:v1:/);
    expect(after).toMatch(/Paste the line/);
    expect(ran.code).toBe(1);
    // Shown to the end, and not verified: it can be forgotten.
    const begun = listCopies().find((copy: { verified_at: number | null }) => copy.verified_at === null);
    expect(begun).toMatchObject({ finished: true, worth: 'unverified' });
    expect(cli(['key', 'forget', 'x']).code).toBe(2);
    expect(cli(['key', 'forget', String(begun.id)]).code).toBe(0);
    expect(cli(['key', 'forget', String(begun.id)]).code).toBe(4);
    expect(listCopies().map((copy: { id: number }) => copy.id)).not.toContain(begun.id);
  });

  it('is not in what --json prints, which may go anywhere', async () => {
    const words = readWords();
    const answer = (screen: string) => words[Number(/.*Word (\d+): /s.exec(screen)?.[1]) - 1] ?? '';
    for (const [format, dialogue] of [
      [
        'words',
        [
          [/press Enter/, ''],
          [/Word \d+: /, answer],
          [/(Word \d+: .*){2}/s, answer],
          [/(Word \d+: .*){3}/s, answer],
        ],
      ],
      [
        'text',
        [
          [/press Enter/, ''],
          [/Paste the line/, (screen) => /temps-key:v1:\S+/.exec(screen)?.[0] ?? ''],
        ],
      ],
    ] satisfies [string, Dialogue][]) {
      const out = join(folder, `${format}.json`);
      const ran = await onTerminal(
        dataDir,
        ['key', 'copy', '--format', format, '--json'],
        dialogue,
        `>${out}`,
      );
      expect(ran.code, ran.screen).toBe(0);
      const printed = readFileSync(out, 'utf8');
      // Some names of fields are words of the list, too.
      const values: unknown[] = [];
      const parsed = JSON.parse(printed, (_name, value) => {
        values.push(value);
        return value;
      });
      expect(parsed).toMatchObject({ copy: { format, verified_at: expect.any(Number) } });
      expect(printed).not.toContain('temps-key');
      for (const word of words) expect(values).not.toContain(word);
    }
  });

  it('as text, and given back wrong, does not count', async () => {
    const ran = await onTerminal(
      dataDir,
      ['key', 'copy', '--format', 'text'],
      [
        [/press Enter/, ''],
        [/Paste the line/, 'something else'],
      ],
    );
    expect(ran.code).toBe(1);
    expect(listCopies()[0]).toMatchObject({ format: 'text', verified_at: null });
  });
});

describe('words that are not right', () => {
  plainIt('are named by their place, and not repeated', () => {
    const words = readWords();
    const kept = join(folder, 'kept');
    renameSync(keyFile(), kept);
    const typo = [...words.slice(0, 4), `${words[4]}zz`, ...words.slice(5)].join(' ');
    for (const args of [
      ['key', 'unlock', '-'],
      ['key', 'unlock', '-', '--json'],
      ['key', 'rescue', '-'],
      ['key', 'verify', '-'],
      ['key', 'verify', '-', '--json'],
    ]) {
      const ran = cli(args, typo);
      const said = `${ran.out}${ran.err}`;
      expect(ran.code, args.join(' ')).toBe(1);
      expect(said).toMatch(
        args.includes('--json') ? /"position": ?5/ : /Word 5 is not in the list\. Nearest: /,
      );
      expect(said).toContain(words[4]);
      expect(said).not.toContain(`${words[4]}zz`);
      expect(said).not.toContain(`${words[0]} ${words[1]}`);
    }
    expect(cli(['key', 'unlock', '-'], words.slice(1).join(' ')).err).toContain('word 24 is missing');
    expect(cli(['key', 'unlock', '-'], [...words.slice(1), words[0]].join(' ')).err).toMatch(
      /together they are not a valid key|never belonged/,
    );
    renameSync(kept, keyFile());
  });
});

describe('a rotation that was begun elsewhere', () => {
  it('goes on from the command line, and is finished when it is', async () => {
    expect(cli(['key', 'rotate', '--resume']).code).toBe(4);
    await stage();
    const asked = cli(['key', 'rotate', '--resume']);
    expect(asked.code).toBe(1);
    expect(asked.err).toMatch(/--resume --copy-to PATH/);
    const to = ['--copy-to', join(folder, 'new.text'), '--format', 'text', '--keep-anyway'];
    expect(cli(['key', 'rotate', '--resume', ...to])).toMatchObject({ code: 0, err: '' });
    const again = cli(['key', 'rotate', '--resume']);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toContain('Done: ');
    await stage();
    const typed = await onTerminal(
      dataDir,
      ['key', 'rotate', '--resume'],
      [[/to continue: /, (screen) => /new key is ([0-9A-F-]{19})/.exec(screen)?.[1] ?? '']],
    );
    expect(typed.code).toBe(0);
    await stage();
    const noTerminal = cli(['key', 'rotate', '--resume', '--without-copy']);
    expect(noTerminal.code).toBe(2);
    expect(noTerminal.err).toContain('No terminal to ask for: Type its fingerprint to continue. Run this');
    expect(cli(['key', 'rotate', '--undo']).code).toBe(0);
    expect(cli(['env', 'get', 'TOKEN', '-p', 'shop']).out).toBe(CANARY);
  });
});

describe('a lost key that turns up', () => {
  it('is rescued from a protected file, whose passphrase is asked for', async () => {
    const file = join(folder, 'key.age');
    const copy = ['key', 'copy', '--format', 'age', '--to', file, '--keep-anyway', '--passphrase-stdin'];
    expect(cli(copy, `${PASSPHRASE}\n`).code).toBe(0);
    rmSync(keyFile());
    const name = JSON.parse(cli(['status', '--json']).out).instance.name;
    expect(cli(['key', 'start-over'], `${name}\n`).code).toBe(0);
    const ran = await onTerminal(dataDir, ['key', 'rescue', file], [[/Passphrase: /, PASSPHRASE]]);
    expect(ran.screen).toMatch(/Recovered \d+ values?\./);
    expect(ran.code).toBe(0);
    expect(cli(['env', 'get', 'TOKEN', '-p', 'shop']).out).toBe(CANARY);
  });
});

describe('wrong usage of the key commands', () => {
  plainIt.each([
    [['key', 'move', '--to', 'moon']],
    [['key', 'shred', 'XXXX']],
    [['key', 'copy', '--format', 'pdf']],
    [['key', 'start-over', '--custody', 'moon']],
    [['key', 'rotate', '--undo', '--without-copy']],
    [['key', 'rotate', '--copy-to', 'x', '--without-copy']],
  ])('%j gives 2', (args) => {
    expect(cli(args).code).toBe(2);
  });
});
