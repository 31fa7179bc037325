import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInstance } from '../../../electron/instance/instance.ts';
import { systemClock } from '../../../electron/instance/kernel/clock.ts';
import { hasUnfinishedRestore } from '../../../electron/instance/store/data-directory.ts';
import { openStore } from '../../../electron/instance/store/store.ts';
import {
  describeSettled,
  listFormer,
  prepareIncoming,
  requireSettled,
  settleSwap,
  swapDatabase,
} from '../../../electron/instance/store/swap-journal.ts';
import { quick } from '../../work-factor.ts';

const NOW = Date.parse('2026-11-28T20:45:00Z');
const FORMER = 'before-restore-20261128T204500Z';
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-swap-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const put = (path: string, text: string) => writeFileSync(join(dataDir, path), text);
const get = (path: string) =>
  existsSync(join(dataDir, path)) ? readFileSync(join(dataDir, path), 'utf8') : null;
const journal = (phase: 'out' | 'in', more: object = {}) =>
  put(
    'restore.json',
    JSON.stringify({
      version: 1,
      phase,
      incoming: 'restore-incoming',
      outgoing: FORMER,
      hadDatabase: true,
      ...more,
    }),
  );
function prepare(): void {
  put('temps.db', 'old');
  put('temps.db-wal', 'old log');
  put('encryption_key', 'key');
  writeFileSync(join(prepareIncoming(dataDir), 'temps.db'), 'new');
}

describe('an exchange of the database', () => {
  it('moves the old contents aside, its log with it, and nothing else', () => {
    prepare();
    expect(swapDatabase(dataDir, 'restore-incoming', NOW)).toEqual({ outcome: 'completed', former: FORMER });
    expect(get('temps.db')).toBe('new');
    expect(get('temps.db-wal')).toBeNull();
    expect(readdirSync(dataDir).sort()).toEqual([FORMER, 'encryption_key', 'temps.db']);
    expect(get(`${FORMER}/temps.db-wal`)).toBe('old log');
    expect(settleSwap(dataDir)).toBeNull();
  });

  it('keeps every former database, and lists the newest first', () => {
    prepare();
    swapDatabase(dataDir, 'restore-incoming', NOW);
    for (const at of [NOW, NOW + 1000]) {
      writeFileSync(join(prepareIncoming(dataDir), 'temps.db'), String(at));
      swapDatabase(dataDir, 'restore-incoming', at);
    }
    expect(listFormer(dataDir)).toEqual(['before-restore-20261128T204501Z', `${FORMER}-2`, FORMER]);
  });

  it('of a directory without one keeps nothing', () => {
    writeFileSync(join(prepareIncoming(dataDir), 'temps.db'), 'new');
    expect(swapDatabase(dataDir, 'restore-incoming', NOW)).toEqual({ outcome: 'completed', former: null });
    expect(readdirSync(dataDir)).toEqual(['temps.db']);
  });
});

describe('an exchange that was interrupted', () => {
  it('before the journal had its name is none', () => {
    prepare();
    put('restore.json.new', '{');
    expect(settleSwap(dataDir)).toBeNull();
    expect(get('temps.db')).toBe('old');
    expect(readdirSync(dataDir).sort()).toEqual(['encryption_key', 'temps.db', 'temps.db-wal']);
  });

  it('is undone where the new database is gone, and says so', () => {
    prepare();
    mkdirSync(join(dataDir, FORMER));
    rmSync(join(dataDir, 'restore-incoming'), { recursive: true });
    journal('out');
    const settled = settleSwap(dataDir);
    expect(settled).toEqual({ outcome: 'undone', former: null });
    expect(settled && describeSettled(settled)).toContain('is the one that was there before');
    expect(get('temps.db')).toBe('old');
    expect(readdirSync(dataDir).sort()).toEqual(['encryption_key', 'temps.db', 'temps.db-wal']);
  });

  it('never writes over a file, never creates a database, and names what is in the way', () => {
    prepare();
    mkdirSync(join(dataDir, FORMER));
    put(`${FORMER}/temps.db`, 'somebody’s');
    journal('out');
    expect(() => settleSwap(dataDir)).toThrow(/interrupted.*in the way/);
    expect([get('temps.db'), get(`${FORMER}/temps.db`), get('restore-incoming/temps.db')]).toEqual([
      'old',
      'somebody’s',
      'new',
    ]);

    for (const name of ['temps.db', 'restore-incoming', FORMER])
      rmSync(join(dataDir, name), { recursive: true });
    expect(() => settleSwap(dataDir)).toThrow(/Neither the new database .* nor the former one/);
    expect(get('temps.db')).toBeNull();
  });

  it.each([
    ['text', 'no journal'],
    ['a later version', JSON.stringify({ version: 2 })],
    [
      'a path',
      JSON.stringify({
        version: 1,
        phase: 'in',
        incoming: '../elsewhere',
        outgoing: FORMER,
        hadDatabase: true,
      }),
    ],
  ])('with a journal that is %s changes nothing', (_what, text) => {
    prepare();
    put('restore.json', text);
    expect(() => settleSwap(dataDir)).toThrow('cannot be understood');
    expect(get('temps.db')).toBe('old');
  });

  it('is completed by the next start, which says so; who may not write is refused', async () => {
    openStore(dataDir, systemClock).close();
    const incoming = prepareIncoming(dataDir);
    openStore(incoming, systemClock).close();
    const restored = readFileSync(join(incoming, 'temps.db'));
    mkdirSync(join(dataDir, FORMER));
    journal('out');
    expect(hasUnfinishedRestore(dataDir)).toBe(true);
    expect(() => requireSettled(dataDir)).toThrow('was interrupted');
    const instance = await openInstance({ dataDir, env: {}, createsFirstKey: false, ...quick });
    expect(instance.status().said.join()).toMatch(/interrupted here, and is now completed.*before-restore-/);
    await instance.stop();
    expect(hasUnfinishedRestore(dataDir)).toBe(false);
    expect(readFileSync(join(dataDir, 'temps.db')).subarray(100)).toEqual(restored.subarray(100));
    expect(() => requireSettled(dataDir)).not.toThrow();
  });
});
