import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Header } from 'tar/header';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatEntry, parseEntry } from '../../../electron/instance/backups/archive/archive-format.ts';
import { measureArchive, packArchive } from '../../../electron/instance/backups/archive/write-archive.ts';
import { findInFolder } from '../../../electron/instance/backups/reading/backup-files.ts';
import { verifyParts } from '../../../electron/instance/backups/reading/check-backup.ts';
import { readManifest } from '../../../electron/instance/backups/reading/read-manifest.ts';
import { findBackups } from '../../../electron/instance/backups/restore/find-backups.ts';
import { openTestContext, type TestContext } from '../../context.ts';
import { makeBackup } from './make-backup.ts';

const { signal } = new AbortController();
let test: TestContext;
let folder: string;
let backup: string;
/** A whole archive, and where its entries begin. */
let whole: Buffer;

beforeAll(async () => {
  test = openTestContext();
  folder = mkdtempSync(join(tmpdir(), 'temps-archive-'));
  backup = await makeBackup(test.ctx.store, test.key, folder);
  whole = await pack();
});
afterAll(() => {
  test.close();
  rmSync(folder, { recursive: true, force: true });
});

async function pack(): Promise<Buffer> {
  const files = findInFolder(backup);
  return await buffer(packArchive(files, await readManifest(files, signal), signal));
}

function store(bytes: Buffer): string {
  const path = join(folder, 'given.tar');
  rmSync(path, { force: true, recursive: true });
  writeFileSync(path, bytes);
  return path;
}

const find = async (bytes: Buffer) => await findBackups(store(bytes), signal);

describe('a backup as one file', () => {
  it('is a tar of its folder, the manifest first, which tar unpacks and a restore reads', async () => {
    const names = execFileSync('tar', ['-tf', store(whole)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(names.map((name) => basename(name))).toEqual([
      'manifest.json',
      'manifest.hmac',
      'database.sqlite.zst.age',
      'details.json.zst.age',
    ]);
    const out = join(folder, 'unpacked');
    mkdirSync(out);
    execFileSync('tar', ['-xf', store(whole), '-C', out]);
    const [unpacked] = (await findBackups(out, signal)).backups;
    for (const name of readdirSync(backup))
      expect(readFileSync(join(unpacked?.files.place ?? '', name))).toEqual(readFileSync(join(backup, name)));
    const files = findInFolder(backup);
    expect(measureArchive(await readManifest(files, signal))).toBe(whole.length);

    const { backups } = await find(whole);
    expect(backups).toHaveLength(1);
    for (const { files: found, read } of backups)
      await verifyParts({ files: found, read, keys: [test.key], signal });
    // What tar fills up to is no damage.
    expect((await find(Buffer.concat([whole, Buffer.alloc(8192)]))).backups).toHaveLength(1);
  });

  it('says sizes of more than 8 GiB', () => {
    const entry = { path: 'temps-a/b/c', sizeBytes: 20 * 2 ** 30 };
    expect(parseEntry(formatEntry(entry, 0))).toEqual(entry);
  });

  it('ends early where a part is not what was stored', async () => {
    const path = join(backup, 'details.json.zst.age');
    const before = readFileSync(path);
    try {
      for (const changed of [
        before.subarray(1),
        Buffer.concat([before, Buffer.from('x')]),
        flipped(before),
      ]) {
        writeFileSync(path, changed);
        await expect(pack()).rejects.toMatchObject({ code: 'backup_damaged', details: { check: 'parts' } });
      }
    } finally {
      writeFileSync(path, before);
    }
  });
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(10) ^ 1, 10);
  return copy;
}

interface Entry {
  path: string;
  content: Buffer;
  type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory' | 'FIFO' | 'CharacterDevice' | 'ExtendedHeader';
  linkpath?: string;
  /** What the header says. */
  size?: number;
}

function build(entries: Entry[], end = Buffer.alloc(1024)): Buffer {
  const blocks = entries.flatMap(({ path, content, type = 'File', linkpath, size = content.length }) => {
    const block = Buffer.alloc(512);
    new Header({ path, size, type, mode: 0o600, ...(linkpath === undefined ? {} : { linkpath }) }).encode(
      block,
    );
    return [block, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, end]);
}

/** The entries of an honest one. */
function entries(): Entry[] {
  const around = `${basename(join(backup, '..'))}/${basename(backup)}`;
  return ['manifest.json', 'manifest.hmac', 'database.sqlite.zst.age', 'details.json.zst.age'].map(
    (name) => ({
      path: `${around}/${name}`,
      content: readFileSync(join(backup, name)),
    }),
  );
}

/** The last entry of an honest one, changed. */
function changeLast(change: (last: Entry) => Entry[]): Buffer {
  const all = entries();
  const last = all.pop() as Entry;
  return build([...all, ...change(last)]);
}

describe('a file from elsewhere, before anything in it is looked into,', () => {
  const hostile: [string, () => Buffer][] = [
    ['it is empty', () => Buffer.alloc(0)],
    ['it is no tar', () => Buffer.from('no tar at all'.repeat(1000))],
    ['it has nothing in it', () => Buffer.alloc(1024)],
    ['it is cut short in a part', () => whole.subarray(0, 3000)],
    ['it is cut short before its end', () => whole.subarray(0, whole.length - 1024)],
    ['something follows its end', () => Buffer.concat([whole, Buffer.from('more')])],
    ['much follows its end', () => Buffer.concat([whole, Buffer.alloc(64 * 1024)])],
    ['a header is changed', () => flipped(whole)],
    ['a name leads out', () => changeLast((last) => [{ ...last, path: '../../evil' }])],
    ['a name is absolute', () => changeLast((last) => [{ ...last, path: '/etc/passwd' }])],
    [
      'a name goes back',
      () => changeLast((last) => [{ ...last, path: last.path.replace('details', '../details') }]),
    ],
    [
      'a name is in another folder',
      () => changeLast((last) => [{ ...last, path: last.path.replace(/Z-[0-9a-f]{8}/, 'Z-00000000') }]),
    ],
    ['a name comes twice', () => changeLast((last) => [last, last])],
    ['a part is missing', () => changeLast(() => [])],
    ['the manifest is missing', () => build(entries().slice(1))],
    [
      'there is a part more',
      () => changeLast((last) => [last, { ...last, path: last.path.replace('details', 'extra') }]),
    ],
    [
      'there are very many',
      () =>
        build([
          ...entries(),
          ...Array.from({ length: 1500 }, (_, at) => ({
            path: (entries()[0] as Entry).path.replace('manifest.json', `x${at}`),
            content: Buffer.alloc(0),
          })),
        ]),
    ],
    ['one says more bytes than there are', () => changeLast((last) => [{ ...last, size: 2 ** 40 }])],
    ...(['SymbolicLink', 'Link', 'Directory', 'FIFO', 'CharacterDevice', 'ExtendedHeader'] as const).map(
      (type): [string, () => Buffer] => [
        `one is a ${type}`,
        () => changeLast((last) => [{ ...last, type, linkpath: '/etc/passwd', content: Buffer.alloc(0) }]),
      ],
    ),
  ];
  it.each(hostile)('is refused where %s', async (_what, make) => {
    await expect(find(make())).rejects.toMatchObject({
      code: 'backup_damaged',
      details: { check: 'archive' },
    });
  });

  it('is refused where a part is another one, or says another size than the manifest', async () => {
    for (const change of [
      (last: Entry) => [{ ...last, content: flipped(last.content) }],
      (last: Entry) => [{ ...last, content: Buffer.concat([last.content, Buffer.alloc(512)]) }],
    ]) {
      const [found] = (await find(changeLast(change))).backups;
      if (!found) throw new Error('nothing was found');
      await expect(verifyParts({ ...found, keys: [test.key], signal })).rejects.toMatchObject({
        details: { check: 'parts' },
      });
    }
  });

  it('is refused where it is a link', async () => {
    const link = join(folder, 'link.tar');
    symlinkSync(store(whole), link);
    await expect(findBackups(link, signal)).rejects.toMatchObject({ code: 'place_unusable' });
  });
});
