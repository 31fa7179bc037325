import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../electron/instance/store/store.ts';

const clock = { now: () => Date.parse('2026-03-01T12:00:00Z') };
let folder: string;
let dir: string;
const opened: Store[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-restored-'));
  dir = join(folder, 'data');
  cpSync(mkdtempSync(join(folder, 'empty-')), dir, { recursive: true });
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (at = dir) => {
  const store = openStore(at, clock);
  opened.push(store);
  return store;
};
const name = (store: Store, text: string) => store.transaction(() => store.rename(text));
/** The directory as a kill would leave it: nothing was closed. */
const killed = (to: string) => {
  const at = join(folder, to);
  cpSync(dir, at, { recursive: true });
  return at;
};
const codeOf = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('a database file beside a log', () => {
  it('of a kill is opened with it, wherever the last checkpoint was', () => {
    const store = open();
    for (let at = 1; at <= 6; at++) {
      name(store, `name ${at}`);
      if (at === 3) store.checkpoint();
      const copy = open(killed(`copy ${at}`));
      expect(copy.identity.name).toBe(`name ${at}`);
      expect(copy.said).toEqual([]);
      // Opened and killed again, and then closed.
      name(copy, 'after');
      expect(open(killed(`copy ${at}`)).identity.name).toBe(`name ${at}`);
    }
  });

  it.each([
    ['a closed one of an earlier day', 'closed'],
    ['one of this run, before a checkpoint', 'running'],
  ])('that was replaced by %s is refused, and neither is changed', (_what, which) => {
    const first = open();
    name(first, 'old');
    const old = join(folder, 'old.db');
    if (which === 'closed') {
      first.close();
      opened.length = 0;
    } else first.checkpoint();
    copyFileSync(join(dir, 'temps.db'), old);
    const store = which === 'closed' ? open() : first;
    name(store, 'new');
    store.checkpoint();
    name(store, 'newer');
    const at = killed('restored');
    copyFileSync(old, join(at, 'temps.db'));
    const before = readdirSync(at).map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(at, file)))
        .digest('hex'),
    ]);
    expect(codeOf(() => openStore(at, clock))).toBe('database_restored');
    expect(
      readdirSync(at).map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(at, file)))
          .digest('hex'),
      ]),
    ).toEqual(before);
    // As the error says: the log moved away, the restored file is used.
    rmSync(join(at, 'temps.db-wal'));
    rmSync(join(at, 'temps.db-shm'));
    expect(open(at).identity.name).toBe('old');
  });

  it('that is newer than the log is refused too', () => {
    const store = open();
    name(store, 'one');
    name(store, 'two');
    const at = killed('older log');
    name(store, 'three');
    store.checkpoint();
    name(store, 'four');
    store.checkpoint();
    copyFileSync(join(dir, 'temps.db'), join(at, 'temps.db'));
    expect(codeOf(() => openStore(at, clock))).toBe('database_restored');
  });

  it('is not refused for a value that looks like the mark', () => {
    const store = open();
    name(store, 'one');
    const forged = `\u0034\u0001\u0003\u0000\u006ftemps-commits:${'9'.repeat(16)}:${'0'.repeat(13)}:open`;
    store.transaction(() =>
      store.sqlite
        .prepare('INSERT INTO warning_snoozes (reason, until, set_at) VALUES (?, 1, 1)')
        .run(forged),
    );
    expect(open(killed('forged')).identity.name).toBe('one');
  });
});

describe('a database file alone', () => {
  it('copied while an instance wrote to it says what is missing', () => {
    const store = open();
    name(store, 'kept');
    name(store, 'only in the log');
    const at = join(folder, 'alone');
    cpSync(mkdtempSync(join(folder, 'empty-')), at, { recursive: true });
    copyFileSync(join(dir, 'temps.db'), join(at, 'temps.db'));
    const copy = openStore(at, clock);
    expect(copy.identity.name).toBe('kept');
    expect(copy.said).toEqual([
      expect.stringMatching(/without temps\.db-wal.*anything changed after 2026-03-01T12:00.*missing/),
    ]);
    copy.close();
    // It says so until it is written to: a look changes nothing.
    const again = openStore(at, clock);
    expect(again.said).toHaveLength(1);
    name(again, 'written');
    again.close();
    expect(open(at).said).toEqual([]);
  });

  it('copied two seconds after the last write lacks nothing', async () => {
    const store = open();
    name(store, 'first');
    name(store, 'last');
    await wait(2000);
    const at = join(folder, 'rested');
    mkdirSync(at, { mode: 0o700 });
    copyFileSync(join(dir, 'temps.db'), join(at, 'temps.db'));
    expect(open(at).identity.name).toBe('last');
  });

  it('of an instance that was stopped, or idle, says nothing of the kind or lacks nothing', () => {
    const store = open();
    name(store, 'first');
    name(store, 'last');
    store.checkpoint();
    const at = join(folder, 'idle');
    cpSync(mkdtempSync(join(folder, 'empty-')), at, { recursive: true });
    copyFileSync(join(dir, 'temps.db'), join(at, 'temps.db'));
    expect(open(at).identity.name).toBe('last');
    store.close();
    opened.splice(opened.indexOf(store), 1);
    expect(existsSync(join(dir, 'temps.db-wal'))).toBe(false);
    expect(open().said).toEqual([]);
  });
});
