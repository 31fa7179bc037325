import fs, { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseKeychainName, findKeychainUse } from '../../../../electron/instance/vault/home/custody-row.ts';
import {
  findHome,
  isSameHome,
  isStillThere,
  nameForKeychain,
  parseHome,
} from '../../../../electron/instance/vault/home/home.ts';
import { openTestContext } from '../../../context.ts';

let folder: string;
let dir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-home-'));
  dir = join(folder, 'data');
  mkdirSync(dir);
  writeFileSync(join(dir, 'temps.db'), '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('which data directory this is', () => {
  it('is the same after a rename and after a restart that numbers devices anew, and not for a copy', () => {
    const recorded = findHome(dir);
    expect(isSameHome({ ...recorded, dev: '999' }, findHome(dir))).toBe(true);
    const copy = join(folder, 'copy');
    cpSync(dir, copy, { recursive: true });
    expect(isSameHome(recorded, findHome(copy))).toBe(false);
    expect(isStillThere(recorded)).toBe(true);
    const renamed = join(folder, 'renamed');
    renameSync(dir, renamed);
    expect(isSameHome(recorded, findHome(renamed))).toBe(true);
    expect(isStillThere(recorded)).toBe(false);
  });

  it('is another for a copy that was put in its place', () => {
    const recorded = findHome(dir);
    const original = join(folder, 'original');
    renameSync(dir, original);
    cpSync(original, dir, { recursive: true });
    expect(isSameHome(recorded, findHome(dir))).toBe(false);
    expect(isSameHome(recorded, findHome(original))).toBe(true);
    expect(isStillThere(recorded)).toBe(false);
  });

  it.each([
    ['FAT', 0x4d44, true],
    ['exFAT', 0x2011bab0, true],
    ['NFS', 0x6969, true],
    ['SMB', 0xfe534d42, true],
    ['FUSE', 0x65735546, true],
    ['ext4', 0xef53, false],
  ])('is known by its path where inodes change: %s', (_what, type, isSame) => {
    const now = findHome(dir);
    const statfs = vi.spyOn(fs, 'statfsSync').mockReturnValue({ type } as fs.StatsFs);
    // Also for who imported it by its name.
    syncBuiltinESMExports();
    try {
      expect(isSameHome({ ...now, ino: '1' }, now)).toBe(isSame);
      expect(isSameHome({ ...now, ino: '1', path: join(folder, 'other') }, now)).toBe(false);
    } finally {
      statfs.mockRestore();
      syncBuiltinESMExports();
    }
  });

  it('gives every directory another name in the keychain', () => {
    const copy = join(folder, 'copy');
    cpSync(dir, copy, { recursive: true });
    const names = [dir, copy].map((path) => nameForKeychain('id', findHome(path)));
    expect(new Set(names).size).toBe(2);
    expect(names[0]).toBe(nameForKeychain('id', findHome(dir)));
    expect(names[0]).toMatch(/^id\.[0-9a-f]{8}$/);
  });

  it('is not in the names of entries that an older version made', () => {
    const test = openTestContext();
    try {
      const { store } = test.ctx;
      store.sqlite.exec("UPDATE keys SET custody = 'keychain'");
      expect(findKeychainUse(store)).toEqual({ name: store.identity.id, home: null });
      expect(chooseKeychainName(store, test.dataDir)).toBe(store.identity.id);
    } finally {
      test.close();
    }
  });

  it.each(['', 'null', '{}', '{"path":1,"ino":"1","dev":"1"}', '[]'])('cannot be read from %s', (text) => {
    expect(parseHome(text)).toBeNull();
  });
});
