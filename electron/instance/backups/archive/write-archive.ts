import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { formatBackupFolder, formatInstanceFolder, MAC_FILE, MANIFEST_FILE } from '../format/manifest.ts';
import type { ManifestPart } from '../format/parts.ts';
import type { BackupFiles } from '../reading/backup-files.ts';
import { damagedBackup } from '../reading/damaged-backup.ts';
import type { ReadManifest } from '../reading/read-manifest.ts';
import { BLOCK, END_BLOCKS, formatEntry, paddingOf } from './archive-format.ts';

/**
 * A stored backup as one tar, a piece after the other. Each part is compared with the manifest on the way: the stream ends
 * with `backup_damaged` where it is another, and what was written until then has no end.
 */
export function packArchive(files: BackupFiles, read: ReadManifest, signal: AbortSignal): Readable {
  return Readable.from(pack(files, read, signal), { objectMode: false, highWaterMark: 256 * 1024 });
}

async function* pack(files: BackupFiles, read: ReadManifest, signal: AbortSignal): AsyncGenerator<Buffer> {
  const { manifest, bytes, mac } = read;
  const folder = `${formatInstanceFolder(manifest.instanceId)}/${formatBackupFolder(manifest)}`;
  const header = (name: string, sizeBytes: number) =>
    formatEntry({ path: `${folder}/${name}`, sizeBytes }, manifest.takenAt);
  const small = [{ name: MANIFEST_FILE, content: bytes }, ...(mac ? [{ name: MAC_FILE, content: mac }] : [])];
  for (const { name, content } of small) {
    yield header(name, content.length);
    yield content;
    yield Buffer.alloc(paddingOf(content.length));
  }
  for (const part of manifest.parts) {
    yield header(part.name, part.sizeBytes);
    yield* readPart(files, part, signal);
    yield Buffer.alloc(paddingOf(part.sizeBytes));
  }
  yield Buffer.alloc(END_BLOCKS * BLOCK);
}

async function* readPart(
  files: BackupFiles,
  { name, sizeBytes, sha256 }: ManifestPart,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let found = 0;
  for await (const chunk of (await files.read(name, signal)) as AsyncIterable<Buffer>) {
    found += chunk.length;
    if (found > sizeBytes) break;
    hash.update(chunk);
    yield chunk;
  }
  if (found !== sizeBytes || hash.digest('hex') !== sha256)
    throw damagedBackup(files.place, 'parts', undefined, name);
}

/** Bytes of the whole tar. */
export function measureArchive({ manifest, bytes, mac }: ReadManifest): number {
  const sizes = [
    bytes.length,
    ...(mac ? [mac.length] : []),
    ...manifest.parts.map(({ sizeBytes }) => sizeBytes),
  ];
  return sizes.reduce((sum, size) => sum + BLOCK + size + paddingOf(size), END_BLOCKS * BLOCK);
}
