import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from '../../store/data-directory.ts';

/**
 * Which data directory this is, by its file system and not by its content: a copy has the same database, and another
 * inode.
 */
export interface Home {
  path: string;
  ino: string;
  dev: string;
}

/**
 * File systems that give a folder another inode number at another mount: FAT, exFAT, NFS, SMB (two), 9p, FUSE
 * (statfs(2), linux/magic.h). There the path is the identity.
 */
const CHANGING_INODES = new Set([0x4d44, 0x2011bab0, 0x6969, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);

export function findHome(dataDir: string): Home {
  const path = realpathSync(dataDir);
  const { ino, dev } = statSync(path, { bigint: true });
  return { path, ino: String(ino), dev: String(dev) };
}

/** Null for a text that is none. */
export function parseHome(text: string): Home | null {
  try {
    const { path, ino, dev } = JSON.parse(text) as Record<string, unknown>;
    if (typeof path !== 'string' || typeof ino !== 'string' || typeof dev !== 'string') return null;
    return { path, ino, dev };
  } catch {
    return null;
  }
}

/** Device numbers may change with a restart of the machine; a folder that was renamed keeps its inode. */
export function isSameHome(recorded: Home, now: Home): boolean {
  if (recorded.ino === now.ino) return recorded.dev === now.dev || recorded.path === now.path;
  return recorded.path === now.path && CHANGING_INODES.has(statfsSync(now.path).type);
}

/** Whether the recorded directory is still where it was, with an instance in it. */
export function isStillThere(recorded: Home): boolean {
  const info = statSync(recorded.path, { bigint: true, throwIfNoEntry: false });
  return (
    info !== undefined && String(info.ino) === recorded.ino && existsSync(join(recorded.path, DATABASE_FILE))
  );
}

/** A name for the keychain's entries that no copy of this directory has. */
export function nameForKeychain(instanceId: string, { path, ino, dev }: Home): string {
  const digest = createHash('sha256').update(`${dev}\n${ino}\n${path}`, 'utf8').digest('hex');
  return `${instanceId}.${digest.slice(0, 8)}`;
}
