import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { hasChromium } from '../console/support/browser.ts';
import { hasKeyring } from '../keyring.ts';
import { requires } from '../requires.ts';
import { ask, type DesktopHome, openDesktopHome } from './desktop-home.ts';

const it = requires(
  'disks that go and homes that take no writes',
  hasChromium() && hasKeyring() && process.getuid?.() === 0,
  'needs root, chromium and a keyring',
);

let home: DesktopHome;
const mounts: string[] = [];

function mount(at: string, ...how: string[]): void {
  mkdirSync(at, { recursive: true });
  execFileSync('mount', [...how, at]);
  mounts.push(at);
}

const unmount = (at: string) => execFileSync('umount', [at]);

afterEach(async () => {
  for (const at of mounts.splice(0)) spawnSync('umount', ['-l', at]);
  await home?.close();
});

describe('a data directory on a disk that is not there', () => {
  it('is asked about, never begun anew by itself, and opens once the disk is back', async () => {
    home = await openDesktopHome({ hasTray: false });
    const disk = join(home.folder, 'disk');
    const real = join(home.folder, 'real');
    mkdirSync(real);
    mount(disk, '--bind', real);
    const dataDir = join(disk, 'temps');
    const first = await home.launch(['--data-dir', dataDir]);
    const { fingerprint } = await ask(await first.waitForPage(), 'GET', '/vault/status');
    expect(await first.stop()).toBe(0);

    unmount(disk);
    const second = await home.launch(['--data-dir', dataDir]);
    const isAsked = async () => {
      const { dialogs } = await second.waitForState(({ dialogs }) => dialogs.at(-1)?.isOpen === true);
      expect(dialogs.at(-1)?.options.message).toBe(`There is no longer an instance in ${dataDir}.`);
    };
    await isAsked();
    await second.answerDialog('Try again');
    await isAsked();
    expect(readdirSync(disk)).toEqual([]);
    execFileSync('mount', ['--bind', real, disk]);
    await second.answerDialog('Try again');
    expect(await ask(await second.waitForPage(), 'GET', '/vault/status')).toMatchObject({
      state: 'running',
      fingerprint,
    });
    expect(await second.stop()).toBe(0);
  });
});

describe('a home that takes no writes', () => {
  /** Leaves the disk there no room for one byte; what it gives back makes room again. */
  function fill(disk: string): () => void {
    execFileSync('mount', ['-o', 'remount,rw,nr_inodes=1000', disk]);
    const filler = join(disk, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'], { stdio: 'ignore' });
    return () => rmSync(filler);
  }

  it('is named, full or read-only, and opens once it takes them; with the data elsewhere it is enough', async () => {
    home = await openDesktopHome({ hasTray: false });
    const own = join(home.folder, 'home');
    const preferences = join(own, '.config/Temps/desktop.json');
    // The disk itself, two folders and a file: it takes no other, not even the lock of the desktop.
    mount(own, '-t', 'tmpfs', '-o', 'size=8m,nr_inodes=4', 'tmpfs');
    mkdirSync(join(preferences, '..'), { recursive: true });
    writeFileSync(preferences, '{"theme":"dark"}');
    const dataDir = join(own, '.temps');
    const desktop = await home.launch(['--data-dir', dataDir]);
    const nextDialog = async (count: number) => {
      const { dialogs } = await desktop.waitForState(
        ({ dialogs }) => dialogs.length === count && dialogs.at(-1)?.isOpen === true,
      );
      return dialogs.at(-1)?.options;
    };
    const full = {
      message: expect.stringMatching(/^The disk that holds .*\.temps.* is full\. Nothing was changed\.$/),
      detail: `Free some space on the disk of ${dataDir}, then try again.`,
    };
    expect(await nextDialog(1)).toMatchObject(full);
    execFileSync('mount', ['-o', 'remount,ro', own]);
    await desktop.answerDialog('Try again');
    expect(await nextDialog(2)).toMatchObject({
      message: expect.stringContaining(dataDir),
      detail: expect.stringMatching(
        /^Check that the disk of .* is connected and that this account may write/,
      ),
    });
    const makeRoom = fill(own);
    await desktop.answerDialog('Try again');
    expect(await nextDialog(3)).toMatchObject(full);
    makeRoom();
    await desktop.answerDialog('Try again');
    await desktop.waitForPage();
    // It runs on a folder of its own, with what was remembered.
    expect(desktop.state().theme).toBe('dark');
    expect(await desktop.stop()).toBe(0);
    expect(readdirSync(join(preferences, '..'))).toEqual(['desktop.json']);

    fill(own);
    const elsewhere = await home.launch();
    expect(await ask(await elsewhere.waitForPage(), 'GET', '/vault/status')).toMatchObject({
      state: 'running',
    });
    expect(await elsewhere.stop()).toBe(0);
    // What could not be written is said where its log goes then, and the file is as it was.
    expect(elsewhere.output).toContain('the preferences were not written');
    expect(elsewhere.output).toContain('"leaving"');
    expect(readFileSync(preferences, 'utf8')).toBe('{"theme":"dark"}');
  });
});
