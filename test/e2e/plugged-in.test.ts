import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { until } from '../keyring.ts';
import { requires } from '../requires.ts';
import { openSticks, type Stick, type Sticks, whyNoSticks } from '../sticks.ts';
import { askAsOwner, type Served, serve, temps } from './terminal.ts';

const whyNot = whyNoSticks();
const it = requires('sticks', whyNot === null, whyNot ?? '');

let folder: string;
let dataDir: string;
let served: Served;
let sticks: Sticks;
let stick: Stick;
beforeAll(async () => {
  if (whyNot !== null) return;
  folder = mkdtempSync(join(tmpdir(), 'temps-plugged-in-'));
  dataDir = join(folder, 'data');
  served = await serve(dataDir);
  sticks = openSticks();
  stick = sticks.make('ext4', 16, true);
  await stick.plugIn();
});
afterAll(async () => {
  await served?.stop();
  await sticks?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
const cli = (...args: string[]) => temps(dataDir, args);
// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is what it asserts
const ask = async (path: string): Promise<any> => await askAsOwner(served.socket, 'GET', path);
const driveIs = async (state: string) =>
  await until(async () => (await ask('/backups/destinations')).destinations[0].drive === state);
const count = async () => (await ask('/backups')).backups.length;

describe('backups to a stick when it is plugged in', () => {
  it('are said on the command line, and the first is made at once', async () => {
    expect(cli('backup', 'destinations', 'add', 'folder', stick.at, '--name', 'stick').err).toBe('');
    const added = cli('backup', 'schedules', 'add', '--when-plugged-in');
    expect(added.err).toBe('');
    expect(added.out).toBe(
      'Added stick-plugged-in: a backup at stick when it is plugged in, and now if it is there.\n',
    );
    await driveIs('can_be_removed');
    const { backups } = await ask('/backups');
    expect(backups).toMatchObject([{ state: 'confirmed', why: 'schedule', drill_result: 'passed' }]);
    expect(cli('backup', 'schedules', 'list').out).toMatch(
      /^stick-plugged-in {2}stick {2}when it is plugged in {2}plugged in, can be removed {2}last /m,
    );
    expect(cli('backup', 'destinations', 'list').out).toMatch(/ 1 backup {2}plugged in, can be removed$/m);
    expect(cli('backup', 'destinations', 'show', 'stick').out).toMatch(
      /^Drive +plugged in, can be removed$/m,
    );
    expect(cli('backup', 'schedules', 'add', '--when-plugged-in', '--daily', '03:00').code).toBe(2);
  });

  it('are none while it is out, or comes again within the hour', async () => {
    // Nothing keeps it busy.
    await stick.eject();
    await driveIs('away');
    expect(cli('backup', 'schedules', 'list').out).toMatch(/ not plugged in /);
    const { recovery } = (await ask('/vault/status')).health;
    expect(recovery.destinations).toMatchObject([{ name: 'stick', failed: null, drive: 'away' }]);
    expect(
      (await ask('/vault/status')).health.reasons.map(({ code }: { code: string }) => code),
    ).not.toContain('backup_gone');
    await stick.plugIn();
    await driveIs('can_be_removed');
    expect(await count()).toBe(1);
  });

  it('are made where it was plugged in while the program was off', async () => {
    const [{ id }] = (await ask('/backups')).backups;
    expect(cli('backup', 'delete', id, '--yes').code).toBe(0);
    await stick.eject();
    await driveIs('away');
    await served.stop();
    await stick.plugIn();
    served = await serve(dataDir);
    await until(async () => (await count()) === 1);
    await driveIs('can_be_removed');
    expect(readdirSync(stick.at).filter((name) => name.startsWith('temps-'))).toHaveLength(1);
  });

  it('are refused for a folder on the disk of this computer', () => {
    const here = cli('backup', 'destinations', 'add', 'folder', folder, '--name', 'here');
    expect(here.err).toBe('');
    const added = cli('backup', 'schedules', 'add', '--when-plugged-in', '--to', 'here');
    expect([added.code, added.err]).toEqual([
      1,
      expect.stringMatching(/here is on the disk of this computer/),
    ]);
  });
});
