import { dirname, isAbsolute, normalize } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { listKeyRecords } from '../key/key-record.ts';
import { looksLikePath } from '../looks-like-path.ts';
import { vaultOperations } from '../operations.ts';
import { proveRotation } from '../rotation/rotation.ts';
import { findOpenRotation } from '../rotation/rotation-record.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import type { BackupFolder } from '../status/backup-half.ts';
import type { VaultCore } from '../vault-core.ts';
import type { CopyFormat } from '../vocabulary.ts';
import type { CopyFacts } from './key-copy.ts';
import { isUnder } from './other-disks.ts';
import type { PlaceCheck } from './places.ts';

/** The known copies of keys: made here, or seen while verifying. */
export interface KeyCopy {
  id: number;
  fingerprint: Fingerprint;
  format: CopyFormat;
  place: string;
  volumeId: string | null;
  separate: boolean;
  /** Where it lies was said by whoever verified it, and not seen. */
  byWord: boolean;
  madeAt: number;
  /** When it was last verified; null if never. */
  verifiedAt: number | null;
  /** Written, or shown to the end. */
  finished: boolean;
}

/** Newest first. */
export function listKeyCopies(core: VaultCore): (KeyCopy & { epoch: number | null })[] {
  const epochs = new Map(listKeyRecords(core.store).map((record) => [record.fingerprint, record.epoch]));
  const rows = core.store.sqlite.prepare(`SELECT ${COLUMNS} FROM key_copies ORDER BY id DESC`).all() as Row[];
  return rows.map((row) => ({ ...fromRow(row), epoch: epochs.get(row.fingerprint) ?? null }));
}

/** Forgets a copy the user no longer has. Throws `not_found`. */
export function forgetKeyCopy(core: VaultCore, actor: Caller | null, id: number): void {
  getKeyCopy(core, id);
  core.store.transaction(() => {
    core.store.sqlite.prepare('DELETE FROM key_copies WHERE id = ?').run(id);
    core.audit.append(vaultOperations.KEY_COPY_FORGOTTEN, actor, { id });
  });
  core.emit('copies');
}

const HANDED_OUT_PLACE: Partial<Record<CopyFormat, string>> = {
  words: 'on paper',
  pdf: 'on paper',
  text: 'password manager',
  age: 'downloaded',
  kdbx: 'downloaded',
  bitwarden: 'password manager',
  csv: 'password manager',
};

const COLUMNS = `id, fingerprint, format, place, volume_id AS volumeId, separate, by_word AS byWord, made_at AS madeAt,
  verified_at AS verifiedAt, finished`;
type Row = Omit<KeyCopy, 'separate' | 'byWord' | 'finished'> &
  Record<'separate' | 'byWord' | 'finished', number>;

function fromRow(row: Row): KeyCopy {
  return { ...row, separate: row.separate === 1, byWord: row.byWord === 1, finished: row.finished === 1 };
}

/** Throws `not_found`. */
export function getKeyCopy(core: VaultCore, id: number): KeyCopy {
  const row = core.store.sqlite.prepare(`SELECT ${COLUMNS} FROM key_copies WHERE id = ?`).get(id);
  if (!row) throw new AppError('not_found', 'This copy does not exist.');
  return fromRow(row as Row);
}

/**
 * Whoever was given the copy says that they have all of it: the words written down, the page printed, the file moved.
 * Throws `not_found`.
 */
export function finishKeyCopy(core: VaultCore, id: number): KeyCopy {
  getKeyCopy(core, id);
  core.store.transaction(() =>
    core.store.sqlite.prepare('UPDATE key_copies SET finished = 1 WHERE id = ?').run(id),
  );
  core.emit('copies');
  return getKeyCopy(core, id);
}

/** Formats that leave this machine by pen or by paste. They count as separate once verified. */
const PEN_OR_PASTE: readonly CopyFormat[] = ['words', 'pdf', 'text', 'bitwarden', 'csv'];

/** What a verification says about where a copy is. */
export interface Separation {
  separate: boolean;
  volumeId: string | null;
  /** Path it was verified from; null when it was sent or typed. */
  path: string | null;
  /** What whoever verified it says of where it lies, when that is all that is known. */
  told?: string;
}

/**
 * Where a copy is that was sent without a path. SECURITY: a sent file may be on the database's own disk: it shows
 * its content, not its location.
 */
export function judgeUnseen(format: CopyFormat, isFile: boolean): Separation {
  return { separate: !isFile && PEN_OR_PASTE.includes(format), volumeId: null, path: null };
}

/**
 * Whether the record of a copy is better than this verification: a file on this disk does not verify paper in a
 * drawer. SECURITY: what somebody said is not better than what was seen.
 */
export function isProvenBetter(copy: KeyCopy, separation: Separation): boolean {
  if (copy.byWord && separation.path !== null) return false;
  return copy.separate && copy.verifiedAt !== null && !separation.separate;
}

/** Records a verification. The caller has checked that no better one is lost (isProvenBetter). */
export function markProven(core: VaultCore, copy: KeyCopy, separation: Separation): void {
  const { separate, volumeId, path, told } = separation;
  const isNamedByUser = !looksLikePath(copy.place) && copy.place !== HANDED_OUT_PLACE[copy.format];
  core.store.transaction(() => {
    core.store.sqlite
      .prepare(
        `UPDATE key_copies SET verified_at = ?, separate = ?, by_word = ?, volume_id = ?, place = ?, finished = 1 WHERE id = ?`,
      )
      .run(
        core.clock.now(),
        separate ? 1 : 0,
        told === undefined ? 0 : 1,
        path === null ? copy.volumeId : volumeId,
        told ?? (path === null || isNamedByUser ? copy.place : path),
        copy.id,
      );
  });
}

/** Why a copy does not count as separate, for people; null when it does, or will once verified. */
export function explainNotSeparate(copy: KeyCopy): string | null {
  if (copy.separate) return null;
  return copy.volumeId === null && !looksLikePath(copy.place)
    ? 'A downloaded file may be on the same disk as the database. It counts once it is verified and whoever does so says where it lies, or once the owner of this machine verified it from a separate drive.'
    : `${copy.place} was not separate from the database when it was verified.`;
}

export function insertKeyCopy(
  core: VaultCore,
  actor: Caller | null,
  key: MasterKey,
  request: { format: CopyFormat; path?: string; place?: string },
  check: PlaceCheck | null,
  verifiedAt: number | null,
): KeyCopy {
  const copy = core.store.transaction(() => {
    const id = core.store.sqlite
      .prepare(
        `INSERT INTO key_copies (fingerprint, format, place, volume_id, separate, made_at, verified_at, finished)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        key.fingerprint,
        request.format,
        request.place ?? request.path ?? HANDED_OUT_PLACE[request.format] ?? 'elsewhere',
        check?.volumeId ?? null,
        (check ?? judgeUnseen(request.format, false)).separate ? 1 : 0,
        core.clock.now(),
        verifiedAt,
        verifiedAt === null ? 0 : 1,
      ) as number;
    const inserted = getKeyCopy(core, id);
    core.audit.append(vaultOperations.KEY_COPY_MADE, actor, {
      format: inserted.format,
      place: inserted.place,
      fingerprint: inserted.fingerprint,
      separate: inserted.separate,
    });
    return inserted;
  });
  core.emit('copies');
  return copy;
}

/** A verified copy of a staged key moves its rotation to `proven`. */
export function noteProof(core: VaultCore, key: MasterKey): void {
  const rotation = findOpenRotation(core.store);
  if (rotation?.state === 'staged' && rotation.newFingerprint === key.fingerprint) proveRotation(core);
  core.emit('copies');
}

/** Facts a copy of this key carries. A staged key will be of the next epoch. */
export function copyFacts(core: VaultCore, key: MasterKey): CopyFacts {
  const records = listKeyRecords(core.store);
  const record = records.find((known) => known.fingerprint === key.fingerprint);
  return {
    instanceId: core.store.identity.id,
    instanceName: core.store.identity.name,
    fingerprint: key.fingerprint,
    epoch: record?.epoch ?? (records[0]?.epoch ?? 0) + 1,
    keyCreatedAt: record?.createdAt ?? findOpenRotation(core.store)?.startedAt ?? core.clock.now(),
    copiedAt: core.clock.now(),
  };
}

export function placeContext(core: VaultCore): { dataDir: string; backupDirs: string[] } {
  return { dataDir: core.dataDir, backupDirs: core.listBackupFolders().map(({ path }) => path) };
}

/**
 * Whether whoever takes a folder of backups, or the drive it is on, takes the copy too. Whatever the copy is worth: a
 * verification that is too old removes no file. Drives without a known UUID, as shares are, are told by where they are mounted.
 */
export function isBeside(
  { place, volumeId }: Pick<KeyCopy, 'place' | 'volumeId'>,
  folder: Pick<BackupFolder, 'path' | 'mountPoint' | 'volumeId'>,
): boolean {
  const isIn = (base: string) => isAbsolute(place) && isUnder(normalize(place), base);
  if (isIn(folder.path)) return true;
  if (volumeId !== null && folder.volumeId !== null) return volumeId === folder.volumeId;
  // Below the root is every other drive, too.
  return dirname(folder.mountPoint) !== folder.mountPoint && isIn(folder.mountPoint);
}
