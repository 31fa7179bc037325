import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve, temps } from './terminal.ts';

let folder: string;
let dataDir: string;
let disk: string;
let served: Served;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-backup-journey-'));
  dataDir = join(folder, 'data');
  disk = join(folder, 'disk');
  mkdirSync(disk);
  served = await serve(dataDir);
});
afterAll(async () => {
  await served?.stop();
  rmSync(folder, { recursive: true, force: true });
});
const RECIPIENTS = [
  'age10nqqxq3563xnahxk0kh5wm8vfgw2j5asl8lsh5qum0zgx3jd8cmqlw4n5e',
  'age1e73ktzvt0tksashxu008js8ph5txf8f9e80ful8dej6fr7y0qefsvwj8lt',
] as const;
const cli = (...args: string[]) => temps(dataDir, args);

describe('backups on the command line', () => {
  it('are said to have nowhere to go, made, listed, shown and deleted', () => {
    const early = cli('backup', 'now');
    expect([early.code, early.err]).toEqual([4, expect.stringContaining('backup destinations add folder')]);
    const nowhere = cli('backup', 'destinations', 'add', 'folder', join(folder, 'nowhere'));
    expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining('is not there')]);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);

    const added = cli('backup', 'destinations', 'add', 'folder', disk);
    expect(added.err).toBe('');
    expect(added.out).toContain('Added disk: a file was written to');
    const made = cli('backup', 'now', '--json');
    expect(made.err).toBe('');
    const [{ id, folder: where, state }] = JSON.parse(made.out);
    expect(state).toBe('confirmed');
    expect(readdirSync(join(disk, where))).toContain('manifest.json');
    expect(cli('backup', 'list').out).toMatch(new RegExp(`^${id} .* disk .* verified, not drilled$`, 'm'));
    expect(cli('backup', 'show', id.slice(0, 13)).out).toContain(join(disk, where));
    expect(cli('status').out).toMatch(/^Recovery {2}If this computer died now, everything .* would be lost/m);
    expect(cli('key', 'backup-identity').out).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}\n$/);

    const asked = cli('backup', 'delete', id);
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('lost for good')]);
    expect(existsSync(join(disk, where))).toBe(true);
    expect(cli('backup', 'delete', id, '--yes').code).toBe(0);
    expect(existsSync(join(disk, where))).toBe(false);
  });

  it('go to the one that is named, and to all others where one is gone', () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    const added = cli(
      'backup',
      'destinations',
      'add',
      'folder',
      other,
      '--readable-without-key',
      '--name',
      'b',
    );
    expect(added.out).toContain('can be read without the key');
    expect(cli('backup', 'now', '--to', 'b').out).toContain('Made a backup at b and verified it');
    expect(readdirSync(disk)).toEqual([]);
    rmSync(other, { recursive: true });
    const now = cli('backup', 'now');
    expect(now.out).toContain('Made a backup at disk');
    expect([now.code, now.err]).toEqual([1, expect.stringContaining(`b: ${other} is not there`)]);
    expect(cli('backup', 'destinations', 'test', 'b').code).toBe(1);
    expect(cli('backup', 'destinations', 'remove', 'b').out).toContain('Removed b');
    expect(cli('backup', 'destinations', 'list').out).toMatch(/^disk .* encrypted .* 1 backup$/m);
    expect(cli('backup', 'now', '--to', 'b').code).toBe(4);
    expect(cli('backup', 'destinations', 'sell').code).toBe(2);
    const recipients = RECIPIENTS.join(',');
    const folderOf = (more: string[]) => cli('backup', 'destinations', 'add', 'folder', folder, ...more);
    const doubled = folderOf(['--recipient', recipients, '--recipient', RECIPIENTS[0]]);
    expect([doubled.code, doubled.err]).toEqual([1, expect.stringContaining('is given twice')]);
    expect(folderOf(['--name', 'c', '--recipient', recipients]).out).toContain(
      `identity of ${RECIPIENTS.join(' or ')}`,
    );
    expect(cli('backup', 'destinations', 'list').out).toMatch(/^c .* encrypted, also for 2 recipients /m);
    expect(cli('backup', 'destinations', 'show', 'c').out).toMatch(
      new RegExp(`^Also decrypted by +${RECIPIENTS[1]}$`, 'm'),
    );
    const change = (...more: string[]) => cli('backup', 'destinations', 'recipients', 'c', ...more);
    const [first = '', second = ''] = RECIPIENTS;
    expect(change().out).toContain(`${first}\n${second}\n`);
    expect(change('--remove', first).out).toMatch(/from now on; those made before stay as they are/);
    expect(change('--remove', first)).toMatchObject({ code: 4 });
    expect(JSON.parse(change('--remove', second, '--add', first, '--json').out).recipients).toEqual([first]);
    expect(change('--add', 'age1nobody')).toMatchObject({ code: 1 });
    expect(change('--remove', first).out).toContain('for the key alone');
    const shown = change('--new-recovery-key');
    expect([shown.code, shown.err]).toEqual([2, expect.stringContaining('needs a terminal')]);
    expect(change().out).toBe('Its backups are encrypted: the key decrypts them, or a copy of it.\n');
    expect(cli('backup', 'destinations', 'remove', 'c').code).toBe(0);
  });

  it('are made by schedules, which are added in words, listed, disabled and removed', () => {
    const schedules = (...args: string[]) => cli('backup', 'schedules', ...args);
    const added = schedules('add', '--daily', '03:05');
    expect(added.err).toBe('');
    expect(added.out).toMatch(/^Added disk-daily: a backup at disk every day at 03:05, next \S+ 03:05\.$/m);
    for (const args of [[], ['--daily', '25:00'], ['--every', '7h'], ['--daily', '3:00', '--every', '6h']])
      expect(schedules('add', ...args).code, args.join(' ')).toBe(2);
    expect(schedules('disable', 'disk-daily').out).toContain('makes no more backups');
    expect(schedules('list').out).toMatch(
      /^disk-daily {2}disk {2}every day at 03:05 {2}disabled {2}not run yet$/m,
    );
    expect(schedules('remove', 'disk-daily').out).toContain('The backups it made stay.');
    expect(schedules('remove', 'disk-daily').code).toBe(4);
  });

  it('are kept in a number that is set once it was said what it removes, and removed', () => {
    expect(cli('backup', 'prune').code).toBe(4);
    expect(cli('backup', 'retention', 'disk').out).toBe('disk keeps all backups.\n');
    expect(cli('backup', 'now').code).toBe(0);
    for (const wrong of [
      ['--keep-last', 'x'],
      ['--keep-last', '1', '--keep-all'],
    ])
      expect(cli('backup', 'retention', 'disk', ...wrong).code, wrong.join(' ')).toBe(2);
    const asked = cli('backup', 'retention', 'disk', '--keep-last', '1');
    expect([asked.code, asked.err]).toEqual([
      1,
      expect.stringContaining('1 backup at disk would be removed'),
    ]);
    expect(cli('backup', 'retention', 'disk', '--keep-last', '1', '--yes').out).toBe('disk keeps 1 last.\n');
    expect(cli('backup', 'prune', '--dry-run').out).toMatch(/^Would remove 1 backup at disk:$/m);
    expect(cli('backup', 'prune', '--yes').out).toMatch(/^Removed 1 backup at disk:$/m);
    expect(
      cli('backup', 'list')
        .out.trim()
        .split('\n')
        .filter((line) => line.includes('verified')),
    ).toHaveLength(1);
    expect(cli('backup', 'writers', 'list').out).toContain('No backup that another computer made');
  });

  it('are named by number where somebody else removed one, and not where this instance did; a place says what it lacks', () => {
    const place = join(folder, 'counted');
    mkdirSync(place);
    expect(cli('backup', 'destinations', 'add', 'folder', place).code).toBe(0);
    const make = () => JSON.parse(cli('backup', 'now', '--to', 'counted', '--json').out)[0];
    const [first, second, third] = [make(), make(), make()];
    expect(second.sequence).toBe(first.sequence + 1);
    const list = () => cli('restore', place, '--list').out;
    expect(list()).not.toContain('not here');
    expect(list()).toContain('Whether there are newer ones elsewhere is not known here.');
    rmSync(join(place, second.folder), { recursive: true });
    expect(list()).toContain(
      `\nNo. ${second.sequence} is not here: it failed, was removed, or is elsewhere.\n`,
    );
    expect(JSON.parse(cli('restore', place, '--list', '--json').out).missing).toMatchObject([
      { writer_id: expect.any(String), from: second.sequence, to: second.sequence },
    ]);
    // After a backup the destination is compared.
    const fourth = make();
    const day = new Date(second.taken_at).toISOString().slice(0, 10);
    const gone = `Backup no. ${second.sequence} of ${day} is not at counted any more, and this instance did not remove it.`;
    expect(cli('backup', 'list').out).toMatch(new RegExp(`^${second.id} .* gone, noticed .*: ${gone}$`, 'm'));
    expect(JSON.parse(cli('backup', 'show', second.id, '--json').out).gone_note).toBe(gone);
    expect(cli('backup', 'delete', third.id, '--yes').code).toBe(0);
    make();
    const listed = cli('backup', 'list').out;
    expect(listed).not.toContain(third.id);
    expect(listed.match(/any more/g)).toHaveLength(1);
    // In a new data directory nothing but the manifests is known.
    const elsewhere = temps(join(folder, 'new'), ['restore', place, '--list']).out;
    expect(elsewhere).toContain(
      `No. ${second.sequence} and ${third.sequence} are not here: they failed, were removed, or are elsewhere.`,
    );
    expect(elsewhere).toContain(`  no. ${fourth.sequence}  `);
    const previewed = temps(join(folder, 'new'), [
      'restore',
      place,
      '--key',
      join(dataDir, 'encryption_key'),
    ]);
    expect(previewed.err).toContain(`No. ${second.sequence} and ${third.sequence} are not here`);
  });

  it('say where a copy of the key is with them', () => {
    const place = join(folder, 'both');
    mkdirSync(place);
    const copied = cli('key', 'copy', '--format', 'plain', '--to', place, '--unprotected', '--keep-anyway');
    expect(copied.err).toBe('');
    const note = `A copy of the key is in the same place as these backups (${join(place, 'encryption_key')})`;
    expect(cli('backup', 'destinations', 'add', 'folder', place).out).toContain(note);
    expect(cli('backup', 'destinations', 'list').out).toMatch(
      /^both .* not separate, with a copy of the key /m,
    );
    expect(cli('backup', 'destinations', 'show', 'both').out).toContain(note);
    expect(cli('backup', 'destinations', 'test', 'both').out).toContain(note);
    expect(cli('key', 'status').out).toContain('Backups go to the same place, both: anyone who takes one');
    expect(cli('backup', 'destinations', 'remove', 'both').code).toBe(0);
  });
});
