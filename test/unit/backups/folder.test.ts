import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../../electron/instance/backups/destinations/destination.ts';
import { openFolder } from '../../../electron/instance/backups/destinations/folder.ts';
import { findFolderPlace } from '../../../electron/instance/backups/destinations/folder-place.ts';
import { probe } from '../../../electron/instance/backups/destinations/probe.ts';
import { AppError } from '../../../electron/instance/kernel/app-error.ts';
import { until } from '../../keyring.ts';
import { requires } from '../../requires.ts';
import { openSticks, type Sticks, whyNoSticks } from '../../sticks.ts';

const OURS = 'temps-7c9e6679-7425-40de-944b-e07fc1f90ae7';
const BACKUP = `${OURS}/20261128T203700Z-0198f3a1`;
const FILE = `${BACKUP}/manifest.json`;
const { signal } = new AbortController();

let dir: string;
let root: string;
let dataDir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'temps-folder-'));
  root = join(dir, 'backups');
  dataDir = join(dir, 'data');
  mkdirSync(root);
  mkdirSync(dataDir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const openAt = async (path: string, data = dataDir): Promise<Destination> =>
  openFolder((await findFolderPlace(path, data)).place, data);
const content = (what: string | Uint8Array = 'content') => Readable.from([Buffer.from(what)]);
const pathsOf = async (destination: Destination, folder = OURS) =>
  (await destination.list(folder, signal)).map(({ path }) => path).sort();

describe('a folder', () => {
  it('keeps a file whole, under its name, for its owner alone', async () => {
    const folder = await openAt(root);
    await folder.write(FILE, content(), signal);
    expect(await text(await folder.read(FILE, signal))).toBe('content');
    expect(await folder.list(OURS, signal)).toEqual([{ path: FILE, sizeBytes: 7 }]);
    if (process.platform !== 'win32') {
      expect(statSync(join(root, FILE)).mode & 0o777).toBe(0o600);
      expect(statSync(join(root, BACKUP)).mode & 0o777).toBe(0o700);
    }
    await folder.remove(FILE, signal);
    await folder.remove(FILE, signal);
    await expect(folder.read(FILE, signal)).rejects.toMatchObject({ code: 'not_found' });
    // What became empty went too, and the folder itself stays.
    expect(readdirSync(root)).toEqual([]);
    expect(await folder.list(OURS, signal)).toEqual([]);
  });

  it('overwrites nothing', async () => {
    const folder = await openAt(root);
    await folder.write(FILE, content('first'), signal);
    await expect(folder.write(FILE, content('second'), signal)).rejects.toMatchObject({
      code: 'destination_refused',
      message: /already/,
    });
    expect(await text(await folder.read(FILE, signal))).toBe('first');
    expect(readdirSync(join(root, BACKUP))).toEqual(['manifest.json']);
  });

  it('leaves nothing of a file that was cut short, by an error or by a stop', async () => {
    const folder = await openAt(root);
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new AppError('disk_failed', 'It broke.');
      })(),
    );
    await expect(folder.write(FILE, failing, signal)).rejects.toMatchObject({ code: 'disk_failed' });
    const stopping = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (let at = 0; ; at++) {
          if (at === 3) stopping.abort();
          yield Buffer.alloc(1024);
        }
      })(),
    );
    await expect(folder.write(FILE, endless, stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(root)).toEqual([]);
  });

  it('waits for content that takes its time: only the folder itself may not be silent', async () => {
    const { place } = await findFolderPlace(root, dataDir);
    const impatient = openFolder(place, dataDir, 400);
    const slow = async function* () {
      yield Buffer.from('first, ');
      await wait(1000);
      yield Buffer.from('and the rest');
    };
    await impatient.write(FILE, slow(), signal);
    expect(await text(await impatient.read(FILE, signal))).toBe('first, and the rest');
  });

  it('is never created, and never taken for another one', async () => {
    await expect(findFolderPlace(join(dir, 'nowhere'), dataDir)).rejects.toMatchObject({
      code: 'destination_gone',
    });
    const folder = await openAt(root);
    rmSync(root, { recursive: true });
    await expect(folder.write(FILE, content(), signal)).rejects.toMatchObject({ code: 'destination_gone' });
    await expect(folder.list(OURS, signal)).rejects.toMatchObject({ code: 'destination_gone' });
    expect(existsSync(root)).toBe(false);
    writeFileSync(root, 'a file');
    await expect(folder.write(FILE, content(), signal)).rejects.toMatchObject({ code: 'destination_gone' });
    const { place } = await findFolderPlace(dir, join(tmpdir(), 'elsewhere'));
    const moved = openFolder({ ...place, mountPoint: dir }, dataDir);
    await expect(moved.write(FILE, content(), signal)).rejects.toMatchObject({ code: 'destination_gone' });
    const other = openFolder({ ...place, volumeId: '1234-ABCD' }, dataDir);
    await expect(other.write(FILE, content(), signal)).rejects.toMatchObject({ code: 'destination_gone' });
    expect(readdirSync(dir).sort()).toEqual(['backups', 'data']);
  });

  it('is refused inside the data directory', async () => {
    await expect(findFolderPlace(dataDir, dataDir)).rejects.toMatchObject({ code: 'destination_refused' });
  });

  it('lists what is foreign, and neither follows a link nor leaves its folder', async () => {
    const folder = await openAt(root);
    const secret = join(dir, 'secret');
    mkdirSync(secret);
    writeFileSync(join(secret, 'manifest.json'), 'not for you');
    await folder.write(FILE, content(), signal);
    const other = 'temps-00000000-0000-4000-8000-000000000000';
    mkdirSync(join(root, other));
    writeFileSync(join(root, other, 'theirs'), 'theirs');
    writeFileSync(join(root, OURS, 'holiday.jpg'), 'theirs');
    symlinkSync(secret, join(root, OURS, 'linked'));
    symlinkSync(join(secret, 'manifest.json'), join(root, BACKUP, 'linked.json'));
    execFileSync('mkfifo', [join(root, BACKUP, 'pipe')]);
    expect(await pathsOf(folder)).toEqual(
      [FILE, `${OURS}/holiday.jpg`, `${OURS}/linked`, `${BACKUP}/linked.json`, `${BACKUP}/pipe`].sort(),
    );
    expect(await pathsOf(folder, '')).toContain(`${other}/theirs`);
    const refused = { code: 'destination_refused' };
    for (const path of [`${OURS}/linked/manifest.json`, `${BACKUP}/linked.json`, `${BACKUP}/pipe`]) {
      await expect(folder.read(path, signal), path).rejects.toMatchObject(refused);
      await expect(folder.remove(path, signal), path).rejects.toMatchObject(refused);
    }
    await expect(folder.write(`${OURS}/linked/new`, content(), signal)).rejects.toMatchObject(refused);
    for (const path of [
      '../secret/manifest.json',
      `${OURS}/../../secret/manifest.json`,
      '/etc/passwd',
      '',
      'a//b',
    ])
      await expect(folder.read(path, signal), path).rejects.toMatchObject(refused);
    await folder.remove(FILE, signal);
    expect(readdirSync(secret)).toEqual(['manifest.json']);
    expect(existsSync(join(root, OURS, 'holiday.jpg'))).toBe(true);
  });
});

describe('a probe', () => {
  const failing = (step: keyof Destination) => async () => {
    const folder = await openAt(root);
    const broken = {
      ...folder,
      [step]: async () => {
        throw new AppError('destination_refused', 'It says no.');
      },
    };
    return await probe(broken, signal).then(
      () => null,
      (error: AppError) => error,
    );
  };

  it('leaves nothing behind', async () => {
    await probe(await openAt(root), signal);
    expect(readdirSync(root)).toEqual([]);
  });

  it.each([
    ['write', 'write', 'written'],
    ['read', 'read', 'read back'],
    ['list', 'list', 'listed'],
    ['remove', 'delete', 'deleted'],
  ] as const)('says that it could not %s', async (method, step, words) => {
    const error = await failing(method)();
    expect(error).toMatchObject({ code: 'destination_refused', details: { step } });
    expect(error?.message).toContain(words);
    expect(error?.message).toContain('It says no.');
    // Only what cannot be deleted stays.
    expect(readdirSync(root)).toHaveLength(step === 'delete' ? 1 : 0);
  });
});

const why = whyNoSticks();
const onSticks = requires('sticks', why === null, why ?? '');

describe('a folder on a drive', () => {
  let sticks: Sticks;
  beforeAll(() => {
    if (why === null) sticks = openSticks();
  });
  afterAll(async () => sticks?.close());

  onSticks.each(['ext4', 'exfat'] as const)(
    'of %s keeps backups, and is missed once it is pulled out',
    async (format) => {
      const stick = sticks.make(format);
      await stick.plugIn();
      const folder = await openAt(stick.at, sticks.memory);
      await probe(folder, signal);
      await folder.write(FILE, content(), signal);
      await expect(folder.write(FILE, content('other'), signal)).rejects.toMatchObject({
        code: 'destination_refused',
      });
      await stick.eject();
      await expect(folder.write(FILE, content(), signal)).rejects.toMatchObject({ code: 'destination_gone' });
      await expect(folder.list(OURS, signal)).rejects.toMatchObject({ code: 'destination_gone' });
      expect(readdirSync(stick.at)).toEqual([]);
      await stick.plugIn();
      expect(await text(await folder.read(FILE, signal))).toBe('content');
    },
  );

  onSticks('that is pulled out while it is written to has nothing written in its place', async () => {
    const stick = sticks.make('ext4');
    await stick.plugIn();
    const folder = await openAt(stick.at, sticks.memory);
    const pulled = Readable.from(
      (async function* () {
        yield Buffer.alloc(1024);
        stick.pullOut();
        yield Buffer.alloc(1024);
      })(),
    );
    await expect(folder.write(FILE, pulled, signal)).rejects.toMatchObject({ code: 'destination_gone' });
    expect(readdirSync(stick.at)).toEqual([]);
  });

  onSticks(
    'that hangs is given up by name, is not asked again until it answers, and holds up nothing else',
    async () => {
      const stick = sticks.make('exfat');
      await stick.plugIn();
      const { place } = await findFolderPlace(stick.at, sticks.memory);
      const folder = openFolder(place, sticks.memory, 700);
      await folder.write(FILE, content(), signal);
      const gone = { code: 'destination_gone', message: /does not answer/ };
      stick.hang(true);
      try {
        await expect(folder.write(`${BACKUP}/other`, content(), signal)).rejects.toMatchObject(gone);
        const before = performance.now();
        for (let at = 0; at < 8; at++) await expect(folder.list(OURS, signal)).rejects.toMatchObject(gone);
        // Those were not asked: what is asked in vain holds a thread, of which a process has few.
        expect(performance.now() - before).toBeLessThan(600);
        const other = await openAt(root);
        await other.write(FILE, content(), signal);
        expect(await text(await other.read(FILE, signal))).toBe('content');
      } finally {
        stick.hang(false);
      }
      await until(async () => (await folder.list(OURS, signal).catch(() => null)) !== null);
      expect(await text(await folder.read(FILE, signal))).toBe('content');
      // What was given up left nothing that looks whole.
      expect(await pathsOf(folder)).toEqual([FILE]);
    },
  );

  onSticks('that is full, or write-protected, says so', async () => {
    const stick = sticks.make('ext4');
    await stick.plugIn();
    const folder = await openAt(stick.at, sticks.memory);
    const large = Readable.from([Buffer.alloc(8 * 1024 * 1024)]);
    await expect(folder.write(FILE, large, signal)).rejects.toMatchObject({ code: 'destination_full' });
    expect(existsSync(join(stick.at, OURS))).toBe(false);
    await folder.write(FILE, content(), signal);
    await stick.eject();
    await stick.plugIn({ readOnly: true });
    await expect(folder.write(`${BACKUP}/other`, content(), signal)).rejects.toMatchObject({
      code: 'destination_refused',
      message: /write-protected/,
    });
    await expect(probe(folder, signal)).rejects.toMatchObject({ details: { step: 'write' } });
    await expect(folder.remove(FILE, signal)).rejects.toMatchObject({ code: 'destination_refused' });
    expect(readFileSync(join(stick.at, FILE), 'utf8')).toBe('content');
  });
});
