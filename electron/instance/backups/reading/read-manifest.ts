import { hasCode } from '../../kernel/app-error.ts';
import type { MasterKey } from '../../vault/sealing/master-key.ts';
import {
  formatBackupFolder,
  formatInstanceFolder,
  MAC_FILE,
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
} from '../format/manifest.ts';
import { isMacOf } from '../format/manifest-mac.ts';
import type { BackupFiles } from './backup-files.ts';
import { readAtMost } from './bounded-reading.ts';
import { damagedBackup } from './damaged-backup.ts';

/** 64 hex digits and a line end. */
const MAX_MAC_BYTES = 100;

/** What a backup says of itself. Nobody vouches for it before `isSigned`. */
export interface ReadManifest {
  manifest: Manifest;
  /** As stored. */
  bytes: Buffer;
  /** What is stored as its HMAC; null where nothing is. */
  mac: Buffer | null;
}

/**
 * Reads the manifest of a backup, and whether it lies where it says. Throws `not_found` for a folder without one: that
 * is no backup; `backup_newer`, `backup_damaged`.
 */
export async function readManifest(files: BackupFiles, signal: AbortSignal): Promise<ReadManifest> {
  const { place } = files;
  const bytes = await readAtMost(await files.read(MANIFEST_FILE, signal), MAX_MANIFEST_BYTES, place);
  if (bytes === null) throw damagedBackup(place, 'manifest');
  return { manifest: parseManifestAt(files, bytes), bytes, mac: await readMac(files, signal) };
}

/** A manifest, and whether it lies where it says. Throws `backup_newer`, `backup_damaged`. */
export function parseManifestAt(
  { place, folder, around }: Pick<BackupFiles, 'place' | 'folder' | 'around'>,
  bytes: Buffer,
): Manifest {
  const manifest = parse(place, bytes);
  // A single backup may be copied anywhere; a folder that says it is an instance's is believed.
  const isAround = !around.startsWith('temps-') || around === formatInstanceFolder(manifest.instanceId);
  if (folder !== formatBackupFolder(manifest) || !isAround) throw damagedBackup(place, 'place');
  return manifest;
}

function parse(place: string, bytes: Buffer): Manifest {
  try {
    return parseManifest(bytes);
  } catch (error) {
    throw hasCode(error, 'backup_damaged') ? damagedBackup(place, 'manifest', error) : error;
  }
}

async function readMac(files: BackupFiles, signal: AbortSignal): Promise<Buffer | null> {
  try {
    return await readAtMost(await files.read(MAC_FILE, signal), MAX_MAC_BYTES, files.place);
  } catch (error) {
    if (hasCode(error, 'not_found')) return null;
    throw error;
  }
}

/** Whether this key vouches for the manifest, byte for byte. */
export function isSigned({ manifest, bytes, mac }: ReadManifest, key: MasterKey): boolean {
  return mac !== null && isMacOf(key, manifest, bytes, mac);
}
