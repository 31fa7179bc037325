import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temps } from './terminal.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-diagnostics-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

it('diagnostics are shown before they are saved, hold no name, and replace no file', () => {
  expect(temps(dataDir, ['projects', 'create', 'canary-project']).code).toBe(0);
  const shown = temps(dataDir, ['diagnostics']);
  expect(shown.code).toBe(0);
  expect(JSON.parse(shown.out)).toMatchObject({ database: { rows_by_table: { projects: 1 } } });
  const path = join(dataDir, '..', `diagnostics-${process.pid}.json`);
  try {
    expect(temps(dataDir, ['diagnostics', '--to', path]).out).toContain(path);
    const saved = readFileSync(path, 'utf8');
    expect(Object.keys(JSON.parse(saved))).toEqual(Object.keys(JSON.parse(shown.out)));
    for (const text of [saved, shown.out]) {
      expect(text).not.toContain('canary');
      expect(text).not.toContain(dataDir);
    }
    expect(statSync(path).mode & 0o077).toBe(0);
    const again = temps(dataDir, ['diagnostics', '--to', path]);
    expect([again.code === 0, again.err]).toEqual([false, expect.stringContaining('is there already')]);
    expect(readFileSync(path, 'utf8')).toBe(saved);
    const nowhere = join(path, 'x', 'y.json');
    expect(temps(dataDir, ['diagnostics', '--to', nowhere]).code).not.toBe(0);
    expect(existsSync(nowhere)).toBe(false);
  } finally {
    rmSync(path, { force: true });
  }
});
