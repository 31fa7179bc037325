import { describe, expect, it } from 'vitest';
import {
  describeFile,
  looksLikeAge,
  toBase64,
  toHandedBody,
  toUnlockBody,
} from '../../../renderer/key/copy-input/handed-copy.ts';
import { findCompletion, splitWords } from '../../../renderer/key/copy-input/word-list.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('words that are typed or pasted', () => {
  it('are taken out of whatever is around them', () => {
    expect(splitWords('# my kit\n 1. Abandon\n 2) ability,  ABLE\n')).toEqual(['abandon', 'ability', 'able']);
    expect(splitWords('  \n# nothing else')).toEqual([]);
  });

  it('are completed once only one word of the list is left', () => {
    const list = ['abandon', 'ability', 'able', 'zoo', 'zoology'];
    expect(findCompletion(list, 'aba')).toBe('abandon');
    expect(findCompletion(list, 'ab')).toBeNull();
    expect(findCompletion(list, 'zoo')).toBe('zoo');
    expect(findCompletion(list, 'x')).toBeNull();
    expect(findCompletion(list, '')).toBeNull();
  });
});

describe('a file that is handed over', () => {
  it.each([
    ['age-encryption.org/v1\n-> scrypt', true, false],
    ['\n-----BEGIN AGE ENCRYPTED FILE-----\n', true, false],
    ['\u0003\u00d9\u00a2\u009ag', true, false],
    ['\u0089PNG', false, true],
    ['\u00ff\u00d8\u00ff', false, true],
    ['RIFF....WEBP', false, true],
    ['%PDF-1.7', false, false],
    [' {"items": []}', false, false],
    ['abandon ability able', false, false],
    ['', false, false],
  ])('is known by its first bytes: %j', (start, isProtected, isPicture) => {
    expect(describeFile(Buffer.from(start, 'latin1'))).toMatchObject({ isProtected, isPicture });
  });

  it('is no age file for naming one further down', () => {
    expect(looksLikeAge('see age-encryption.org/v1')).toBe(false);
  });

  it('goes to the instance as its bytes, with the passphrase only where there is one', () => {
    const base64 = toBase64(bytesOf('ab'));
    expect(base64).toBe('YWI=');
    const file = { kind: 'file', name: 'key.age', base64 } as const;
    expect(toHandedBody(file)).toEqual({ content_base64: base64 });
    expect(toHandedBody({ ...file, passphrase: 'p' })).toEqual({ content_base64: base64, passphrase: 'p' });
    expect(toUnlockBody(file)).toEqual({ method: 'copy', content_base64: base64 });
    expect(toUnlockBody({ kind: 'path', path: '/mnt/key', passphrase: 'p' })).toEqual({
      method: 'path',
      path: '/mnt/key',
      passphrase: 'p',
    });
  });

  it('as text that is protected goes as a file', () => {
    expect(toUnlockBody({ kind: 'words', words: 'a b' })).toEqual({ method: 'words', words: 'a b' });
    expect(toUnlockBody({ kind: 'text', text: 'ab' })).toEqual({ method: 'key', text: 'ab' });
    expect(toUnlockBody({ kind: 'text', text: 'ab', passphrase: 'p' })).toEqual({
      method: 'copy',
      content_base64: 'YWI=',
      passphrase: 'p',
    });
    expect(toHandedBody({ kind: 'text', text: 'ab' })).toEqual({ text: 'ab' });
  });
});
