import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The physical disks of a path by their kernel names (`sda`), or why they are unknown. */
export type DiskFinding =
  | {
      kind: 'disks';
      disks: string[];
      volumeId: string | null;
      /** What the volume is called; null for one without a name. */
      label: string | null;
      /** What the drive says it is, where it is one drive. */
      model: string | null;
      removable: boolean;
    }
  | { kind: 'network'; server: string }
  | { kind: 'memory' }
  | { kind: 'unknown' };

export interface Mount {
  /** Of the mount, of its parent and of its device, as the kernel counts them. Ids of what was unmounted come again. */
  id: string;
  mountPoint: string;
  type: string;
  source: string;
  options: string;
}

const NETWORK_TYPES =
  /^(nfs4?|cifs|smb3?|ncpfs|afs|ceph|9p|fuse\.(sshfs|rclone|s3fs|glusterfs|davfs2?|gvfsd-fuse))$|^davfs$/;
const MEMORY_TYPES = /^(tmpfs|ramfs|devtmpfs)$/;
/** Deeper than any stack of LVM, LUKS, RAID and loop devices anyone runs. */
const MAX_DEPTH = 12;

/**
 * The physical disks a path lies on: through partitions, device mapper (LVM, LUKS), RAID and loop devices down
 * to the disk itself; bind mounts and subfolders end at the same device numbers.
 *
 * @param isDisk ends the descent early at a device; tests let loop devices stand for disks of their own.
 */
export function findDisks(path: string, isDisk: (name: string) => boolean = () => false): DiskFinding {
  const real = realpathSync(path);
  const { dev } = statSync(real, { bigint: true });
  if (existsSync(sysPath(dev))) return describeDevice(dev, isDisk);
  // File systems with device numbers of their own: btrfs, overlay, network, memory.
  const mount = findMount(real);
  if (!mount) return { kind: 'unknown' };
  if (NETWORK_TYPES.test(mount.type)) return { kind: 'network', server: serverOf(mount.source) };
  if (MEMORY_TYPES.test(mount.type)) return { kind: 'memory' };
  if (mount.type === 'overlay') {
    const upper = /(?:^|,)upperdir=([^,]+)/.exec(mount.options)?.[1];
    return upper && existsSync(upper) ? findDisks(upper, isDisk) : { kind: 'unknown' };
  }
  if (mount.source.startsWith('/dev/') && existsSync(mount.source))
    return describeDevice(statSync(mount.source, { bigint: true }).rdev, isDisk);
  return { kind: 'unknown' };
}

function describeDevice(dev: bigint, isDisk: (name: string) => boolean): DiskFinding {
  const disks = collectDisks(sysPath(dev), isDisk);
  if (disks === null) return { kind: 'unknown' };
  return {
    kind: 'disks',
    disks,
    volumeId: findUdevName('by-uuid', dev),
    label: findUdevName('by-label', dev),
    model: findModel(disks),
    removable: disks.every(isRemovable),
  };
}

/** The machine a share is on: `nas` for `nas:/export`, `//nas/share` and `ada@nas:/home`. */
export function serverOf(source: string): string {
  const [host = ''] = source.replace(/^\/\//, '').split(/[:/]/);
  return (host.split('@').at(-1) ?? host).toLowerCase();
}

/** `SanDisk Ultra`; null for several disks, or one that does not say. */
function findModel(disks: readonly string[]): string | null {
  const [disk, another] = disks;
  if (!disk || another) return null;
  const words = ['vendor', 'model'].map((name) => {
    const file = `/sys/block/${disk}/device/${name}`;
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  });
  return words.filter((word) => word !== '').join(' ') || null;
}

/** The disks under a block device, given its folder in /sys; null when some layer cannot be followed. */
export function collectDisks(sys: string, isDisk: (name: string) => boolean): string[] | null {
  const disks = new Set<string>();
  try {
    return descend(realpathSync(sys), isDisk, disks, 0) && disks.size > 0 ? [...disks].sort() : null;
  } catch {
    return null;
  }
}

/** False when some layer cannot be followed: then nothing can be said. */
function descend(sys: string, isDisk: (name: string) => boolean, disks: Set<string>, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  const name = basename(sys);
  if (isDisk(name)) {
    disks.add(name);
    return true;
  }
  if (existsSync(join(sys, 'partition'))) return descend(dirname(sys), isDisk, disks, depth + 1);
  const slaves = existsSync(join(sys, 'slaves')) ? readdirSync(join(sys, 'slaves')) : [];
  if (slaves.length > 0) {
    return slaves.every((slave) =>
      descend(realpathSync(join(sys, 'slaves', slave)), isDisk, disks, depth + 1),
    );
  }
  const backing = join(sys, 'loop', 'backing_file');
  if (!existsSync(backing)) {
    disks.add(name);
    return true;
  }
  const file = readFileSync(backing, 'utf8').trim();
  if (!existsSync(file)) return false;
  const below = findDisks(file, isDisk);
  if (below.kind !== 'disks') return false;
  for (const disk of below.disks) disks.add(disk);
  return true;
}

/** Linux packs the numbers as makedev(3) does. */
export function splitDeviceNumber(dev: bigint): { major: number; minor: number } {
  return {
    major: Number(((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n)),
    minor: Number((dev & 0xffn) | ((dev >> 12n) & 0xffffff00n)),
  };
}

function sysPath(dev: bigint): string {
  const { major, minor } = splitDeviceNumber(dev);
  return `/sys/dev/block/${major}:${minor}`;
}

function isRemovable(disk: string): boolean {
  const sys = `/sys/block/${disk}`;
  if (!existsSync(sys)) return false;
  const flag = join(sys, 'removable');
  return (
    (existsSync(flag) && readFileSync(flag, 'utf8').trim() === '1') || realpathSync(sys).includes('/usb')
  );
}

/** UUID or label of the file system, as blkid shows them. */
function findUdevName(by: 'by-uuid' | 'by-label', dev: bigint): string | null {
  const folder = `/dev/disk/${by}`;
  if (!existsSync(folder)) return null;
  for (const name of readdirSync(folder)) {
    try {
      if (statSync(join(folder, name), { bigint: true }).rdev === dev) return decodeUdevName(name);
    } catch {
      // The drive went while we looked.
    }
  }
  return null;
}

/** udev writes what is no plain letter as `\x20`, byte by byte of the UTF-8 form. */
export function decodeUdevName(name: string): string {
  const bytes = Buffer.from(name, 'utf8')
    .toString('latin1')
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The mount a path lies on: the longest mount point above it, the last one mounted there. */
export function findMount(path: string, mounts = listMounts()): Mount | null {
  const above = mounts.filter(
    ({ mountPoint }) => mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`),
  );
  return above.reduce<Mount | null>(
    (best, mount) => (best && best.mountPoint.length > mount.mountPoint.length ? best : mount),
    null,
  );
}

/** proc_pid_mountinfo(5). */
export function listMounts(text = readFileSync('/proc/self/mountinfo', 'utf8')): Mount[] {
  return text
    .split('\n')
    .filter((line) => line.includes(' - '))
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [type = '', source = '', options = ''] = after.split(' ');
      const fields = before.split(' ');
      return {
        id: fields.slice(0, 3).join(' '),
        mountPoint: unescapeOctal(fields[4] ?? ''),
        type,
        source: unescapeOctal(source),
        options,
      };
    });
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
