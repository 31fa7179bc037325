import { randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../app-error.ts';
import type { CopyFacts, CopyReading } from './copies/key-copy.ts';
import { makeCopy, nameCopyFile } from './copies/make-copy.ts';
import { checkPlace, type PlaceCheck } from './copies/places.ts';
import { formatWords, type WordProblem } from './copies/words.ts';
import { writeCopy } from './copies/write-copy.ts';
import { findKeyRecord, listKeyRecords } from './key-record.ts';
import { proveRotation } from './rotation.ts';
import { findOpenRotation } from './rotation-record.ts';
import type { Fingerprint, MasterKey } from './sealing/master-key.ts';
import { lockedError } from './secret-store.ts';
import type { SecretText } from './secret-text.ts';
import { getKeyFromCopy, type HandedCopy, readHandedCopy } from './unlock.ts';
import { getActiveKey, type VaultCore } from './vault-core.ts';
import type { CopyFormat } from './vocabulary.ts';

/** How many of the 24 words are asked back. */
const ASKED_WORDS = 3;

export interface KeyCopy {
  id: number;
  fingerprint: Fingerprint;
  format: CopyFormat;
  place: string;
  volumeId: string | null;
  separate: boolean;
  madeAt: number;
  /** When it was last read back; null while unproven. */
  verifiedAt: number | null;
}

export interface CopyRequest {
  format: CopyFormat;
  /** A file to write; without it the words or the text are handed out, to be proven by giving them back. */
  path?: string;
  /** What the user calls the place; the path otherwise. */
  place?: string;
  passphrase?: SecretText;
  /** The second yes for a place that is not separate. */
  keepAnyway?: boolean;
  /** The second yes for a file that anyone who finds it can use. */
  unprotectedConfirmed?: boolean;
  /** Whose key: the active one, or the new one of a rotation. */
  of: 'active' | 'rotation';
}

export interface MadeCopy {
  copy: KeyCopy;
  writtenTo: string | null;
  /** Why the place does not count as separate, or null. */
  notSeparate: string | null;
  proof: { needed: null } | { needed: 'words'; positions: number[] } | { needed: 'paste' };
  /** Without a path: what to keep. */
  content: Uint8Array | null;
}

/** Asked-for word positions of a words copy, until it is proven. In memory: a restart asks anew. */
const askedWords = new WeakMap<VaultCore, Map<number, number[]>>();

/**
 * Makes a copy. Written to a file, it is read back from there and compared before it counts as proven.
 *
 * Throws `vault_locked`, `place_not_separate`, `invalid_request`, and what making, writing and reading throw.
 */
export async function createKeyCopy(core: VaultCore, request: CopyRequest): Promise<MadeCopy> {
  const key = getKeyFor(core, request.of);
  if (request.format === 'plain' && !request.unprotectedConfirmed) {
    throw new AppError(
      'invalid_request',
      'A plain key file opens every secret for whoever finds it. Ask for it a second time to have it.',
      {
        fields: { unprotected_confirmed: 'needed for this format' },
      },
    );
  }
  return request.path === undefined
    ? await handOut(core, key, request)
    : await writeToFile(core, key, request, chooseFile(core, key, request.format, request.path));
}

async function writeToFile(
  core: VaultCore,
  key: MasterKey,
  request: CopyRequest,
  path: string,
): Promise<MadeCopy> {
  const check = await checkPlace(path, placeContext(core));
  if (!check.separate && !request.keepAnyway) {
    throw new AppError('place_not_separate', check.message, { details: { reason: check.reason } });
  }
  const options = request.passphrase ? { passphrase: request.passphrase } : {};
  const bytes = await makeCopy(request.format, key, copyFacts(core, key), options);
  await writeCopy(path, bytes);
  // SECURITY: what counts is what the drive gives back, opened like any stranger's copy.
  const read = await getKeyFromCopy({ path, ...options });
  if (read.fingerprint !== key.fingerprint) {
    throw new AppError('copy_damaged', 'The file was written but does not hold the key: do not rely on it.');
  }
  const copy = insertCopy(core, key, { ...request, path }, check, core.clock.now());
  noteProof(core, key);
  return {
    copy,
    writtenTo: path,
    notSeparate: check.separate ? null : check.message,
    proof: { needed: null },
    content: null,
  };
}

/** In a folder, the copy gets the name its format has. */
function chooseFile(core: VaultCore, key: MasterKey, format: CopyFormat, path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? join(path, nameCopyFile(format, copyFacts(core, key))) : resolve(path);
}

/** Words and text to write down or paste elsewhere, or a protected file to download: unproven until it comes back. */
async function handOut(core: VaultCore, key: MasterKey, request: CopyRequest): Promise<MadeCopy> {
  if (request.format !== 'words' && request.format !== 'text' && request.format !== 'age') {
    throw new AppError('invalid_request', 'This format is a file: say where to write it.', {
      fields: { path: 'needed' },
    });
  }
  const options = request.passphrase ? { passphrase: request.passphrase } : {};
  const content = await makeCopy(request.format, key, copyFacts(core, key), options);
  const copy = insertCopy(core, key, request, null, null);
  const proof =
    request.format === 'words'
      ? { needed: 'words' as const, positions: askWords(core, copy.id) }
      : { needed: 'paste' as const };
  return { copy, writtenTo: null, notSeparate: null, proof, content };
}

/**
 * Proves a copy that was handed out: three words by their positions, or the whole thing given back. Throws
 * `not_found`, `copy_not_proven`, `vault_locked`, and what reading throws.
 */
export async function proveKeyCopy(
  core: VaultCore,
  id: number,
  proof: { words?: SecretText[] } & HandedCopy,
): Promise<KeyCopy> {
  const copy = getKeyCopy(core, id);
  const key = core.ring.find(copy.fingerprint);
  if (!key) throw lockedError();
  if (proof.words) requireWords(core, copy, key, proof.words);
  else if ((await getKeyFromCopy(proof)).fingerprint !== copy.fingerprint) {
    throw new AppError('copy_not_proven', 'That is the copy of another key.');
  }
  core.store.transaction(() => {
    core.store.sqlite.prepare('UPDATE key_copies SET verified_at = ? WHERE id = ?').run(core.clock.now(), id);
  });
  askedWords.get(core)?.delete(id);
  noteProof(core, key);
  return getKeyCopy(core, id);
}

/** Which words will be asked for, newly drawn when none are. For copies in the format `words`. */
export function askWords(core: VaultCore, id: number): number[] {
  const asked = askedWords.get(core) ?? new Map<number, number[]>();
  askedWords.set(core, asked);
  const positions = new Set<number>();
  while (positions.size < ASKED_WORDS) positions.add(randomInt(1, 25));
  const sorted = [...positions].sort((a, b) => a - b);
  asked.set(id, sorted);
  return sorted;
}

/** SECURITY: a wrong answer draws new positions, so guessing word by word gets nowhere. */
function requireWords(core: VaultCore, copy: KeyCopy, key: MasterKey, words: SecretText[]): void {
  const positions = askedWords.get(core)?.get(copy.id) ?? [];
  const all = formatWords(key).split(' ');
  const right =
    positions.length === ASKED_WORDS &&
    words.length === ASKED_WORDS &&
    positions.every((position, at) => words[at]?.reveal().trim().toLowerCase() === all[position - 1]);
  if (right) return;
  throw new AppError('copy_not_proven', 'These are not the words asked for. Look at your copy again.', {
    details: { positions: askWords(core, copy.id) },
  });
}

export const verifyVerdicts = [
  'opens_this_instance',
  'older_epoch',
  'other_instance',
  'unknown_key',
  'passphrase_required',
  'passphrase_wrong',
  'words_invalid',
  'damaged',
] as const;
export type VerifyVerdict = (typeof verifyVerdicts)[number];

export interface Verification {
  verdict: VerifyVerdict;
  detail: string;
  fingerprint: Fingerprint | null;
  epoch: number | null;
  problems: WordProblem[];
}

/**
 * Says what a copy is good for. A copy that opens this instance counts as proven from now on; one that was not
 * known (made elsewhere, or carried over) is recorded. Bad copies are verdicts, not errors.
 */
export async function verifyKeyCopy(core: VaultCore, handed: HandedCopy): Promise<Verification> {
  const reading = await readHandedCopy(handed);
  const none = { fingerprint: null, epoch: null, problems: [] };
  switch (reading.outcome) {
    case 'passphrase_required':
      return { ...none, verdict: reading.outcome, detail: 'This copy is protected: give its passphrase.' };
    case 'passphrase_wrong':
      return { ...none, verdict: reading.outcome, detail: 'The passphrase does not open this copy.' };
    case 'words_invalid':
      return {
        ...none,
        verdict: reading.outcome,
        detail: 'Some words are not right.',
        problems: reading.problems,
      };
    case 'damaged':
      return { ...none, verdict: reading.outcome, detail: reading.detail };
    case 'key':
      return await judgeKey(core, reading, handed);
  }
}

async function judgeKey(
  core: VaultCore,
  reading: Extract<CopyReading, { outcome: 'key' }>,
  handed: HandedCopy,
): Promise<Verification> {
  const { fingerprint } = reading.key;
  const rotation = findOpenRotation(core.store);
  if (rotation?.state === 'staged' && rotation.newFingerprint === fingerprint) {
    await recordVerified(core, reading, handed);
    noteProof(core, reading.key);
    return {
      verdict: 'opens_this_instance',
      detail: 'This is the new key of the rotation under way.',
      fingerprint,
      epoch: null,
      problems: [],
    };
  }
  const record = findKeyRecord(core.store, fingerprint);
  const epoch = record?.epoch ?? null;
  if (record?.state === 'active') {
    await recordVerified(core, reading, handed);
    core.emit('copies');
    return {
      verdict: 'opens_this_instance',
      detail: 'This copy opens this instance.',
      fingerprint,
      epoch,
      problems: [],
    };
  }
  if (record) {
    const until =
      record.retiredAt === null ? '' : ` until ${new Date(record.retiredAt).toISOString().slice(0, 10)}`;
    const detail = `This copy is of epoch ${epoch}. It opens backups made from ${new Date(record.activatedAt).toISOString().slice(0, 10)}${until}, not this instance as it is now.`;
    return { verdict: 'older_epoch', detail, fingerprint, epoch, problems: [] };
  }
  if (reading.instanceId !== null && reading.instanceId !== core.store.identity.id) {
    return {
      verdict: 'other_instance',
      detail: 'This copy belongs to another instance.',
      fingerprint,
      epoch,
      problems: [],
    };
  }
  return {
    verdict: 'unknown_key',
    detail: 'This is a key, but not one this instance ever had.',
    fingerprint,
    epoch,
    problems: [],
  };
}

async function recordVerified(
  core: VaultCore,
  reading: Extract<CopyReading, { outcome: 'key' }>,
  handed: HandedCopy,
): Promise<void> {
  const check = handed.path ? await checkPlace(handed.path, placeContext(core)) : null;
  const now = core.clock.now();
  core.store.transaction(() => {
    const { changes } = core.store.sqlite
      .prepare(
        `UPDATE key_copies SET verified_at = @now WHERE fingerprint = @fingerprint AND format = @format
         AND (place = @place OR (volume_id IS NOT NULL AND volume_id = @volume))`,
      )
      .run({
        now,
        fingerprint: reading.key.fingerprint,
        format: reading.format,
        place: handed.path ?? '',
        volume: check?.volumeId ?? null,
      });
    // Typed words and pasted text prove the copies handed out in that format.
    if (changes === 0 && handed.path === undefined) {
      core.store.sqlite
        .prepare(
          'UPDATE key_copies SET verified_at = ? WHERE fingerprint = ? AND format = ? AND volume_id IS NULL',
        )
        .run(now, reading.key.fingerprint, reading.format);
    } else if (changes === 0 && check) {
      insertCopy(core, reading.key, { format: reading.format, path: handed.path ?? '' }, check, now);
    }
  });
}

/** Newest first. */
export function listKeyCopies(core: VaultCore): (KeyCopy & { epoch: number | null })[] {
  const epochs = new Map(listKeyRecords(core.store).map((record) => [record.fingerprint, record.epoch]));
  const rows = core.store.sqlite.prepare(`SELECT ${COLUMNS} FROM key_copies ORDER BY id DESC`).all() as Row[];
  return rows.map((row) => ({ ...fromRow(row), epoch: epochs.get(row.fingerprint) ?? null }));
}

/** Forgets a copy the user no longer has. Throws `not_found`. */
export function forgetKeyCopy(core: VaultCore, id: number): void {
  getKeyCopy(core, id);
  core.store.transaction(() => {
    core.store.sqlite.prepare('DELETE FROM key_copies WHERE id = ?').run(id);
  });
  core.emit('copies');
}

const HANDED_OUT_PLACE: Partial<Record<CopyFormat, string>> = {
  words: 'on paper',
  text: 'password manager',
  age: 'downloaded',
};

const COLUMNS = `id, fingerprint, format, place, volume_id AS volumeId, separate, made_at AS madeAt,
  verified_at AS verifiedAt`;
type Row = Omit<KeyCopy, 'separate'> & { separate: number };

function fromRow(row: Row): KeyCopy {
  return { ...row, separate: row.separate === 1 };
}

function getKeyCopy(core: VaultCore, id: number): KeyCopy {
  const row = core.store.sqlite.prepare(`SELECT ${COLUMNS} FROM key_copies WHERE id = ?`).get(id);
  if (!row) throw new AppError('not_found', 'There is no such copy.');
  return fromRow(row as Row);
}

/** What is handed out leaves this machine by pen or by paste: it counts as separate once proven. */
function insertCopy(
  core: VaultCore,
  key: MasterKey,
  request: Pick<CopyRequest, 'format' | 'path' | 'place'>,
  check: PlaceCheck | null,
  verifiedAt: number | null,
): KeyCopy {
  const id = core.store.transaction(() =>
    core.store.sqlite
      .prepare(
        `INSERT INTO key_copies (fingerprint, format, place, volume_id, separate, made_at, verified_at)
         VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck()
      .get(
        key.fingerprint,
        request.format,
        request.place ?? request.path ?? HANDED_OUT_PLACE[request.format] ?? 'elsewhere',
        check?.volumeId ?? null,
        check === null || check.separate ? 1 : 0,
        core.clock.now(),
        verifiedAt,
      ),
  ) as number;
  core.emit('copies');
  return getKeyCopy(core, id);
}

/** A proven copy of a staged key proves its rotation. */
function noteProof(core: VaultCore, key: MasterKey): void {
  const rotation = findOpenRotation(core.store);
  if (rotation?.state === 'staged' && rotation.newFingerprint === key.fingerprint) proveRotation(core);
  core.emit('copies');
}

function getKeyFor(core: VaultCore, of: 'active' | 'rotation'): MasterKey {
  const active = getActiveKey(core);
  if (of === 'active') return active;
  const rotation = findOpenRotation(core.store);
  const key = rotation && core.ring.find(rotation.newFingerprint);
  if (!key) throw new AppError('not_found', 'No rotation with a new key is under way.');
  return key;
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
  return { dataDir: core.dataDir, backupDirs: [] };
}
