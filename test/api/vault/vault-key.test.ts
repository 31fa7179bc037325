import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { splitWords } from '../../../electron/instance/vault/copies/words.ts';
import { ADMIN, describeOverDoors, type Who } from '../harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describeOverDoors('the key', (door) => {
  let who: Who;
  const get = async (path: string) => (await door().request('GET', path, undefined, who)).body;
  const send = async (method: string, path: string, body?: object) =>
    (await door().request(method, path, body, who)).body;
  /** Words that are handed out, and proven by giving back those asked for. */
  const copyWords = async (place: string, of: 'active' | 'rotation') => {
    const made = await door().owner('POST', '/vault/key/copies', { format: 'words', place, for: of });
    const words = splitWords(made.body.content);
    return {
      prove: () =>
        door().owner('POST', `/vault/key/copies/${made.body.copy.id}/prove`, {
          words: made.body.proof.positions.map((at: number) => words[at - 1]),
        }),
    };
  };

  it('says in what it is kept, as people call it', async () => {
    who = door().name === 'socket' ? {} : await door().signIn(ADMIN.email, ADMIN.password);
    expect((await get('/vault/status')).custody).toMatchObject({
      name: 'file',
      label: 'A file in the data directory',
    });
  });

  it('advises a new key once it has encrypted 2³⁰ values', async () => {
    const isAdvised = async () => (await get('/vault/key')).rotation_advised;
    const database = new Database(join(door().dataDir, 'temps.db'));
    const { seal_count: before } = database.prepare('SELECT seal_count FROM keys').get() as {
      seal_count: number;
    };
    database.prepare('UPDATE keys SET seal_count = ?').run(2 ** 30 - 1);
    expect(await isAdvised()).toBe(false);
    await door().owner('POST', '/projects', { name: 'one more' });
    await door().owner('POST', '/projects/one-more/env-vars', { key: 'A', value: 'x', is_secret: true });
    expect(await isAdvised()).toBe(true);
    await door().owner('DELETE', '/projects/one-more');
    const [deleted] = (await door().owner('GET', '/trash')).body;
    await door().owner('DELETE', `/trash/${deleted.id}`);
    database.prepare('UPDATE keys SET seal_count = ?').run(before);
    database.close();
  });

  it('says when and where it was proven last, by a separate copy alone', async () => {
    const none = { verified_at: null, place: null, format: null, due_at: null };
    expect((await get('/vault/status')).proof).toEqual(none);
    await door().owner('POST', '/vault/key/copies', {
      format: 'text',
      path: `${door().dataDir}-copy.txt`,
      keep_anyway: true,
    });
    rmSync(`${door().dataDir}-copy.txt`);
    const drawer = await copyWords('desk drawer', 'active');
    expect((await get('/vault/status')).proof).toEqual(none);
    const now = door().clock.now();
    await drawer.prove();
    expect((await get('/vault/status')).proof).toEqual({
      verified_at: now,
      place: 'desk drawer',
      format: 'words',
      due_at: now + 90 * DAY_MS,
    });
    door().clock.advance(-1000);
    expect((await get('/vault/status')).proof).toEqual(none);
    door().clock.advance(1000);
  });

  it('tells a rotation step by step, and what each key opens afterwards', async () => {
    await door().owner('POST', '/projects', { name: 'shop' });
    await door().owner('POST', '/projects/shop/env-vars', { key: 'TOKEN', value: 'x1', is_secret: true });
    const total = (await get('/vault/status')).secrets.total;
    const { rotation: staged } = await send('POST', '/vault/key/rotation', {});
    expect(staged).toMatchObject({
      state: 'staged',
      old_epoch: 1,
      new_epoch: 2,
      staged_at: door().clock.now(),
      proven_at: null,
      proven_by: null,
      sealing_at: null,
      finished_at: null,
    });
    expect(staged.by_group).toContainEqual({ group: 'variables', before: 1, moved: 0, left: 1 });
    await (await copyWords('safe', 'rotation')).prove();
    expect((await get('/vault/status')).rotation).toMatchObject({
      state: 'proven',
      proven_at: door().clock.now(),
      proven_by: 'safe',
    });
    const { rotation: done } = await send('POST', '/vault/key/rotation/seal?wait=true');
    expect(done).toMatchObject({ state: 'done', moved: total, sealing_at: door().clock.now() });
    expect(done.by_group).toContainEqual({ group: 'variables', before: 1, moved: 1, left: 0 });
    expect((await get('/vault/key/epochs')).epochs).toMatchObject([
      { epoch: 2, values: total, copies: 1 },
      { epoch: 1, values: 0, copies: 2 },
    ]);
    expect((await get('/vault/status')).proof).toMatchObject({ place: 'safe' });
  });
});
