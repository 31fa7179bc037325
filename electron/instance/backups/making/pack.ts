import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { AppError } from '../../kernel/app-error.ts';
import { toMegabytes } from '../../kernel/bytes.ts';
import type { Context } from '../../kernel/context.ts';
import { askOnce, type NoteProgress, type Program, programFile } from '../../kernel/processes.ts';
import { asStoreError } from '../../store/store-error.ts';
import type { Manifest } from '../format/manifest.ts';
import { type ManifestPart, partHolds } from '../format/parts.ts';

/** What is packed: the database as of one moment, and the list of what is in it. */
export type Packed = Pick<Manifest, 'schemaVersion' | 'auditHead' | 'parts'>;

/** SECURITY: what opens the parts is public; no key is in the process that packs them. */
export interface PackRequest {
  database: string;
  /** An empty folder of ours: the parts are left there, under their names. */
  folder: string;
  /** `age1…`; none for parts that are readable without the key. */
  recipients: string[];
}

/** `refused`: the code of SQLite or of the system. */
export type PackAnswer = { packed: Packed } | { refused: string };

/** What a small database may take on a busy machine. */
const LEAST_MS = 5 * 60_000;
/** The slowest disk that is waited for: a megabyte in a second. */
const SLOWEST_BYTES_PER_MS = 1000;
/** The snapshot and its parts, which may be as large; and what the running instance writes meanwhile. */
const ROOM_FACTOR = 2;
const ROOM_BESIDE_BYTES = 16 * 1024 * 1024;

export const packProgram: Program<PackRequest, PackAnswer> = {
  name: 'backup',
  file: programFile(import.meta, 'pack-process'),
  timeoutMs: LEAST_MS,
  // By hand: the process that packs loads this too, and a library of shapes takes it longer than a small database.
  parseRequest(message) {
    const { database, folder, recipients } = parseFields(message, ['database', 'folder', 'recipients']);
    if (typeof database !== 'string' || typeof folder !== 'string') throw new TypeError('no database');
    if (!Array.isArray(recipients) || !recipients.every(isRecipient)) throw new TypeError('no recipients');
    return { database, folder, recipients };
  },
  parseAnswer(message) {
    if (message !== null && typeof message === 'object' && 'refused' in message) {
      const { refused } = parseFields(message, ['refused']);
      if (typeof refused !== 'string' || !/^[A-Z][A-Z0-9_]{0,60}$/.test(refused))
        throw new TypeError('no code');
      return { refused };
    }
    return { packed: parsePacked(parseFields(message, ['packed']).packed) };
  },
};

/** These fields and no others. */
function parseFields<Name extends string>(message: unknown, names: readonly Name[]): Record<Name, unknown> {
  const found = message !== null && typeof message === 'object' ? Object.keys(message) : [];
  if (found.length !== names.length || !names.every((name) => found.includes(name)))
    throw new TypeError('other fields');
  return message as Record<Name, unknown>;
}

const isRecipient = (message: unknown): message is string =>
  typeof message === 'string' && /^age1[a-z0-9]+$/.test(message);

function parsePacked(message: unknown): Packed {
  const { schemaVersion, auditHead, parts } = parseFields(message, ['schemaVersion', 'auditHead', 'parts']);
  if (!Array.isArray(parts) || parts.length !== partHolds.length) throw new TypeError('no parts');
  return {
    schemaVersion: parseCount(schemaVersion),
    auditHead: auditHead === null ? null : parseHead(auditHead),
    parts: parts.map(parsePart),
  };
}

function parsePart(message: unknown): ManifestPart {
  const fields = ['name', 'holds', 'sizeBytes', 'sha256', 'unpackedBytes'] as const;
  const { name, holds, sizeBytes, sha256, unpackedBytes } = parseFields(message, fields);
  const known = partHolds.find((each) => each === holds);
  if (typeof name !== 'string' || !/^[a-z.]+$/.test(name) || !known) throw new TypeError('no part');
  return {
    name,
    holds: known,
    sizeBytes: parseCount(sizeBytes),
    sha256: parseHash(sha256),
    unpackedBytes: parseCount(unpackedBytes),
  };
}

function parseHead(message: unknown): Packed['auditHead'] {
  const { id, hash } = parseFields(message, ['id', 'hash']);
  if (id === 0) throw new TypeError('no line of the log');
  return { id: parseCount(id), hash: parseHash(hash) };
}

function parseCount(message: unknown): number {
  if (!Number.isSafeInteger(message) || (message as number) < 0) throw new TypeError('no count');
  return message as number;
}

function parseHash(message: unknown): string {
  if (typeof message !== 'string' || !/^[0-9a-f]{64}$/.test(message)) throw new TypeError('no hash');
  return message;
}

/**
 * Takes a snapshot of the running database and packs it, in a process of its own: the event loop does not wait, and
 * memory does not grow with the size. Throws `disk_full`, `disk_failed`, `database_*` and `process_failed`; the folder
 * is the caller's to remove.
 *
 * @param signal kills the process.
 * @param onProgress is told how much of the snapshot is packed: for the first time once it was taken, and the part that it goes to
 * is begun.
 */
export async function packDatabase(
  { processes, store }: Pick<Context, 'processes' | 'store'>,
  { folder, recipients }: Omit<PackRequest, 'database'>,
  signal: AbortSignal,
  onProgress?: NoteProgress,
): Promise<Packed> {
  const database = store.path;
  const sizeBytes = measure(database) + measure(`${database}-wal`);
  await requireRoom(folder, sizeBytes * ROOM_FACTOR + ROOM_BESIDE_BYTES);
  const timeoutMs = LEAST_MS + sizeBytes / SLOWEST_BYTES_PER_MS;
  const answer = await askOnce(
    processes,
    { ...packProgram, timeoutMs },
    { database, folder, recipients },
    { signal, onProgress },
  );
  if ('packed' in answer) return answer.packed;
  const { refused } = answer;
  const known = asStoreError(Object.assign(new Error(refused), { code: refused }), folder);
  throw known instanceof AppError
    ? known
    : new AppError('disk_failed', `The snapshot in ${folder} could not be made (${refused}).`);
}

function measure(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Refused before anything is written: a disk that is filled to its end takes no writes of the instance either. */
async function requireRoom(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  throw new AppError(
    'disk_full',
    `A backup needs ${toMegabytes(neededBytes)} MB of free space on the disk of the database for a while, and there are ${toMegabytes(freeBytes)} MB. Nothing was written.`,
  );
}
