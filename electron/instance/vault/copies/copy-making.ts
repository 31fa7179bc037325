import { randomInt } from 'node:crypto';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { removeFile } from '../custody/key-file.ts';
import { StrongPassphrase } from '../custody/strong-passphrase.ts';
import { chooseKey, getKeysFromCopy, getKeysReading, type HandedCopy } from '../key/unlock.ts';
import { looksLikePath } from '../looks-like-path.ts';
import { vaultOperations } from '../operations.ts';
import { findOpenRotation } from '../rotation/rotation-record.ts';
import type { MasterKey } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import { lockedError } from '../secrets/secret-store.ts';
import { getActiveKey, type VaultCore } from '../vault-core.ts';
import type { CopyFormat } from '../vocabulary.ts';
import type { FollowStage } from './copy-progress.ts';
import {
  copyFacts,
  explainNotSeparate,
  getKeyCopy,
  insertKeyCopy,
  isProvenBetter,
  judgeUnseen,
  type KeyCopy,
  markProven,
  noteProof,
  placeContext,
  type Separation,
} from './key-copies.ts';
import { nameCopyFile, type ReadKey } from './key-copy.ts';
import { describeKitBackups, type KitBackupPage, type KitBackups } from './kit-backups.ts';
import { describeKit, type KitPage } from './kit-text.ts';
import { makeCopy } from './make-copy.ts';
import { checkPlace, type PlaceCheck } from './places.ts';
import { findWord, formatWords } from './words.ts';
import { findFileSystem, goneError, requireFreeFile, writeCopy } from './write-copy.ts';

/** How many of the 24 words are asked for. */
const ASKED_WORDS = 3;

export interface CopyRequest {
  format: CopyFormat;
  /** A file to write; without it the words or the text are returned, and verified by sending them back. */
  path?: string;
  /** What the user calls the place; the path otherwise. */
  place?: string;
  passphrase?: SecretText;
  /** Confirms a place that is not separate. */
  keepAnyway?: boolean;
  /** Confirms an unencrypted file. */
  unprotectedConfirmed?: boolean;
  /** Whose key: the active one, or the new one of a rotation. */
  of: 'active' | 'rotation';
  /** Told how far it has come. */
  follow?: FollowStage | undefined;
}

export interface MadeCopy {
  copy: KeyCopy;
  writtenTo: string | null;
  /** Why the place does not count as separate, or null. */
  notSeparate: string | null;
  proof: { needed: null } | { needed: 'words'; positions: number[] } | { needed: 'paste' };
  /** Without a path: what to keep. */
  content: Uint8Array | null;
  /** The same as `content`, in the form a page shows: the words of a words copy, the page of a paper kit. */
  words: string[] | null;
  kit: (KitPage & { backups: KitBackupPage | null }) | null;
}

/** Formats returned instead of written: words to write down, text to paste, a page to print, a file to download. */
const HANDED_OUT: readonly CopyFormat[] = ['words', 'text', 'age', 'pdf', 'kdbx', 'bitwarden', 'csv'];
/** Formats that are verified by three of their words. */
const ASKED_BY_WORDS: readonly CopyFormat[] = ['words', 'pdf'];
/** SECURITY: such a file is useless without its passphrase, so only the file itself verifies it. */
const PROTECTED: readonly CopyFormat[] = ['age', 'kdbx'];

/** SECURITY: with a passphrase of their own, so that where one of them lies may be left to the word of a person. */
const DOWNLOADED: readonly CopyFormat[] = ['age', 'kdbx'];

/** Requested word positions of a copy on paper, until it is verified. In memory: a restart draws new ones. */
const askedWords = new WeakMap<VaultCore, Map<number, number[]>>();

/**
 * Creates a copy. One written to a file is read again and compared before it counts as verified.
 *
 * Throws `vault_locked`, `place_not_separate`, `place_gone`, `passphrase_weak`, `invalid_request`, and what making,
 * writing and reading throw.
 */
export async function createKeyCopy(
  core: VaultCore,
  actor: Caller | null,
  request: CopyRequest,
): Promise<MadeCopy> {
  const key = getKeyFor(core, request.of);
  if (request.format === 'plain' && !request.unprotectedConfirmed) {
    throw new AppError(
      'invalid_request',
      'Anyone who finds a plain key file can decrypt every secret, and FAT and exFAT drives have no file permissions to protect it. Confirm that you want it.',
      {
        fields: { unprotected_confirmed: 'needed for this format' },
      },
    );
  }
  return request.path === undefined
    ? await handOut(core, actor, key, request)
    : await writeToFile(core, actor, key, request, await chooseFile(core, key, request.format, request.path));
}

/**
 * Whether a copy may be written to this path, asked before a passphrase is typed for it: it throws what is the same however
 * often it is tried, `place_unusable`, `place_occupied`, `place_read_only`. One that is not separate needs a confirmation.
 */
export async function checkCopyPath(
  core: VaultCore,
  { of, format, path }: Required<Pick<CopyRequest, 'of' | 'format' | 'path'>>,
): Promise<PlaceCheck & { path: string }> {
  const file = await chooseFile(core, getKeyFor(core, of), format, path);
  const check = await checkPlace(file, placeContext(core));
  await requireFreeFile(file);
  return { ...check, path: file };
}

async function writeToFile(
  core: VaultCore,
  actor: Caller | null,
  key: MasterKey,
  request: CopyRequest,
  path: string,
): Promise<MadeCopy> {
  const { follow } = request;
  const howToRead = () => ({
    ...(request.passphrase ? { passphrase: request.passphrase } : {}),
    ...(follow ? { onProgress: follow('reading') } : {}),
  });
  const check = await writeToPlace(core, path, {
    keepAnyway: request.keepAnyway ?? false,
    make: async () => {
      const { scryptLogN, argon2Mib } = core;
      const strong = await judge(core, request.format, request.passphrase);
      const onProgress = follow?.('creating');
      const backups = await findBackups(core, actor, key, request.format);
      const options = { ...strong, scryptLogN, argon2Mib, onProgress, backups };
      return await makeCopy(request.format, key, copyFacts(core, key), options);
    },
    // Read like any unknown copy.
    isThere: async () => {
      const keys = await readWritten(core, path, howToRead());
      return keys.length === 1 && keys[0]?.key.fingerprint === key.fingerprint;
    },
  });
  const copy = insertKeyCopy(core, actor, key, { ...request, path }, check, core.clock.now());
  noteProof(core, key);
  return {
    copy,
    writtenTo: path,
    notSeparate: check.separate ? null : check.message,
    proof: { needed: null },
    content: null,
    words: null,
    kit: null,
  };
}

export interface PlaceWriting {
  /** Confirms a place that is not separate. */
  keepAnyway: boolean;
  make(): Promise<Uint8Array>;
  /** Whether what is read from the file is what was made. */
  isThere(): Promise<boolean>;
}

/**
 * Writes a file to a place of the user, and reads it again from there. Throws `place_not_separate`, `place_gone`,
 * `copy_damaged`, and what making, writing and reading throw.
 */
export async function writeToPlace(
  core: VaultCore,
  path: string,
  { keepAnyway, make, isThere }: PlaceWriting,
): Promise<PlaceCheck> {
  // Before the check, so that both see the same drive. The check reports a path that is not a folder.
  const fileSystem = await findFileSystem(path).catch(() => null);
  const check = await checkPlace(path, placeContext(core));
  if (!check.separate && !keepAnyway) {
    throw new AppError('place_not_separate', check.message, { details: { reason: check.reason } });
  }
  const bytes = await make();
  // SECURITY: a drive that is unplugged meanwhile leaves an empty folder, on the disk of the database.
  const isStillThere = async () => (await findFileSystem(path)) === fileSystem;
  if (!(await isStillThere())) throw goneError(path);
  await writeCopy(path, bytes);
  const written = await stat(path).catch(() => null);
  // SECURITY: what counts is what the drive returns.
  const isRight = await isThere();
  if (!(await isStillThere())) {
    await removeOwn(path, written);
    throw goneError(path);
  }
  if (!isRight) {
    throw new AppError(
      'copy_damaged',
      'The file was written but does not contain the key: do not rely on it.',
    );
  }
  return check;
}

/** Only formats encrypted with a passphrase need a strong one. */
async function judge(
  core: VaultCore,
  format: CopyFormat,
  passphrase: SecretText | undefined,
): Promise<{ passphrase?: StrongPassphrase }> {
  if (!PROTECTED.includes(format) || !passphrase) return {};
  return { passphrase: await StrongPassphrase.from(passphrase, core.listNames()) };
}

/** The file just written, and never another drive's file of that name. */
async function removeOwn(path: string, written: Stats | null): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (written && found?.dev === written.dev && found.ino === written.ino)
    await removeFile(path).catch(() => undefined);
}

/** The keys in a file that was there a moment ago. */
async function readWritten(
  core: VaultCore,
  path: string,
  options: Omit<HandedCopy, 'path'>,
): Promise<ReadKey[]> {
  try {
    return await getKeysFromCopy(core.copyReader, { path, ...options });
  } catch (error) {
    throw hasCode(error, 'not_found') ? goneError(path, error) : error;
  }
}

/** In a folder, the copy gets the name its format has. */
async function chooseFile(
  core: VaultCore,
  key: MasterKey,
  format: CopyFormat,
  path: string,
): Promise<string> {
  // From the folder that the program happens to run in nobody finds it again.
  if (!isAbsolute(path))
    throw new AppError('place_unusable', `${path} is not a whole path. Give it from the root on.`);
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, nameCopyFile(format, copyFacts(core, key))) : normalize(path);
}

/** What a paper kit says of backups. */
async function findBackups(
  core: VaultCore,
  actor: Caller | null,
  key: MasterKey,
  format: CopyFormat,
): Promise<KitBackups | null> {
  return format === 'pdf' ? await core.giveKitBackups(key, actor) : null;
}

/** Not verified until it is sent back. */
async function handOut(
  core: VaultCore,
  actor: Caller | null,
  key: MasterKey,
  request: CopyRequest,
): Promise<MadeCopy> {
  if (!HANDED_OUT.includes(request.format)) {
    throw new AppError('invalid_request', 'This format is a file: give its path.', {
      fields: { path: 'needed' },
    });
  }
  const facts = copyFacts(core, key);
  const { scryptLogN, argon2Mib } = core;
  const strong = await judge(core, request.format, request.passphrase);
  const onProgress = request.follow?.('creating');
  const backups = await findBackups(core, actor, key, request.format);
  const content = await makeCopy(request.format, key, facts, {
    ...strong,
    backups,
    scryptLogN,
    argon2Mib,
    onProgress,
  });
  const copy = insertKeyCopy(core, actor, key, request, null, null);
  return {
    copy,
    writtenTo: null,
    notSeparate: explainNotSeparate(copy),
    proof: ASKED_BY_WORDS.includes(request.format)
      ? { needed: 'words', positions: askWords(core, copy.id) }
      : { needed: 'paste' },
    content,
    words: request.format === 'words' ? describeKit(key, facts).words : null,
    kit:
      request.format === 'pdf'
        ? { ...describeKit(key, facts), backups: backups && describeKitBackups(backups, facts) }
        : null,
  };
}

/**
 * Verifies a returned copy: by three words at given positions, or by the whole copy. How it is sent back decides
 * whether it is separate; of a file that was downloaded nobody here sees where it lies, so whoever verifies it says it
 * (`told`). Throws `not_found`, `copy_not_proven`, `vault_locked`, and what reading throws.
 */
export async function proveKeyCopy(
  core: VaultCore,
  actor: Caller | null,
  id: number,
  proof: { words?: SecretText[]; told?: string } & HandedCopy,
): Promise<KeyCopy> {
  const copy = getKeyCopy(core, id);
  const key = core.ring.find(copy.fingerprint);
  if (!key) throw lockedError();
  if (proof.told !== undefined) requireTellable(copy, proof);
  const seen = proof.words
    ? requireWords(core, copy, key, proof.words)
    : await requireSame(core, copy, proof);
  const separation = proof.told === undefined ? seen : { ...seen, separate: true, told: proof.told };
  if (isProvenBetter(copy, separation)) {
    throw new AppError(
      'copy_not_proven',
      'This file may be on the same disk as the database, so it does not verify the separate copy on record.',
    );
  }
  core.store.transaction(() => {
    markProven(core, copy, separation);
    core.audit.append(vaultOperations.KEY_COPY_PROVEN, actor, {
      ...{ id, fingerprint: copy.fingerprint },
      ...(separation.told === undefined ? {} : { told: separation.told }),
    });
  });
  askedWords.get(core)?.delete(id);
  noteProof(core, key);
  return getKeyCopy(core, id);
}

/**
 * SECURITY: the word alone never counts: the file itself has to be read back with it. Nor does it where this machine sees the
 * place itself, which is then what counts.
 */
function requireTellable(
  copy: KeyCopy,
  { words, path, bytes, told }: { words?: SecretText[]; told?: string } & HandedCopy,
) {
  if (words !== undefined || path !== undefined || bytes === undefined)
    throw new AppError('invalid_request', 'Where a copy lies is said when its file is read back.', {
      fields: { content_base64: 'needed' },
    });
  if (!DOWNLOADED.includes(copy.format) || copy.volumeId !== null || looksLikePath(copy.place))
    throw new AppError('copy_not_proven', 'This copy is verified from the place where it was written.');
  if (told !== undefined && looksLikePath(told))
    throw new AppError('invalid_request', 'Say in words where it lies.', {
      fields: { kept_at: 'A path is of this machine. Say in words which device or drive it is.' },
    });
}

async function requireSame(core: VaultCore, copy: KeyCopy, handed: HandedCopy): Promise<Separation> {
  const reading = await getKeysReading(core.copyReader, handed);
  if (chooseKey(reading.keys, [copy.fingerprint]).key.fingerprint !== copy.fingerprint) {
    throw new AppError('copy_not_proven', 'This is a copy of another key.');
  }
  if (PROTECTED.includes(copy.format) && reading.format !== copy.format) {
    throw new AppError('copy_not_proven', `Only the ${copy.format} file itself verifies this copy.`);
  }
  if (handed.path === undefined) return judgeUnseen(copy.format, handed.bytes !== undefined);
  return { ...(await checkPlace(handed.path, placeContext(core))), path: handed.path };
}

/** Draws the positions of the words to ask for. */
function askWords(core: VaultCore, id: number): number[] {
  const asked = askedWords.get(core) ?? new Map<number, number[]>();
  askedWords.set(core, asked);
  const positions = new Set<number>();
  while (positions.size < ASKED_WORDS) positions.add(randomInt(1, 25));
  const sorted = [...positions].sort((a, b) => a - b);
  asked.set(id, sorted);
  return sorted;
}

/** SECURITY: a wrong answer draws new positions, so guessing word by word gets nowhere. */
function requireWords(core: VaultCore, copy: KeyCopy, key: MasterKey, words: SecretText[]): Separation {
  if (!ASKED_BY_WORDS.includes(copy.format)) {
    throw new AppError('copy_not_proven', `Words cannot verify a copy in the format ${copy.format}.`);
  }
  const positions = askedWords.get(core)?.get(copy.id) ?? [];
  const all = formatWords(key).split(' ');
  const right =
    positions.length === ASKED_WORDS &&
    words.length === ASKED_WORDS &&
    positions.every(
      (position, at) => findWord(words[at]?.reveal().trim().toLowerCase() ?? '') === all[position - 1],
    );
  if (right) return judgeUnseen(copy.format, false);
  throw new AppError('copy_not_proven', 'These are not the requested words. Check your copy again.', {
    details: { positions: askWords(core, copy.id) },
  });
}

function getKeyFor(core: VaultCore, of: 'active' | 'rotation'): MasterKey {
  const active = getActiveKey(core);
  if (of === 'active') return active;
  const rotation = findOpenRotation(core.store);
  const key = rotation && core.ring.find(rotation.newFingerprint);
  if (!key) throw new AppError('not_found', 'No rotation with a new key is in progress.');
  return key;
}
