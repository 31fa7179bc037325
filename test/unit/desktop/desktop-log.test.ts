import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDesktopLog } from '../../../electron/desktop/desktop-log.ts';

const MAX_BYTES = 1000;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-log-'));
  path = join(folder, 'logs', 'temps.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

describe("the desktop's log", () => {
  it('rotates while it is written: two files of bounded size, the newest lines, none torn or lost between them', () => {
    const log = openDesktopLog(path, MAX_BYTES);
    const said = Array.from({ length: 100 }, (_, at) => `line ${at}`);
    for (const line of said) log.info({}, line);
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['temps.log', 'temps.log.1']);
    for (const file of [path, `${path}.1`]) {
      expect(statSync(file).size).toBeLessThanOrEqual(MAX_BYTES);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    const kept = [...read(`${path}.1`), ...read(path)];
    expect(kept.length).toBeGreaterThan(10);
    expect(kept).toEqual(said.slice(-kept.length));
  });

  it('goes on in the file of the start before, up to the same size', () => {
    openDesktopLog(path, MAX_BYTES).info({}, 'before');
    const log = openDesktopLog(path, MAX_BYTES);
    log.info({}, 'after');
    expect(read(path)).toEqual(['before', 'after']);
    log.info({}, 'x'.repeat(MAX_BYTES));
    expect([read(`${path}.1`), read(path)]).toEqual([['before', 'after'], ['x'.repeat(MAX_BYTES)]]);
    log.info({}, 'next');
    expect([read(`${path}.1`), read(path)]).toEqual([['x'.repeat(MAX_BYTES)], ['next']]);
  });

  it('begins again when its files are deleted', () => {
    const log = openDesktopLog(path, MAX_BYTES);
    log.info({}, 'one');
    rmSync(join(folder, 'logs'), { recursive: true });
    log.info({}, 'two');
    expect(read(path)).toEqual(['two']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('goes to standard error where it cannot be written, or cannot be rotated, and stops nothing', () => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'full', 'temps.log.1', 'in the way'), { recursive: true });
    writeFileSync(join(folder, 'full', 'temps.log'), 'x'.repeat(MAX_BYTES));
    for (const place of [join(folder, 'file', 'temps.log'), join(folder, 'full', 'temps.log')]) {
      const script = `
        import { openDesktopLog } from ${JSON.stringify(join(import.meta.dirname, '../../../electron/desktop/desktop-log.ts'))};
        openDesktopLog(${JSON.stringify(place)}, ${MAX_BYTES}).info({}, 'said');
        process.stdout.write('went on');`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
      });
      expect([stdout, stderr]).toEqual(['went on', expect.stringContaining('"msg":"said"')]);
    }
    expect(statSync(join(folder, 'full', 'temps.log')).size).toBe(MAX_BYTES);
    expect(existsSync(join(folder, 'file', 'temps.log'))).toBe(false);
  });
});
