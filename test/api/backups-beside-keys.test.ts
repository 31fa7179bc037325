import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requires } from '../requires.ts';
import { openSticks, type Sticks, whyNoSticks } from '../sticks.ts';
import { openDoor, type TestDoor } from './harness.ts';

type Door = TestDoor & { stop(): Promise<void> };

const add = async (door: Door, name: string, path: string) =>
  (await door.owner('POST', '/backups/destinations', { kind: 'folder', name, path })).body;
const noteOf = async (door: Door, name: string) => {
  const { destinations } = (await door.owner('GET', '/backups/destinations')).body;
  return destinations.find((each: { name: string }) => each.name === name).key_copy_note;
};
const look = async (door: Door, id: number) =>
  (await door.owner('POST', `/backups/destinations/${id}/test`)).body.key_copy_note;
const notApart = async (door: Door) => {
  const { reasons } = (await door.owner('GET', '/vault/status')).body.health;
  return reasons.find(({ code }: { code: string }) => code === 'backup_not_apart')?.message;
};

describe('a folder with backups and a file that is called as a copy of the key is', () => {
  let door: Door;
  let root: string;
  let own: string;
  beforeAll(async () => {
    door = await openDoor('socket');
    own = (await door.owner('GET', '/vault/status')).body.fingerprint;
  });
  afterAll(async () => door.stop());
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'temps-beside-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const write = (name: string) => writeFileSync(join(root, name), 'is not opened');

  it('says so when it is added, and in the list until the file is gone', async () => {
    write(`temps-key-${own}.age`);
    const added = await add(door, 'full', root);
    expect(added.note).toContain(`has the name of a copy of the key, temps-key-${own}.age`);
    // Nothing of what it said before is lost: the folder is on the disk of the database, too.
    expect(added.note).toContain('same physical disk');
    expect(await noteOf(door, 'full')).toBe(added.key_copy_note);
    rmSync(join(root, `temps-key-${own}.age`));
    expect(await look(door, added.id)).toBeNull();
    expect(await noteOf(door, 'full')).toBeNull();
  });

  it('says so once it was put there later and the folder is looked at, also by a backup', async () => {
    const { id, key_copy_note } = await add(door, 'later', root);
    expect(key_copy_note).toBeNull();
    write('encryption_key');
    expect(await look(door, id)).toContain('encryption_key');
    rmSync(join(root, 'encryption_key'));
    expect(await look(door, id)).toBeNull();
    write(`encryption_key.${own.replaceAll('-', '')}`);
    const made = await door.owner('POST', `/backups/destinations/${id}/run`);
    expect(made.status, made.text).toBe(201);
    expect(await noteOf(door, 'later')).toContain('has the name of a copy');
  });

  it.each([
    ['the key of another instance', () => write('temps-key-0123-4567-89AB-CDEF.age')],
    ['a folder', () => mkdirSync(join(root, 'encryption_key'))],
    ['a name that only begins so', () => write('temps-key-notes.txt')],
    [
      'a file in a folder below',
      () => {
        mkdirSync(join(root, 'mine'));
        write(join('mine', 'encryption_key'));
      },
    ],
  ])('says nothing of %s', async (what, put) => {
    put();
    expect((await add(door, what, root)).key_copy_note).toBeNull();
  });

  it('says so of a copy that was made in it all the same', async () => {
    await add(door, 'within', root);
    const made = await door.owner('POST', '/vault/key/copies', {
      format: 'text',
      path: join(root, 'key.txt'),
      place: join(root, 'key.txt'),
      keep_anyway: true,
    });
    expect(made.status, made.text).toBe(201);
    expect(made.body.copy).toMatchObject({ separate: false, beside_backups: ['within'] });
    expect(await noteOf(door, 'within')).toContain(join(root, 'key.txt'));
    await door.owner('DELETE', `/vault/key/copies/${made.body.copy.id}`);
    expect(await noteOf(door, 'within')).toBeNull();
  });
});

const why = whyNoSticks();
describe('a stick with backups and a copy of the key', () => {
  const onSticks = requires('sticks', why === null, why ?? '');
  let sticks: Sticks;
  let door: Door;
  beforeAll(async () => {
    if (why !== null) return;
    sticks = openSticks();
    // Any disk is apart from it.
    vi.stubEnv('TMPDIR', sticks.memory);
    door = await openDoor('socket');
    vi.unstubAllEnvs();
    // Something to lose.
    await door.owner('POST', '/projects', {
      name: 'shop',
      secret: 'guess',
      environment_variables: [['TOKEN', 'a secret']],
    });
  });
  afterAll(async () => {
    await door?.stop();
    await sticks?.close();
  });

  onSticks('says of each that the other is there, whichever came first', async () => {
    const stick = sticks.make('ext4', 64);
    await stick.plugIn();
    const folder = join(stick.at, 'backups');
    mkdirSync(folder);
    const copyTo = async (path: string) =>
      (await door.owner('POST', '/vault/key/copies', { format: 'text', path })).body.copy;
    const besides = async () => (await door.owner('GET', '/vault/key/copies')).body.copies[0].beside_backups;

    const added = await add(door, 'stick', folder);
    expect(added).toMatchObject({ separate: true, key_copy_note: null });
    expect(added.note).not.toContain('A copy of the key');
    const made = await door.owner('POST', `/backups/destinations/${added.id}/run`);
    expect(made.status, made.text).toBe(201);
    expect(await notApart(door)).toBeUndefined();

    const copy = await copyTo(join(stick.at, 'key.txt'));
    expect(copy).toMatchObject({ separate: true, beside_backups: ['stick'], worth: 'counts' });
    expect(copy.worth_words).toBe(
      'It counts. Backups go to the same place, stick: anyone who takes one takes both.',
    );
    const verified = await door.owner('POST', '/vault/key/copies/verify', {
      path: join(stick.at, 'key.txt'),
    });
    expect(verified.body.worth_words).toBe(copy.worth_words);
    expect(await noteOf(door, 'stick')).toContain(join(stick.at, 'key.txt'));
    expect(await notApart(door)).toContain('A copy of the key is in the same place as those on stick');

    // Too old to count as a copy, it can still be read by whoever has the stick.
    door.clock.advance(200 * 24 * 60 * 60 * 1000);
    expect(await noteOf(door, 'stick')).not.toBeNull();
    expect(await notApart(door)).toContain('A copy of the key');
    await door.owner('DELETE', `/backups/destinations/${added.id}`);
    expect(await besides()).toEqual([]);
    const again = await add(door, 'stick again', folder);
    expect(again.note).toContain('A copy of the key is in the same place as these backups');
    expect(await besides()).toEqual(['stick again']);

    // Forgotten, and found again by its name, once it lies in the folder itself.
    await door.owner('DELETE', `/vault/key/copies/${copy.id}`);
    expect(await look(door, again.id)).toBeNull();
    const { fingerprint } = copy;
    renameSync(join(stick.at, 'key.txt'), join(folder, `temps-key-${fingerprint}.txt`));
    expect(await look(door, again.id)).toContain(`temps-key-${fingerprint}.txt`);
    await stick.eject();
  });
});
