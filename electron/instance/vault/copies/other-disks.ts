import { realpath } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import { type DiskFinding, serverOf } from './linux-disks.ts';

/** Disks on macOS and Windows, as systeminformation tells them. */

export interface Volume {
  path: string;
  /** On another machine, which may be unreachable: then access blocks. */
  isShare: boolean;
}

/** As macOS and Windows name the file systems of other machines. */
const OTHER_SHARES = /^(nfs|smbfs|cifs|afpfs|webdav)$/i;

export interface SurveyedDrives {
  volumes: { mount: string; type: string; fs: string }[];
  devices: {
    name: string;
    mount: string;
    protocol: string;
    uuid: string;
    label: string;
    model: string;
    removable: boolean;
  }[];
}

/** The system's drives, queried once per list or check: on Windows this takes a second. */
export type Survey = () => Promise<SurveyedDrives>;

export function createSurvey(): Survey {
  let asked: Promise<SurveyedDrives> | null = null;
  return () => {
    asked ??= import('systeminformation').then(async ({ blockDevices, fsSize }) => {
      const [volumes, devices] = await Promise.all([fsSize(), blockDevices()]);
      return { volumes, devices };
    });
    return asked;
  };
}

export async function listOtherVolumes(survey: Survey): Promise<Volume[]> {
  const { volumes } = await survey();
  return volumes
    .filter(({ mount }) => mount !== '' && !mount.startsWith('/System/'))
    .map(({ mount, type }) => ({ path: mount, isShare: OTHER_SHARES.test(type) }));
}

/**
 * macOS and Windows: the volume by its mount point, and the drive the system says it is on. Volumes of one APFS
 * container share a drive whose name the system does not give, so only removable drives count as another disk.
 */
export async function findOtherDisks(path: string, drives: SurveyedDrives): Promise<DiskFinding> {
  const real = await realpath(path);
  const volumes = drives.volumes.filter(({ mount }) => mount !== '' && isUnder(real, mount));
  const volume = volumes.sort((a, b) => b.mount.length - a.mount.length)[0];
  if (!volume) return { kind: 'unknown' };
  if (OTHER_SHARES.test(volume.type)) return { kind: 'network', server: serverOf(volume.fs) };
  const device = drives.devices.find(
    (known) => known.mount === volume.mount || known.name === basename(volume.fs),
  );
  if (!device) return { kind: 'unknown' };
  const removable = device.removable || /usb/i.test(device.protocol);
  return {
    kind: 'disks',
    disks: [removable ? device.name : 'internal'],
    volumeId: device.uuid || null,
    label: device.label || null,
    model: device.model || null,
    removable,
  };
}

/** Whether a path is a folder or lies in it; both without links. */
export function isUnder(path: string, base: string): boolean {
  return path === base || path.startsWith(base.endsWith(sep) ? base : base + sep);
}
