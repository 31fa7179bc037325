import { describe, expect, it } from 'vitest';
import { isBeside } from '../../../../electron/instance/vault/copies/key-copies.ts';
import { isCopyFileName } from '../../../../electron/instance/vault/copies/key-copy.ts';

const folder = { path: '/media/stick/backups', mountPoint: '/media/stick', volumeId: 'A' };
const unnamed = { ...folder, volumeId: null };
const onRoot = { path: '/srv/backups', mountPoint: '/', volumeId: null };

describe('a copy of the key is beside a folder of backups', () => {
  it.each([
    ['on the same file system, by its UUID, wherever it was mounted', '/mnt/key.txt', 'A', folder, true],
    ['on it, called by its owner', 'the blue stick', 'A', folder, true],
    ['on another that was mounted there', '/media/stick/key.txt', 'B', folder, false],
    ['in the folder itself, whatever the UUID', '/media/stick/backups/key.txt', 'B', folder, true],
    ['below the mount point, where no UUID is known', '/media/stick/key.txt', null, unnamed, true],
    ['below it, where that of the copy alone is known', '/media/stick/key.txt', 'B', unnamed, true],
    ['beside the mount point', '/media/stick2/key.txt', null, unnamed, false],
    ['below the root, where every drive is', '/media/other/key.txt', null, onRoot, false],
    ['in a folder on the root', '/srv/backups/key.txt', null, onRoot, true],
    ['with dots on its way', '/media/stick/../stick2/key.txt', null, unnamed, false],
    ['on paper', 'on paper', null, unnamed, false],
  ])('%s', (_, place, volumeId, at, is) => {
    expect(isBeside({ place, volumeId }, at)).toBe(is);
  });
});

describe('a file is called as a copy of a key is', () => {
  const keys = ['4F2A-91C0-77DE-1B3A'];
  it.each([
    ['temps-key-4F2A-91C0-77DE-1B3A.age', true],
    ['temps-key-4F2A-91C0-77DE-1B3A-words.txt', true],
    ['TEMPS-KEY-4f2a-91c0-77de-1b3a.KDBX', true],
    ['encryption_key', true],
    ['encryption_key.4F2A91C077DE1B3A', true],
    ['encryption_key.0000000000000000', false],
    ['temps-key-0000-0000-0000-0000.age', false],
    ['temps-key-.age', false],
    ['my temps-key-4F2A-91C0-77DE-1B3A.age', false],
    ['encryption_keys', false],
  ])('%s: %s', (name, is) => {
    expect(isCopyFileName(name, keys)).toBe(is);
  });
});
