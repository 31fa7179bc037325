import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it as plainIt } from 'vitest';
import {
  collectDisks,
  type DiskFinding,
  decodeUdevName,
  listMounts,
  serverOf,
  splitDeviceNumber,
} from '../../../../electron/instance/vault/copies/linux-disks.ts';
import {
  answerInTime,
  checkPlace,
  compareDisks,
  listPlaces,
} from '../../../../electron/instance/vault/copies/places.ts';
import { readBack } from '../../../../electron/instance/vault/copies/write-copy.ts';
import { requires } from '../../../requires.ts';

const isRoot = process.getuid?.() === 0;
const canLoop = isRoot && existsSync('/dev/loop-control') && spawnSync('losetup', ['-f']).status === 0;
const it = requires('loop devices', canLoop, 'needs root and /dev/loop-control');

let folder: string;
let undo: (() => void)[];
let instance: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temps-places-'));
  undo = [];
  instance = join(folder, 'instance');
  mkdirSync(instance);
});
afterEach(() => {
  for (const step of undo.reverse()) step();
  rmSync(folder, { recursive: true, force: true });
});

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** A disk image as a loop device, with partitions where they are asked for. */
function attach(name: string, script?: string): string {
  const image = join(folder, `${name}.img`);
  run('truncate', '-s', '48M', image);
  if (script) execFileSync('sfdisk', ['-q', image], { input: script });
  const device = run('losetup', '-f', '--show', '-P', image);
  undo.push(() => spawnSync('losetup', ['-d', device]));
  return device;
}

function mount(device: string, name: string, make = ['mkfs.ext4', '-q', '-F']): string {
  const [command = '', ...args] = make;
  run(command, ...args, device);
  const at = join(folder, name);
  mkdirSync(at);
  run('mount', device, at);
  undo.push(() => spawnSync('umount', ['-l', at]));
  return at;
}

/** Loop devices stand for disks of their own here: their images all lie on one disk, which the product sees. */
const isDisk = (name: string) => /^loop\d+$/.test(name);
const reasonOf = async (path: string, dataDir: string, options: object = { isDisk }) =>
  (await checkPlace(path, { dataDir, backupDirs: [], ...options })).reason;

describe('whether a place is separate', () => {
  it('two disks are; one disk by its name, a folder in it, and a bind mount of it are not', async () => {
    const data = mount(attach('one'), 'data');
    const other = mount(attach('two'), 'other');
    mkdirSync(join(data, 'instance'));
    mkdirSync(join(data, 'copies/deep'), { recursive: true });
    const dataDir = join(data, 'instance');
    expect(await reasonOf(join(other, 'key.age'), dataDir)).toBeNull();
    expect(await reasonOf(join(data, 'key.age'), dataDir)).toBe('same_disk');
    expect(await reasonOf(join(data, 'copies/deep/key.age'), dataDir)).toBe('same_disk');
    expect(await reasonOf(join(dataDir, 'key.age'), dataDir)).toBe('inside_data_dir');
    const bound = join(folder, 'bound');
    mkdirSync(bound);
    run('mount', '--bind', join(data, 'copies'), bound);
    undo.push(() => spawnSync('umount', ['-l', bound]));
    expect(await reasonOf(join(bound, 'key.age'), dataDir)).toBe('same_disk');
  });

  it('two partitions of one disk are not', async () => {
    const device = attach('parts', 'label: gpt\nsize=20M\nsize=20M\n');
    const parts = readdirSync('/sys/class/block').filter((name) => name.startsWith(`${basename(device)}p`));
    if (parts.length !== 2) {
      // Without udev the nodes are made by hand.
      spawnSync('partx', ['-u', device]);
    }
    for (const part of parts) {
      if (!existsSync(`/dev/${part}`)) {
        const [major = '', minor = ''] = run('cat', `/sys/class/block/${part}/dev`).split(':');
        run('mknod', `/dev/${part}`, 'b', major, minor);
      }
    }
    const first = mount(`${device}p1`, 'first');
    const second = mount(`${device}p2`, 'second');
    expect(await reasonOf(join(second, 'key.age'), first)).toBe('same_disk');
    const other = mount(attach('third'), 'third');
    expect(await reasonOf(join(other, 'key.age'), first)).toBeNull();
  });

  plainIt('LVM, LUKS and RAID are followed down to every disk below them', () => {
    // As /sys has it: sda with two partitions, sdb, and on top of them what lvcreate, cryptsetup and mdadm make.
    const sys = join(folder, 'sys');
    const node = (path: string, slaves: string[] = [], partition = false) => {
      mkdirSync(join(sys, path, 'slaves'), { recursive: true });
      if (partition) writeFileSync(join(sys, path, 'partition'), '1');
      for (const slave of slaves) symlinkSync(join(sys, slave), join(sys, path, 'slaves', basename(slave)));
      return join(sys, path);
    };
    const disks = (path: string) => collectDisks(path, () => false);
    node('sda');
    node('sdb');
    const first = node('sda/sda1', [], true);
    node('sda/sda2', [], true);
    const data = node('dm-0', ['sda/sda2']);
    const sibling = node('dm-1', ['sda/sda2']);
    const crypt = node('dm-2', ['dm-1']);
    const spanning = node('dm-3', ['sda/sda2', 'sdb']);
    const raid = node('md0', ['sda/sda1', 'sdb']);
    expect([first, data, sibling, crypt].map(disks)).toEqual(Array(4).fill(['sda']));
    expect([spanning, raid].map(disks)).toEqual(Array(2).fill(['sda', 'sdb']));
    expect(disks(join(sys, 'sdb'))).toEqual(['sdb']);
    // A layer that cannot be followed: nothing is said, so nothing counts as separate.
    const broken = node('dm-4', ['sdb']);
    symlinkSync(join(sys, 'gone'), join(broken, 'slaves', 'gone'));
    expect(disks(broken)).toBeNull();
    node('dm-5');
    symlinkSync(join(sys, 'dm-5'), join(sys, 'dm-5', 'slaves', 'dm-5'));
    expect(disks(join(sys, 'dm-5'))).toBeNull();
  });

  it('a disk image is where its file is', async () => {
    const image = mount(attach('image'), 'image');
    expect(await reasonOf(join(image, 'k'), instance, {})).toBe('same_disk');
  });

  it('beside a backup is not, whatever the disk', async () => {
    const other = mount(attach('two'), 'other');
    mkdirSync(join(other, 'backups'));
    const check = await checkPlace(join(other, 'backups/key.age'), {
      dataDir: instance,
      backupDirs: [join(other, 'backups')],
      isDisk,
    });
    expect(check).toMatchObject({ separate: false, reason: 'beside_backup' });
  });

  const memory = requires('tmpfs', isRoot, 'needs root');
  memory('in memory is not', async () => {
    const at = join(folder, 'memory');
    mkdirSync(at);
    run('mount', '-t', 'tmpfs', 'tmpfs', at);
    undo.push(() => spawnSync('umount', ['-l', at]));
    expect(await reasonOf(join(at, 'k'), instance)).toBe('not_lasting');
  });

  plainIt('a folder that is not there is no place', async () => {
    await expect(
      checkPlace(join(folder, 'no/such/key'), { dataDir: folder, backupDirs: [] }),
    ).rejects.toMatchObject({ code: 'place_unusable' });
  });

  it('the list of places has a drive with its free space as soon as it is there', async () => {
    const data = mount(attach('data'), 'data');
    const before = await listPlaces({ dataDir: data, backupDirs: [], isDisk });
    const at = mount(attach('drive'), 'drive');
    const after = await listPlaces({ dataDir: data, backupDirs: [], isDisk });
    expect(before.some((place) => place.path === at)).toBe(false);
    expect(after.find((place) => place.path === at)).toMatchObject({
      separate: true,
      freeBytes: expect.any(Number),
      label: 'drive',
    });
    run('umount', at);
    const gone = await listPlaces({ dataDir: data, backupDirs: [], isDisk });
    expect(gone.some((place) => place.path === at)).toBe(false);
  });

  plainIt('the list of places is there in less than a second and a half', async () => {
    const began = performance.now();
    const places = await listPlaces({ dataDir: instance, backupDirs: [] });
    expect(performance.now() - began).toBeLessThan(1500);
    expect(places.find(({ path }) => path === homedir())?.label).toBe('Home folder');
  });

  plainIt('a share that does not answer is left out, and not asked again meanwhile', async () => {
    let answer: (place: string) => void = () => {};
    let asked = 0;
    const look = () => {
      asked += 1;
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    };
    expect(await answerInTime('/mnt/nas', look, 1)).toBeNull();
    expect(await answerInTime('/mnt/nas', look, 1)).toBeNull();
    expect(asked).toBe(1);
    expect(await answerInTime('/mnt/other', async () => 'there', 1000)).toBe('there');
    answer('back');
    await nextTurn();
    expect(await answerInTime('/mnt/nas', async () => 'back', 1000)).toBe('back');
  });

  plainIt(
    'a share of the machine that holds the database is not separate, and what is unknown neither',
    () => {
      const disk = (name: string): DiskFinding => ({
        kind: 'disks',
        disks: [name],
        volumeId: null,
        label: null,
        model: null,
        removable: false,
      });
      const share = (source: string): DiskFinding => ({ kind: 'network', server: serverOf(source) });
      const unknown: DiskFinding = { kind: 'unknown' };
      expect(compareDisks(share('nas:/copies'), share('//NAS/data'))).toBe('same_disk');
      expect(compareDisks(share('ada@nas:/home'), share('nas:/data'))).toBe('same_disk');
      expect(compareDisks(share('attic:/copies'), share('nas:/data'))).toBeNull();
      expect(compareDisks(share('nas:/copies'), disk('sda'))).toBeNull();
      expect(compareDisks(share('nas:/copies'), unknown)).toBe('unknown_disk');
      expect(compareDisks(disk('sdb'), unknown)).toBe('unknown_disk');
      expect(compareDisks(unknown, disk('sda'))).toBe('unknown_disk');
      expect(compareDisks({ kind: 'memory' }, { kind: 'memory' })).toBe('not_lasting');
    },
  );

  plainIt(
    'beside a backup folder that is gone is judged by its disk, and one that cannot be looked at is said',
    async () => {
      mkdirSync(join(folder, 'copies'));
      const gone = { dataDir: instance, backupDirs: [join(folder, 'gone')] };
      expect((await checkPlace(join(folder, 'copies/k'), gone)).reason).not.toBe('beside_backup');
      const file = join(folder, 'file');
      writeFileSync(file, '');
      await expect(
        checkPlace(join(folder, 'copies/k'), { dataDir: instance, backupDirs: [join(file, 'below')] }),
      ).rejects.toMatchObject({ code: 'place_unusable' });
    },
  );
});

describe('writing a copy', () => {
  const traced = requires(
    'faults at system calls',
    spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0,
    'needs strace (Debian: apt-get install strace)',
  );
  traced('works where there are no links, as on FAT, and never over a file', async () => {
    const path = join(folder, 'key.age');
    const source = join(import.meta.dirname, '../../../../electron/instance/vault/copies/write-copy.ts');
    const script = `import(${JSON.stringify(source)}).then((m) => m.writeCopy(${JSON.stringify(path)}, Buffer.from('contents'))).then(() => console.log('written'), (error) => console.log(error.code))`;
    const withoutLinks = () =>
      spawnSync(
        'strace',
        [
          '-f',
          '-qq',
          '-o',
          '/dev/null',
          '-e',
          'inject=link,linkat:error=EPERM',
          process.execPath,
          '-e',
          script,
        ],
        { encoding: 'utf8' },
      ).stdout.trim();
    expect(withoutLinks()).toBe('written');
    expect(Buffer.from(await readBack(path)).toString()).toBe('contents');
    expect(withoutLinks()).toBe('place_occupied');
    expect(readdirSync(folder).sort()).toEqual(['instance', 'key.age']);
  });

  plainIt('reads back files only, and not large ones', async () => {
    await expect(readBack(folder)).rejects.toMatchObject({ code: 'place_unusable' });
    writeFileSync(join(folder, 'large'), Buffer.alloc(1024 * 1024 + 1));
    await expect(readBack(join(folder, 'large'))).rejects.toMatchObject({ code: 'place_unusable' });
    await expect(readBack(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('what the kernel says', () => {
  plainIt('device numbers are split as makedev packs them', () => {
    expect(splitDeviceNumber(0x0801n)).toEqual({ major: 8, minor: 1 });
    expect(splitDeviceNumber(0x10301n)).toEqual({ major: 259, minor: 1 });
    expect(splitDeviceNumber(0x100_0103n)).toEqual({ major: 1, minor: 4099 });
  });

  plainIt('names of volumes are read as udev writes them', () => {
    expect(decodeUdevName('KINGSTON\\x2016G')).toBe('KINGSTON 16G');
    expect(decodeUdevName('Schl\\xc3\\xbcssel')).toBe('Schlüssel');
    expect(decodeUdevName('Schlüssel\\x20a')).toBe('Schlüssel a');
  });

  plainIt('names with spaces in the list of mounts are read', () => {
    const [mountPoint] = listMounts(
      '36 35 98:0 /x /mnt/USB\\040Stick rw,noatime shared:1 - vfat /dev/sdb1 rw\n',
    );
    expect(mountPoint).toMatchObject({ mountPoint: '/mnt/USB Stick', type: 'vfat', source: '/dev/sdb1' });
  });
});
