import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { judgeStrength } from '../../../../electron/instance/vault/custody/passphrase-strength.ts';
import { StrongPassphrase } from '../../../../electron/instance/vault/custody/strong-passphrase.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';

const NAMES = ['Home server', 'Ada Lovelace', 'ada.lovelace@example.org'];
const isRefused = (text: string) => ['short', 'guessable'].includes(judgeStrength(text, NAMES).level);

describe('the floor for a passphrase', () => {
  it.each([
    'short',
    'x7Qm2Lr9pVz',
    'password12345',
    'p4$$w0rd12345',
    'p a s s w o r d 1 2 3 4 5',
    'drowssap54321',
    'qwertyuiopasdf',
    'abcdefghijkl',
    'aaaaaaaaaaaaaaaaaaaa',
    'abcabcabcabcabcabcabc',
    'correct horse battery staple',
    'Correct-Horse-Battery-Staple',
    'to be or not to be, that is the question',
    'sunshine and rainbows',
    'monday tuesday wednesday',
    'Home server 2024',
    'home server home server',
    'Ada Lovelace 1815',
    'ada.lovelace@example.org',
    'temps temps temps',
    '12.05.1987 12.05.1988',
    '1987-05-12/2',
    'ｐａｓｓｗｏｒｄ１２３４５',
    'пароль пароль пароль',
    '😀😀😀😀😀😀😀😀😀😀😀😀',
  ])('refuses %j', (text) => {
    expect(isRefused(text)).toBe(true);
  });

  it('judges what is very long by its beginning', () => {
    expect(isRefused('a'.repeat(1024))).toBe(true);
    expect(isRefused('password '.repeat(113))).toBe(true);
    expect(isRefused(`x7Qm2Lr9pVz4${'#'.repeat(1012)}`)).toBe(false);
  });

  it.each([
    'x7Qm2Lr9pVz4',
    'dkfjghslqoei',
    'Zx9#kLp2@qWe',
    'brisk lantern under seven quiet boats',
    'brisk-lantern-under-seven',
    'zwölf Boxkämpfer jagen Eva quer über den Sylter Deich',
    'ложка телескоп сорока ведро',
  ])('takes %j', (text) => {
    expect(isRefused(text)).toBe(false);
  });

  it('counts what a guesser knows of the owner, and nothing of strangers', () => {
    const text = 'Ottokar Feldmannsdorf';
    expect(judgeStrength(text, []).level).not.toBe('guessable');
    expect(judgeStrength(text, [text]).level).toBe('guessable');
    expect(judgeStrength(text, ['ottokar@feldmannsdorf.example']).level).toBe('guessable');
  });
});

describe('a passphrase that is chosen', () => {
  it('is refused with a reason and a way on, and without itself', async () => {
    for (const text of ['short', 'password12345']) {
      const error = await StrongPassphrase.from(new SecretText(text), NAMES).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({
        code: 'passphrase_weak',
        message: expect.stringMatching(/random words/),
      });
      expect(JSON.stringify(error) + (error as Error).message).not.toContain(text);
    }
  });

  it('is judged beside the event loop, whatever it is', async () => {
    const hard = Array.from({ length: 1024 }, (_, at) => '4@8({[<3961!|0$5+7%2'[(at * at * 7) % 20]).join('');
    let isOver = false;
    const judging = StrongPassphrase.from(new SecretText(hard), NAMES).finally(() => {
      isOver = true;
    });
    let turns = 0;
    for (; !isOver; turns++) await nextTurn();
    expect((await judging).text.reveal()).toBe(hard);
    // On the loop itself it would take one turn, or a few.
    expect(turns).toBeGreaterThan(100);
  });
});
