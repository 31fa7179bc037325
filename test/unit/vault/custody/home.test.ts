import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findHome,
  isSameHome,
  isStillThere,
  nameForKeychain,
  parseHome,
} from '../../../../electron/instance/vault/home/home.ts';

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

  it('gives every directory another name in the keychain', () => {
    const copy = join(folder, 'copy');
    cpSync(dir, copy, { recursive: true });
    const names = [dir, copy].map((path) => nameForKeychain('id', findHome(path)));
    expect(new Set(names).size).toBe(2);
    expect(names[0]).toBe(nameForKeychain('id', findHome(dir)));
  });

  it.each(['', 'null', '{}', '{"path":1,"ino":"1","dev":"1"}', '[]'])('cannot be read from %s', (text) => {
    expect(parseHome(text)).toBeNull();
  });
});
