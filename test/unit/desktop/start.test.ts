import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFailure, locateError } from '../../../electron/desktop/failure-model.ts';
import { openPreferences } from '../../../electron/desktop/preferences.ts';
import { readStartArguments, readWish } from '../../../electron/desktop/start-arguments.ts';
import { AppError } from '../../../electron/instance/kernel/app-error.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-desktop-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what a start is told', () => {
  it('has the usual values without a word', () => {
    expect(readStartArguments([], {})).toEqual({
      dataDir: join(homedir(), '.temps'),
      isHidden: false,
      httpsPort: null,
      httpPort: null,
      path: null,
    });
  });

  it('is read, and what is not known is left alone', () => {
    const words = [
      '--no-sandbox',
      '--data-dir',
      '/srv/temps',
      '--https-port=443',
      '--hidden',
      'temps://app/key',
      '--x',
    ];
    expect(readStartArguments(words, { TEMPS_DATA_DIR: '/other' })).toMatchObject({
      dataDir: '/srv/temps',
      httpsPort: 443,
      isHidden: true,
      path: '/key',
    });
  });

  it.each([
    ['--no-sandbox'],
    ['x:y'],
    ['/home/ada/a file'],
    ['https://evil.example/key'],
    ['--'],
    ['--', '--data-dir', '/srv', '--hidden', '--https-port', 'x', 'temps://app/key'],
    ['-'],
    [''],
    ['--data-dirs=/srv'],
    ['a'.repeat(100_000)],
  ])('is the usual one with %j, which says nothing', (...words) => {
    expect(readStartArguments(words, {})).toEqual(readStartArguments([], {}));
  });

  it.each([
    [['--data-dir'], /^--data-dir was given without a value/],
    [['--data-dir', '--hidden'], /^--data-dir was given without a value/],
    [['--data-dir='], /^--data-dir was given without a value/],
    [['--data-dir', '--', '/srv'], /^--data-dir was given without a value/],
    [['--https-port', '99999'], /^--https-port takes a number/],
    [['--http-port=-1'], /^--http-port takes a number/],
    [['--http-port', '8080 '], /^--http-port takes a number/],
  ])('is refused by name where %j is no value, and a second start is heard all the same', (words, message) => {
    expect(() => readStartArguments(words, {})).toThrow(message);
    expect(readWish([...words.filter((word) => word !== '--'), 'temps://app/key'])).toMatchObject({
      path: '/key',
    });
  });
});

describe('what the desktop remembers', () => {
  const failures: unknown[] = [];
  const open = (path: string) => openPreferences(path, (error) => failures.push(error));

  it('comes back at the next start', () => {
    const path = join(folder, 'kept.json');
    open(path).set({ theme: 'dark', place: { x: 1, y: 2, width: 900, height: 600 } });
    expect(open(path).value).toMatchObject({ theme: 'dark', place: { width: 900 }, wasToldOfTray: false });
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '7',
    '{"place":{"x":"left"},"theme":"pink","onClose":7,"isMaximized":"yes"}',
  ])('is the defaults where the file says %s', (text) => {
    const path = join(folder, 'damaged.json');
    writeFileSync(path, text);
    expect(open(path).value).toMatchObject({
      theme: 'system',
      place: null,
      onClose: 'ask',
      isMaximized: false,
    });
  });

  it('keeps what is right in a file where something is wrong', () => {
    const path = join(folder, 'half.json');
    writeFileSync(path, '{"theme":"dark","place":"nowhere"}');
    expect(open(path).value).toMatchObject({ theme: 'dark', place: null });
  });

  it('keeps what a newer version wrote, but for what is changed here', () => {
    const path = join(folder, 'newer.json');
    writeFileSync(path, '{"theme":"sepia","panels":[1],"isMaximized":true}');
    const preferences = open(path);
    expect(preferences.value).toMatchObject({ theme: 'system', isMaximized: true });
    preferences.set({ wasToldOfTray: true });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      theme: 'sepia',
      panels: [1],
      isMaximized: true,
      wasToldOfTray: true,
    });
  });

  it('leaves no half of a file where it could not be written', () => {
    const path = join(folder, 'taken.json');
    mkdirSync(path);
    const before = failures.length;
    open(path).set({ theme: 'dark' });
    expect(failures).toHaveLength(before + 1);
    failures.length = before;
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('leaves the file as it was where a new one could not be written', () => {
    const path = join(folder, 'whole.json');
    writeFileSync(path, '{"theme":"dark"}');
    mkdirSync(`${path}.new`);
    const before = failures.length;
    open(path).set({ theme: 'light' });
    expect(failures).toHaveLength(before + 1);
    failures.length = before;
    expect(readFileSync(path, 'utf8')).toBe('{"theme":"dark"}');
  });

  it('goes on without memory where nothing can be written', () => {
    const preferences = open('/proc/nowhere/desktop.json');
    preferences.set({ theme: 'light' });
    expect(preferences.value.theme).toBe('light');
    expect(failures).toHaveLength(1);
    chmodSync(folder, 0o700);
  });
});

describe('a start that fails', () => {
  it('names its cause and a way on', () => {
    const failure = describeFailure(
      new AppError('data_dir_in_use', 'Temps runs already on /srv (process 77).'),
      '/srv',
    );
    expect(failure.message).toContain('process 77');
    expect(failure.advice).toContain('temps-desktop console');
    for (const code of [
      'data_dir_unusable',
      'database_newer',
      'database_damaged',
      'disk_full',
      'key_file_invalid',
    ] as const)
      expect(describeFailure(new AppError(code, 'said'), '/srv').advice).not.toContain('See the log');
  });

  it('is located without a word of its message', () => {
    const { name, code, at } = locateError(
      Object.assign(new TypeError('no JSON: sk_live_1\n    at sk_live_2'), { code: 'ERR_X' }),
    );
    expect([name, code]).toEqual(['TypeError', 'ERR_X']);
    expect(at[0]).toMatch(/^at .*start\.test\.ts:\d+:\d+\)?$/);
    expect(at.length).toBeLessThanOrEqual(10);
    const odd = Object.assign(new Error('sk_live_1'), { stack: 'rewritten\n    at sk_live_2', code: 7 });
    expect(JSON.stringify([at, locateError(odd), locateError('sk_live_3'), locateError(null)])).not.toMatch(
      /sk_live/,
    );
  });

  it('says nothing of what was not expected', () => {
    const failure = describeFailure(new Error('at /home/ada key 00ff'), '/srv');
    expect(JSON.stringify(failure)).not.toMatch(/ada|00ff/);
  });
});
