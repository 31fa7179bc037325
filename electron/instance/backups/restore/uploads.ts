import { randomUUID } from 'node:crypto';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { createQueue } from '../../kernel/queue.ts';
import { prepareScratch } from '../../store/scratch.ts';
import { asStoreError } from '../../store/store-error.ts';
import { readBeginning } from '../archive/read-archive.ts';
import type { BackupsCore } from '../backups-core.ts';
import { requireFree, requireKnownVersion, requireRoom } from '../reading/check-backup.ts';
import { chooseBackup } from './find-backups.ts';
import { lookAt } from './target.ts';

/** A backup as one file that comes from another computer, as far as it is here. */
export interface Upload {
  id: string;
  /** As it is called there. SECURITY: for people alone, and never part of a path. */
  name: string;
  sizeBytes: number;
  receivedBytes: number;
}

/** Files that are to be restored, received in pieces: one at a time. */
export interface Uploads {
  /** Takes the place of any before it. Throws `disk_full`. */
  begin(name: string, sizeBytes: number): Promise<Upload>;
  /**
   * Adds the next piece, or again the last one, whose answer may have been lost. The first has all of the manifest, and what
   * that alone can refuse is refused before anything is written. Throws `not_found`, `conflict`, `invalid_request`,
   * `backup_damaged`, `backup_newer`, `backup_of_other_instance`, `disk_full`.
   */
  append(id: string, offset: number, piece: Uint8Array): Promise<Upload>;
  /** Where it is, once all of it is here. Throws `not_found`, `conflict`. */
  find(id: string): { path: string; name: string };
  /** Deletes it, if it is here. */
  drop(id: string): Promise<void>;
  /** Deletes one that nobody has wanted for an hour. */
  dropOld(): Promise<void>;
  stop(): Promise<void>;
}

const KEPT_MS = 60 * 60 * 1000;
/** Its folder in the scratch folder, which is wiped at a start: also after a kill. */
const USE = 'upload';
const FILE = 'backup.tar';

interface Current extends Upload {
  folder: string;
  /** When the last of it came, or it was read, epoch ms. */
  at: number;
}

export function createUploads({ ctx }: Pick<BackupsCore, 'ctx'>): Uploads {
  const { dataDir, clock } = ctx;
  // Whatever comes at once: a piece is written in its place, or not at all.
  const inTurn = createQueue();
  let current: Current | null = null;

  const isOld = ({ at }: Current) => clock.now() - at > KEPT_MS;

  function require(id: string): Current {
    if (current?.id !== id || isOld(current))
      throw new AppError('not_found', 'This upload is not here any more: choose the file again.');
    return current;
  }

  async function remove(): Promise<void> {
    if (!current) return;
    const { folder } = current;
    current = null;
    await rm(folder, { recursive: true, force: true });
  }

  async function append(id: string, offset: number, piece: Uint8Array): Promise<Upload> {
    const upload = require(id);
    const end = offset + piece.length;
    if (piece.length > 0 && end === upload.receivedBytes) return upload;
    if (offset !== upload.receivedBytes)
      throw new AppError('conflict', `The next piece of this upload begins at ${upload.receivedBytes}.`, {
        details: { received_bytes: upload.receivedBytes },
      });
    if (piece.length === 0 || end > upload.sizeBytes)
      throw new AppError(
        'invalid_request',
        `A piece has at least a byte, and no more than what is missing: ${upload.sizeBytes - offset} bytes.`,
      );
    try {
      if (offset === 0) requireUsable(upload, piece);
      await write(join(upload.folder, FILE), offset, piece);
    } catch (error) {
      // What its beginning refuses, the rest does not change.
      if (offset === 0) await remove();
      throw error;
    }
    upload.receivedBytes = end;
    upload.at = clock.now();
    return upload;
  }

  /** What a restore refuses by the manifest alone. */
  function requireUsable({ name, sizeBytes }: Upload, beginning: Uint8Array): void {
    const found = readBeginning(Buffer.from(beginning), name);
    chooseBackup({ backups: [found], unusable: [] }, lookAt(dataDir).instance?.id ?? null);
    requireKnownVersion(name, found.read.manifest);
    requireRoom(found.read.manifest, dataDir, sizeBytes);
  }

  return {
    begin: (name, sizeBytes) =>
      inTurn(async () => {
        await remove();
        requireFree(sizeBytes, dataDir, 'Receiving this file');
        const folder = prepareScratch(dataDir, USE);
        current = { id: randomUUID(), name, sizeBytes, receivedBytes: 0, folder, at: clock.now() };
        const begun = current;
        try {
          await writeFile(join(folder, FILE), '', { flag: 'wx', mode: 0o600 });
        } catch (error) {
          await remove();
          throw asStoreError(error, folder);
        }
        return begun;
      }),
    append: (id, offset, piece) => inTurn(() => append(id, offset, piece)),
    find(id) {
      const upload = require(id);
      const { folder, name, sizeBytes, receivedBytes } = upload;
      if (receivedBytes < sizeBytes)
        throw new AppError(
          'conflict',
          `Not all of ${name} is here: ${receivedBytes} of ${sizeBytes} bytes.`,
          { details: { received_bytes: receivedBytes } },
        );
      // It is kept while it is read.
      upload.at = clock.now();
      return { path: join(folder, FILE), name };
    },
    drop: (id) =>
      inTurn(async () => {
        if (current?.id === id) await remove();
      }),
    dropOld: () =>
      inTurn(async () => {
        if (current && isOld(current)) await remove();
      }),
    stop: () => inTurn(remove),
  };
}

async function write(path: string, offset: number, piece: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      for (let done = 0; done < piece.length; ) {
        const { bytesWritten } = await file.write(piece, done, piece.length - done, offset + done);
        done += bytesWritten;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asStoreError(error, path);
  }
}
