import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPath } from '../../../electron/cli/key/key-split-commands.ts';
import { looksLikePath } from '../../../electron/instance/vault/looks-like-path.ts';

const paths = [
  '/mnt/usb/key.age',
  ' /mnt/usb',
  'C:\\keys\\key.age',
  'c:/keys',
  'E:',
  '\\\\server\\share\\key.age',
  '\\keys',
  './x',
  '../x',
  '.\\x',
  '..',
  '~/x',
  '~',
  '~ada/x',
  'file:///mnt/x',
];
const words = [
  'the stick in the kitchen',
  'Bank, box 7',
  'C: the blue one',
  'drawer/left',
  '…',
  'at 10:30 with Mia',
  '.5 inch tape',
  'USB',
  '~ upstairs',
];

describe('a path where words are asked for', () => {
  it.each(paths)('is %j, in the spelling of whichever system', (path) => {
    expect(looksLikePath(path)).toBe(true);
  });
  it.each(words)('is not %j', (said) => {
    expect(looksLikePath(said)).toBe(false);
    expect(findPath(said)).toBeNull();
  });
});

describe('the place of a share that is typed', () => {
  it.skipIf(process.platform === 'win32')('is a path of this computer, or refused, and no name', () => {
    expect(findPath('/mnt/x')).toBe('/mnt/x');
    expect(findPath('./x')).toBe(resolve('x'));
    expect(findPath('~/x', '/home/ada')).toBe(join('/home/ada', 'x'));
    for (const path of ['C:\\keys', '\\\\server\\x', '~ada/x', 'file:///x', '.\\x'])
      expect(() => findPath(path), path).toThrow('is not a path of this computer');
  });
  it('takes everything for a path that the instance takes for one', () => {
    for (const path of paths) {
      let found: string | null;
      try {
        found = findPath(path);
      } catch {
        found = 'refused';
      }
      expect(found, path).not.toBeNull();
    }
  });
});
