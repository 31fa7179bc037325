import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findFolderLink,
  LINK_FILE,
  removeFolderLink,
  writeFolderLink,
} from '../../../electron/cli/env/folder-link.ts';

let folder: string;
let below: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'temps-link-')));
  below = join(folder, 'src', 'deep');
  mkdirSync(below, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the link of a folder', () => {
  it('holds in it and below, unless one is nearer, until it is removed', () => {
    expect(findFolderLink(below)).toBeNull();
    const path = writeFolderLink({ project: 'shop', environment: 'staging' }, folder);
    expect(findFolderLink(below)).toEqual({ project: 'shop', environment: 'staging', path });
    writeFolderLink({ project: 'photos', environment: null }, below);
    expect(findFolderLink(below)).toMatchObject({ project: 'photos', environment: null });
    expect(findFolderLink(folder)).toMatchObject({ project: 'shop' });
    expect(JSON.parse(readFileSync(join(below, LINK_FILE), 'utf8'))).toEqual({ project: 'photos' });
    expect([removeFolderLink(below), removeFolderLink(below)]).toEqual([true, false]);
    expect(findFolderLink(below)).toMatchObject({ project: 'shop' });
    expect(readdirSync(folder).sort()).toEqual([LINK_FILE, 'src']);
  });

  it.each([
    ['no JSON', '{', 'is no JSON'],
    ['null', 'null', 'names no project'],
    ['another shape', '[]', 'names no project'],
    ['no project', '{"environment":"x"}', 'names no project'],
    ['a project that is no text', '{"project":1}', 'names no project'],
    ['an environment that is no text', '{"project":"a","environment":[]}', 'names no project'],
    ['an unknown field', '{"project":"a","data_dir":"/x"}', 'a field data_dir'],
    ['too much', JSON.stringify({ project: 'a'.repeat(70_000) }), 'is no link'],
  ])('is refused, by name, where it has %s', (_, text, why) => {
    writeFileSync(join(folder, LINK_FILE), text);
    expect(() => findFolderLink(below)).toThrow(why);
  });

  it('is no folder', () => {
    mkdirSync(join(folder, LINK_FILE));
    expect(() => findFolderLink(below)).toThrow('is no link');
  });

  it.skipIf(process.getuid?.() !== 0)('is not followed where another account wrote it', () => {
    const path = writeFolderLink({ project: 'shop', environment: null }, folder);
    chownSync(path, 12_345, 12_345);
    expect(() => findFolderLink(below)).toThrow('is of another account');
  });
});
