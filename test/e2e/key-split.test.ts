import { existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { requires } from '../requires.ts';
import { canOpenTerminal, type Dialogue, onTerminal, temps } from './terminal.ts';

const it = requires('a terminal', canOpenTerminal(), 'needs script (util-linux)');

/** The shares as they were shown on the screen, by their numbers. */
function readShares(screen: string): Map<number, string> {
  const shown = screen.matchAll(
    /Share (\d+) of \d+; any \d+ open the key [0-9A-F-]+\r?\n\r?\n(.*?)\r?\n\r?\n/gs,
  );
  return new Map(
    [...shown].map(([, number, lines = '']) => [
      Number(number),
      [...lines.matchAll(/\d+ ([a-z]+)/g)].map(([, word]) => word).join(' '),
    ]),
  );
}

describe('a split key on the command line', () => {
  let folder: string;
  let dataDir: string;
  let shares: Map<number, string>;
  const cli = (args: string[], input = '') => temps(dataDir, args, input);
  const keyFile = () => join(dataDir, 'encryption_key');
  const list = () => JSON.parse(cli(['key', 'split', 'list', '--json']).out).splits;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'temps-split-'));
    dataDir = join(folder, 'data');
    const account = ['admin', 'create', '--email', 'ada@example.org', '--password-stdin'];
    expect(temps(dataDir, account, 'a long enough password\n').code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is shown share by share, asked back, and counts', async () => {
    /** The share that was asked for last. */
    const answer = (screen: string) => {
      const asked = [...screen.matchAll(/Share (\d+)(?:: | \(Enter)/g)].at(-1)?.[1];
      return readShares(screen).get(Number(asked)) ?? '';
    };
    const page = join(folder, 'share-2.pdf');
    const ran = await onTerminal(
      dataDir,
      ['key', 'split', 'create', '--shares', '3', '--threshold', '2'],
      [
        [/Share 1 of 3 comes next/, ''],
        [/Write the words down/, ''],
        [/Where will this share be kept/, 'bank'],
        [/Share 2 of 3 comes next/, ''],
        [/(Write the words down.*){2}/s, ''],
        [/(Where will this share be kept.*){2}/s, page],
        // The folder is on the disk of the database: refused, and asked again.
        [/(Where will this share be kept.*){3}/s, 'Anna'],
        [/Share 3 of 3 comes next/, ''],
        [/(Write the words down.*){3}/s, ''],
        [/(Where will this share be kept.*){4}/s, ''],
        [/now type 2 shares again.*Share \d: /is, 'not a share'],
        [/A share has 33 words; these are 3\..*Share \d: /s, answer],
        [/1 more needed.*Share \d: /s, answer],
        [/Enter: check it later/, answer],
      ],
    );
    expect(ran.code, ran.screen).toBe(0);
    expect(ran.screen).toContain('same physical disk');
    expect(existsSync(page)).toBe(false);
    shares = readShares(ran.screen);
    expect(shares.size).toBe(3);
    for (const share of shares.values()) {
      expect(share.split(' ')).toHaveLength(33);
      // Once, when it was shown: what is typed back is not echoed.
      const tail = share.split(' ').slice(-3).join(' ');
      expect(ran.screen.replace(/\d+ /g, '').replace(/\s+/g, ' ').split(tail)).toHaveLength(2);
    }
    expect(ran.screen).toContain('It counts as one copy');
    expect(list()).toMatchObject([
      { state: 'counts', shares: [{ place: 'bank' }, { place: 'Anna' }, { place: 'on paper' }] },
    ]);
    expect(cli(['key', 'status']).out).toContain('any 2 open the key');
  });

  it('is shown on a terminal alone', async () => {
    const create = ['key', 'split', 'create', '--shares', '3', '--threshold', '2'];
    const log = join(folder, 'log');
    expect(cli(create)).toMatchObject({ code: 2, out: '' });
    expect((await onTerminal(dataDir, create, [], `2>${log}`)).code).toBe(2);
    expect(readFileSync(log, 'utf8')).toMatch(/needs a terminal/);
    expect(list()).toHaveLength(1);
  });

  it('has one share checked, from standard input and a file', () => {
    const right = cli(['key', 'split', 'check'], shares.get(3));
    expect(right).toMatchObject({ code: 0, out: expect.stringContaining('Share 3 of 3 is right') });
    const wrong = cli(['key', 'split', 'check', '-'], shares.get(3)?.split(' ').slice(1).join(' '));
    expect(wrong.code).toBe(1);
    expect(wrong.out).not.toContain(shares.get(3)?.split(' ').slice(1, 6).join(' '));
    expect(cli(['key', 'split', 'check', join(folder, 'nothing')]).code).toBe(4);
  });

  it('opens the vault by shares that are typed one after the other', async () => {
    const kept = join(folder, 'kept');
    renameSync(keyFile(), kept);
    const [first = '', , third = ''] = [...shares.values()];
    const dialogue: Dialogue = [
      [/Share \(1\): /, 'academic acid'],
      [/these are 2\..*Share \(1\): /s, third],
      [/In: share 3 of 3\. 1 more needed.*Share \(2\): /s, third],
      [/Share 3 is already there.*Share \(2\): /s, first],
    ];
    const ran = await onTerminal(dataDir, ['key', 'unlock', '--shares'], dialogue);
    expect(ran.code, ran.screen).toBe(0);
    expect(ran.screen).toContain('That is enough.');
    expect(ran.screen).not.toContain(third.slice(0, 30));
    expect(readFileSync(keyFile(), 'utf8')).toBe(readFileSync(kept, 'utf8'));
  });

  plainIt('opens it from standard input too, and names what is missing', () => {
    const [first = '', second = ''] = [...shares.values()];
    if (first === '') return;
    rmSync(keyFile());
    const one = cli(['key', 'unlock', '--shares'], first);
    expect([one.code, one.err]).toEqual([1, expect.stringContaining('too few shares')]);
    const typo = cli(['key', 'unlock', '--shares'], `${first}\n${second.replace(/^\w+/, 'zzzzz')}`);
    expect([typo.code, typo.err]).toEqual([
      1,
      expect.stringContaining('Share 2 of those given: Word 1 is not'),
    ]);
    expect(existsSync(keyFile())).toBe(false);
    expect(cli(['key', 'unlock', '--shares'], `${first}\n${second}\n`).code).toBe(0);
    expect(existsSync(keyFile())).toBe(true);
    expect(globSync('*', { cwd: folder }).sort()).toEqual(['data', 'kept', 'log']);
  });

  plainIt.each([
    [['key', 'split']],
    [['key', 'split', 'drop']],
    [['key', 'split', 'drop', 'x']],
    [['key', 'split', 'moon']],
    [['key', 'split', 'create']],
    [['key', 'split', 'create', '--shares', 'three', '--threshold', '2']],
    [['key', 'unlock', 'file', '--shares']],
  ])('%j is wrong usage', (args) => {
    expect(cli(args).code).toBe(2);
  });
});
