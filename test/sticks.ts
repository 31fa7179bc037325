import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listMounts } from '../electron/instance/vault/copies/linux-disks.ts';
import { type Child, startChild } from './child.ts';
import { until } from './keyring.ts';

/** Images lie on a real disk, even where /tmp is in memory. */
const IMAGES = '/var/tmp';

/**
 * What sticks are formatted as. The kernel's own drivers for FAT are not everywhere; these run as processes.
 * exFAT shows every file as 0777 and takes a chmod without effect; fusefat answers it with an error.
 */
const makers = {
  ext4: ['mkfs.ext4', '-q', '-F', '-O', '^has_journal'],
  exfat: ['mkfs.exfat'],
  fat: ['mkfs.fat'],
} as const;
export type StickFormat = keyof typeof makers;

/** A stick: a disk image that is really mounted. */
export interface Stick {
  /** Where it is mounted; the empty folder is there without it too, as /mnt/usb is. */
  at: string;
  plugIn(options?: { readOnly?: boolean; at?: string }): Promise<void>;
  /** As one ejects it: throws when a file on it stays open. */
  eject(): Promise<void>;
  /** Out it goes, whatever is open: the folder is empty at once. */
  pullOut(): void;
  /** kill -9 of the process that gives a FAT stick its files. */
  killDriver(): Promise<void>;
  /** It stops answering, as a share whose server is gone; with `false` it goes on. Of exFAT and FAT. */
  hang(isHung: boolean): void;
}

export interface Sticks {
  /** For a data directory: in memory, so that any disk is apart from it. */
  memory: string;
  /** @param isNamed whether the system lists it by its UUID, as udev does. */
  make(format: StickFormat, megabytes?: number, isNamed?: boolean): Stick;
  /** Takes every stick out and removes what they were made of. */
  close(): Promise<void>;
}

/** Why sticks cannot be mounted here, or null. */
export function whyNoSticks(): string | null {
  if (process.getuid?.() !== 0 || !existsSync('/dev/loop-control')) return 'needs root and /dev/loop-control';
  if (!existsSync('/dev/fuse')) return 'needs /dev/fuse';
  const missing = ['mkfs.exfat', 'mount.exfat-fuse', 'fusefat', 'mkfs.fat'].filter(
    (command) => spawnSync('which', [command]).status !== 0,
  );
  return missing.length > 0
    ? `needs ${missing.join(', ')} (exfatprogs, exfat-fuse, fusefat, dosfstools)`
    : null;
}

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const isMounted = (at: string) => listMounts().some(({ mountPoint }) => mountPoint === at);

export function openSticks(): Sticks {
  const folder = mkdtempSync(join(IMAGES, 'temps-sticks-'));
  const memory = join(folder, 'memory');
  const sticks: ReturnType<typeof createStick>[] = [];
  mkdirSync(memory);
  run('mount', '-t', 'tmpfs', 'tmpfs', memory);
  return {
    memory,
    make(format, megabytes = 4, isNamed = false) {
      const name = `stick${sticks.length}`;
      const image = join(folder, `${name}.img`);
      run('truncate', '-s', `${megabytes}M`, image);
      const [command, ...args] = makers[format];
      const uuid = isNamed ? randomUUID() : null;
      run(command, ...args, ...(uuid && format === 'ext4' ? ['-U', uuid] : []), image);
      const at = join(folder, name);
      mkdirSync(at);
      const stick = createStick(format, image, at, uuid);
      sticks.push(stick);
      return stick;
    },
    async close() {
      for (const stick of sticks) {
        stick.pullOut();
        await stick.killDriver();
        stick.detach();
      }
      spawnSync('umount', ['-l', memory]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createStick(
  format: StickFormat,
  image: string,
  own: string,
  uuid: string | null,
): Stick & { detach(): void } {
  let at = own;
  let device: string | null = null;
  const listed = uuid === null ? null : join('/dev/disk/by-uuid', uuid);
  let driver: Child | null = null;
  const driverEnded = async () => {
    const ended = driver;
    driver = null;
    await ended?.waitForEnd();
  };
  const detach = () => {
    if (listed) rmSync(listed, { force: true });
    if (device) spawnSync('losetup', ['-d', device]);
    // Whose the device is from now on is not known.
    device = null;
  };
  return {
    at: own,
    detach,
    async plugIn({ readOnly = false, at: place = own } = {}) {
      at = place;
      await driverEnded();
      detach();
      const options = readOnly ? 'ro' : 'rw';
      if (format !== 'fat') device = run('losetup', '-f', '--show', image);
      if (listed && device) {
        mkdirSync(dirname(listed), { recursive: true });
        if (!existsSync(listed)) symlinkSync(device, listed);
      }
      if (format === 'ext4') {
        run('mount', '-o', options, device ?? '', at);
        return;
      }
      // In the foreground, so that it can be ended by its id.
      const [command, ...args] =
        format === 'exfat'
          ? ['mount.exfat-fuse', '-d', '-o', options, device ?? '', at]
          : ['fusefat', '-f', '-o', readOnly ? 'ro' : 'rw+', image, at];
      // Nothing reads what it says while a test waits for a command: a full pipe would hold up both.
      const started = startChild(command, args, { stdio: 'ignore' });
      driver = started;
      await started.waitUntil(() => isMounted(at));
    },
    async eject() {
      // Whoever lists the drives this very moment keeps it busy for no longer than that.
      await until(() => spawnSync('umount', [at]).status === 0);
      await driverEnded();
      detach();
    },
    pullOut() {
      if (isMounted(at)) spawnSync('umount', ['-l', at]);
    },
    hang(isHung) {
      driver?.process.kill(isHung ? 'SIGSTOP' : 'SIGCONT');
    },
    async killDriver() {
      driver?.process.kill('SIGKILL');
      await driverEnded();
    },
  };
}
