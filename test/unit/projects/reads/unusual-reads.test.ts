import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, everyProject } from '../../../../electron/instance/access/caller.ts';
import { createOwner } from '../../../../electron/instance/doors/socket-door.ts';
import { createProject } from '../../../../electron/instance/projects/projects.ts';
import { listReads } from '../../../../electron/instance/projects/reads/read-list.ts';
import {
  createReadRecorder,
  type ReadRecorder,
} from '../../../../electron/instance/projects/reads/read-recorder.ts';
import type { ReadWay } from '../../../../electron/instance/projects/reads/reader.ts';
import {
  BULK_VARIABLES,
  BULK_WINDOW_MS,
  dismissUnusualRead,
  listUnusualReads,
  NEW_KEY_MS,
} from '../../../../electron/instance/projects/reads/unusual-reads.ts';
import { insertVariable } from '../../../../electron/instance/projects/variables/variable-rows.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { openTestContext, type TestContext } from '../../../context.ts';
import { watchLoop } from '../../../event-loop.ts';

const MANY = BULK_VARIABLES + 10;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let test: TestContext;
let reads: ReadRecorder;
let ids: number[];
let projectId: number;
beforeEach(() => {
  test = openTestContext();
  reads = createReadRecorder(test.ctx);
  projectId = createProject(test.ctx, null, { name: 'shop' }).id;
  ids = test.ctx.store.transaction(() =>
    Array.from({ length: MANY }, (_, at) =>
      insertVariable(
        test.ctx,
        null,
        {
          key: `S${at}`,
          value: new SecretText('x'),
          isSecret: true,
          environmentIds: [],
          includeInPreview: false,
        },
        'test',
      ),
    ),
  );
});
afterEach(() => test.close());

const common = { ip: '127.0.0.1', permissions: [], projects: everyProject, lineage: [] };
const key = (id: number, ageMs: number): Caller => ({
  ...common,
  kind: 'key',
  apiKeyId: id,
  userId: null,
  createdAt: test.clock.now() - ageMs,
  label: `api key number ${id}`,
});
const token = (id: number, ageMs: number): Caller => ({
  ...common,
  kind: 'token',
  tokenId: id,
  projectId,
  createdAt: test.clock.now() - ageMs,
  label: `deployment token number ${id}`,
});
const ada: Caller = {
  ...common,
  kind: 'user',
  userId: 1,
  sessionId: 1,
  confirmedAt: null,
  label: 'ada@example.org',
};
const browser: Caller = { ...createOwner('window', 0), via: 'browser', sessionId: 1 } as Caller;
const unusual = () =>
  listUnusualReads(test.ctx).map(({ rule, name, variables }) => `${rule} ${name} ${variables}`);
/** Few are written before it returns. */
const read = (who: Caller, how: ReadWay, count: number) => void reads.record(who, how, ids.slice(0, count));

describe('the first reading by a key', () => {
  it('is unusual within a day of its creation, once, with how many and where it can be withdrawn', () => {
    read(key(1, MINUTE_MS), 'exported', 3);
    read(token(2, NEW_KEY_MS - 1), 'run', 5);
    expect(unusual()).toEqual(['new_key deployment token number 2 5', 'new_key api key number 1 3']);
    expect(listUnusualReads(test.ctx).map(({ path }) => path)).toEqual([
      '/projects/shop/tokens',
      '/people/keys',
    ]);
    for (let at = 0; at < 3; at++) {
      test.clock.advance(MINUTE_MS);
      read(key(1, 2 * MINUTE_MS), 'revealed', 1);
      read(token(2, NEW_KEY_MS - 1), 'run', 6);
    }
    expect(unusual()).toHaveLength(2);
  });

  it('is not once the key is a day old, nor is anything by someone who is no key', () => {
    read(key(1, NEW_KEY_MS), 'exported', 3);
    read(token(2, 30 * DAY_MS), 'run', 3);
    read(ada, 'revealed', 3);
    expect(unusual()).toEqual([]);
  });

  it('is one of a key from the future too: the clock was set back', () => {
    read(key(1, -DAY_MS), 'revealed', 1);
    expect(unusual()).toEqual(['new_key api key number 1 1']);
  });

  it('is remembered over a restart: a token that runs its project at every start is unusual once', () => {
    read(token(2, MINUTE_MS), 'run', 5);
    for (const { id } of listUnusualReads(test.ctx)) dismissUnusualRead(test.ctx, ada, id);
    reads = createReadRecorder(test.ctx);
    for (let day = 0; day < 3; day++) {
      read(token(2, MINUTE_MS), 'run', 5);
      test.clock.advance(DAY_MS);
    }
    expect(unusual()).toEqual([]);
  });
});

describe('many at once', () => {
  it.each<[string, () => Caller, ReadWay]>([
    ['a person who exports', () => ada, 'exported'],
    ['an old key that exports', () => key(1, 30 * DAY_MS), 'exported'],
    ['an old key that reads as a program does', () => key(1, 30 * DAY_MS), 'run'],
    ['an old token that exports', () => token(1, 30 * DAY_MS), 'exported'],
    ['a browser opened by a link', () => browser, 'exported'],
  ])('are unusual by %s', (_who, who, how) => {
    read(who(), how, BULK_VARIABLES - 1);
    expect(unusual()).toEqual([]);
    read(who(), how, BULK_VARIABLES);
    expect(unusual()).toEqual([`bulk ${who().label} ${BULK_VARIABLES}`]);
  });

  it.each<[string, () => Caller, ReadWay]>([
    ['a token that runs its project', () => token(1, 30 * DAY_MS), 'run'],
    ['the command line that runs a project', () => createOwner('socket', 0), 'run'],
    ['the command line that exports', () => createOwner('socket', 0), 'exported'],
    ['the window of the desktop', () => createOwner('window', 0), 'exported'],
    ['an import of what someone has', () => ada, 'compared'],
  ])('are not by %s', (_who, who, how) => {
    read(who(), how, MANY);
    expect(unusual()).toEqual([]);
  });

  it('are counted one by one within an hour, and not over longer', () => {
    for (const [at, id] of ids.slice(0, BULK_VARIABLES).entries()) {
      if (at > 0) test.clock.advance(Math.ceil(BULK_WINDOW_MS / (BULK_VARIABLES - 1)));
      void reads.record(ada, 'revealed', [id]);
    }
    expect(unusual()).toEqual([]);
    for (const id of ids.slice(0, BULK_VARIABLES)) void reads.record(ada, 'revealed', [id]);
    expect(unusual()).toEqual([`bulk ada@example.org ${BULK_VARIABLES}`]);
  });

  it('are not the same one many times', () => {
    for (let at = 0; at < 3 * BULK_VARIABLES; at++) read(ada, 'revealed', 1);
    expect(unusual()).toEqual([]);
  });

  it('grow while nobody looked, are dismissed for this time, and are usual afterwards', () => {
    read(ada, 'exported', BULK_VARIABLES);
    read(ada, 'revealed', MANY);
    reads.flush();
    expect(unusual()).toEqual([`bulk ada@example.org ${MANY}`]);
    const [notice] = listUnusualReads(test.ctx);
    dismissUnusualRead(test.ctx, ada, notice?.id ?? 0);
    expect(() => dismissUnusualRead(test.ctx, ada, notice?.id ?? 0)).toThrow('not among those');
    test.clock.advance(DAY_MS);
    read(ada, 'exported', MANY);
    expect(unusual()).toEqual([]);
  });

  it('by a new key are one notice with its first reading, and another once that was dismissed', () => {
    read(key(1, MINUTE_MS), 'revealed', 1);
    read(key(1, MINUTE_MS), 'exported', BULK_VARIABLES);
    expect(unusual()).toEqual([`new_key api key number 1 ${BULK_VARIABLES}`]);
    read(key(2, MINUTE_MS), 'revealed', 1);
    const [second] = listUnusualReads(test.ctx);
    dismissUnusualRead(test.ctx, ada, second?.id ?? 0);
    read(key(2, MINUTE_MS), 'exported', BULK_VARIABLES);
    expect(unusual()[0]).toBe(`bulk api key number 2 ${BULK_VARIABLES}`);
  });
});

describe('who read a variable', () => {
  const list = (id = ids[0] as number, limit = 50, before?: string) => listReads(test.ctx, id, limit, before);

  it('is one row for each reader, way and day, newest first, in pages', () => {
    const start = test.clock.now();
    for (let day = 0; day < 3; day++) {
      for (let at = 0; at < 4; at++) read(token(1, DAY_MS), 'run', at < 2 ? 5 : 6);
      test.clock.advance(1000);
      read(ada, 'revealed', 1);
      test.clock.advance(DAY_MS);
    }
    reads.flush();
    expect(list().reads).toHaveLength(6);
    expect(list().reads[1]).toMatchObject({ how: 'run', count: 4, together: 6, ip: '127.0.0.1' });
    expect(list().reads.at(-1)).toMatchObject({ firstAt: start, name: 'deployment token number 1' });
    const first = list(ids[0], 4);
    const second = list(ids[0], 4, first.next ?? '');
    expect([...first.reads, ...second.reads]).toEqual(list().reads);
    expect(second.next).toBeNull();
    expect(list(ids[5]).reads).toHaveLength(3);
    expect(list(ids[6]).reads).toEqual([]);
  });

  it('writes the first reading of a day at once, and repetitions of it only when they are counted', () => {
    const changes = () => test.ctx.store.sqlite.prepare('SELECT total_changes()').pluck().get();
    read(token(1, DAY_MS), 'run', 5);
    expect(list().reads).toMatchObject([{ count: 1 }]);
    const before = changes();
    for (let at = 0; at < 100; at++) read(token(1, DAY_MS), 'run', 5);
    expect(changes()).toBe(before);
    reads.flush();
    expect(list().reads).toMatchObject([{ count: 101 }]);
  });

  it('waits for a disk that takes no writes, and counts what it could not keep', () => {
    const { sqlite } = test.ctx.store;
    sqlite.pragma('query_only = 1');
    read(ada, 'revealed', 2);
    for (let at = 0; at < 1000; at++) void reads.record(key(at, DAY_MS), 'revealed', [ids[1] as number]);
    sqlite.pragma('query_only = 0');
    reads.flush();
    expect(list().reads).toEqual([]);
    expect(list(ids[1], 2000).reads).toHaveLength(1000);
    expect(test.ctx.audit.list({ operation: 'READS_LEFT_OUT' }, { limit: 9, offset: 0 })).toMatchObject([
      { data: { count: 1 } },
    ]);
    reads.flush();
    expect(test.ctx.audit.count({ operation: 'READS_LEFT_OUT' })).toBe(1);
  });

  it('goes with what is older than is kept, and with the variable', () => {
    read(ada, 'revealed', 1);
    test.clock.advance(3 * DAY_MS);
    read(ada, 'exported', 2);
    expect(reads.removeBefore(test.clock.now() - 2 * DAY_MS)).toBe(1);
    expect(list().reads).toMatchObject([{ how: 'exported' }]);
    const count = (table: string) =>
      test.ctx.store.sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect([count('read_sets'), count('read_set_members')]).toEqual([1, 2]);
    test.ctx.store.sqlite.prepare('DELETE FROM env_vars WHERE id = ?').run(ids[0]);
    expect(() => list()).toThrow('does not exist');
    expect(count('read_set_members')).toBe(1);
  });

  it('of 20,000 at once leaves the event loop free, and is found at once', async () => {
    const insert = test.ctx.store.sqlite.prepare(
      "INSERT INTO env_vars (key, is_secret, value, position, created_at, updated_at) VALUES (?, 0, '', 0, 0, 0) RETURNING id",
    );
    const many = test.ctx.store.transaction(() =>
      Array.from({ length: 20_000 }, (_, at) => (insert.get(`M${at}`) as { id: number }).id),
    );
    const { heldMs, spentMs } = await watchLoop(() => reads.record(key(1, MINUTE_MS), 'run', many));
    // In slices: beside other tests each costs more, and still is a part of the whole.
    expect(heldMs).toBeLessThan(Math.max(50, spentMs / 3));
    for (const id of [many[0], many[10_000], many[19_999]])
      expect(list(id).reads).toMatchObject([{ count: 1, together: 20_000 }]);
    expect(unusual()).toEqual(['new_key api key number 1 20000']);
  });
});
