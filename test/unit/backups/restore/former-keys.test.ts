import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFormerOf } from '../../../../electron/instance/backups/restore/former-keys.ts';

const OLD = '4F2A-91C0-77DE-1B3A';
const NEW = '0123-4567-89AB-CDEF';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-former-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** As a restore leaves one, or a crash before it: in the mode with a log, which need not be written back. */
function keep(name: string, keys: readonly string[], isCrashed = false): void {
  mkdirSync(join(dataDir, name));
  const sqlite = new Database(join(dataDir, name, 'temps.db'));
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec('CREATE TABLE secrets (id TEXT, key_fingerprint TEXT)');
  const insert = sqlite.prepare('INSERT INTO secrets VALUES (?, ?)');
  for (const key of keys) insert.run(key, key);
  if (!isCrashed) sqlite.close();
  else open.push(sqlite);
}
const open: Database.Database[] = [];
afterEach(() => {
  for (const sqlite of open.splice(0)) sqlite.close();
});
const namesOf = (fingerprint: string) => listFormerOf(dataDir, fingerprint).map(({ name }) => name);

describe('former databases that hold values of a key', () => {
  it('are named, whatever they were kept before, and others are not', () => {
    keep('before-restore-20260601T100000Z', [OLD, NEW]);
    keep('before-migration-20260602T100000Z', [OLD]);
    keep('before-rotation-20260603T100000Z', [NEW]);
    keep('before-restore-20260604T100000Z', []);
    keep('elsewhere', [OLD]);
    expect(namesOf(OLD)).toEqual(['before-migration-20260602T100000Z', 'before-restore-20260601T100000Z']);
    expect(namesOf(NEW)).toEqual(['before-rotation-20260603T100000Z', 'before-restore-20260601T100000Z']);
    const [{ keptUntil, isRead } = {}] = listFormerOf(dataDir, NEW);
    expect([new Date(keptUntil ?? 0).toISOString(), isRead]).toEqual(['2026-06-10T10:00:00.000Z', true]);
  });

  it('leave nothing in their folder by being read, and what lay there stays', () => {
    keep('before-restore-20260601T100000Z', [OLD]);
    keep('before-restore-20260602T100000Z', [OLD], true);
    const listAll = () => readdirSync(dataDir, { recursive: true }).sort();
    const before = listAll();
    expect(namesOf(OLD)).toHaveLength(2);
    expect(listAll()).toEqual(before);
  });

  it('may be what cannot be read, and what is deleted is named no more', () => {
    const name = 'before-rotation-20260601T100000Z';
    mkdirSync(join(dataDir, name));
    writeFileSync(join(dataDir, name, 'temps.db'), 'no database');
    expect(listFormerOf(dataDir, OLD)).toMatchObject([{ name, isRead: false }]);
    rmSync(join(dataDir, name), { recursive: true });
    expect(listFormerOf(dataDir, OLD)).toEqual([]);
  });

  it('are none in a data directory that is gone', () => {
    expect(listFormerOf(join(dataDir, 'gone'), OLD)).toEqual([]);
  });
});
