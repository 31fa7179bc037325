import { createReadStream, statfsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { toMegabytes } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { ProcessHost } from '../../kernel/process-hosts.ts';
import {
  type Examination,
  type Examiner,
  examineDatabase,
  openExamined,
  startExaminer,
} from '../../store/examination.ts';
import { latestVersion } from '../../store/migrate.ts';
import { countValuesByKind, listLostKeys } from '../../vault/key/key-record.ts';
import { KeyRing } from '../../vault/key/key-ring.ts';
import type { Fingerprint, MasterKey } from '../../vault/sealing/master-key.ts';
import { runDoctor } from '../../vault/secrets/doctor.ts';
import { AgeError, openHeader } from '../format/age-stream.ts';
import { deriveBackupIdentity } from '../format/backup-identity.ts';
import { COUNTED, type Details } from '../format/details.ts';
import { type Manifest, sumStored } from '../format/manifest.ts';
import type { ManifestPart } from '../format/parts.ts';
import { MAX_DETAILS_BYTES, parseDetails } from '../format/read-details.ts';
import type { BackupFiles } from './backup-files.ts';
import { measureAtMost, type Stored, storeAtMost } from './bounded-reading.ts';
import { findBreakOfAuditLog } from './check-audit-log.ts';
import { damagedBackup } from './damaged-backup.ts';
import type { OpeningIdentity } from './opening-identity.ts';
import { isSigned, type ReadManifest } from './read-manifest.ts';
import { type PartToUnpack, startUnpacker, type Unpacker, unpackParts } from './unpacking.ts';

export interface VerifyOptions {
  files: BackupFiles;
  read: ReadManifest;
  /** Those at hand, of this instance; the one that the manifest names vouches for it. */
  keys: readonly MasterKey[];
  signal: AbortSignal;
}

export interface CheckOptions extends VerifyOptions {
  /** Decrypts it where the key is not at hand; nobody vouches for it then. */
  identity?: OpeningIdentity | null;
  /** An empty folder, for this check alone: see store/scratch.ts. */
  scratch: string;
  processes: ProcessHost;
  clock: Clock;
  /** How far it is, in bytes of the stored parts and then in encrypted values. */
  onProgress?: (step: CheckStep, done: number, total: number) => void;
}
export type CheckStep = 'fetching' | 'unpacking' | 'examining' | 'opening';

/** Of the encrypted values in it. */
export interface OpenedValues {
  total: number;
  opened: number;
  /** Encrypted with a key that the instance had given up before: they were lost when it was made. */
  lost: number;
}

/** A backup in which everything was as it says. */
export interface CheckedBackup {
  manifest: Manifest;
  details: Details;
  /** In the scratch folder, and of the newest schema version. */
  databasePath: string;
  /** Null without the key: then nobody vouched for it, and no encrypted value was opened. */
  values: OpenedValues | null;
  /** Of the identity that decrypted it, `age1…`; null where the key did, and for a readable one. */
  decryptedFor: string | null;
  /** The first line of its audit log that had been changed or lost before it was made; null for none, and without the key. */
  auditBrokenAt: number | null;
}

/** What has to stay free for everything else. */
const RESERVE_BYTES = 32 * 1024 * 1024;

/**
 * Throws `disk_full` where a check of this backup would not fit on the disk of a folder.
 *
 * @param besides bytes that are to come there, too.
 */
export function requireRoom(manifest: Manifest, folder: string, besides = 0): void {
  const stored = sumStored(manifest);
  const unpacked = manifest.parts.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  // What a migration writes again is no more than all of it.
  requireFree(stored + 2 * unpacked + besides, folder, 'Unpacking this backup');
}

/** Throws `disk_full` where so many bytes would leave nothing for everything else on the disk of a folder. */
export function requireFree(bytes: number, folder: string, doing: string): void {
  const needed = bytes + RESERVE_BYTES;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= needed) return;
  throw new AppError(
    'disk_full',
    `${doing} takes ${toMegabytes(needed)} MB on the disk of ${folder}, which has ${toMegabytes(bavail * bsize)} MB left. Free some space there. Nothing was changed.`,
  );
}

/**
 * Reads a stored backup as a restore would, and leaves its database in the scratch folder. What is stored is input from
 * elsewhere: nothing is decrypted before the manifest is vouched for and the parts are what it says, nothing unpacked
 * beyond what it says, no database opened in this process before another one refused what does not belong in it.
 *
 * Throws `backup_damaged` (`details.check`), `backup_newer`, `backup_needs_key` (`details.fingerprint`), `not_found`,
 * `place_gone`, `disk_full`, `disk_failed`, `process_failed`.
 */
export async function checkBackup(options: CheckOptions): Promise<CheckedBackup> {
  try {
    return await check(options);
  } catch (error) {
    // What a cancelled step ends with says less.
    options.signal.throwIfAborted();
    throw error;
  }
}

async function check(options: CheckOptions): Promise<CheckedBackup> {
  const { files, read, signal } = options;
  const { manifest } = read;
  requireKnownVersion(files.place, manifest);
  const key = findVouching(options, options.identity);
  requireRoom(manifest, options.scratch);
  const databasePath = join(options.scratch, DATABASE);
  const details = await withHelpers(options.processes, async (unpacker, examiner) => {
    await fetchParts(options);
    signal.throwIfAborted();
    const found = await unpack(options, key, unpacker);
    signal.throwIfAborted();
    await examine(options, found, databasePath, examiner);
    signal.throwIfAborted();
    return found;
  });
  if (key === null) {
    const decryptedFor = options.identity?.recipient ?? null;
    return { manifest, details, databasePath, values: null, decryptedFor, auditBrokenAt: null };
  }
  const auditBrokenAt = await findBreakOfAuditLog(files.place, manifest, databasePath);
  signal.throwIfAborted();
  const values = await openValues(options, databasePath);
  return { manifest, details, databasePath, values, decryptedFor: null, auditBrokenAt };
}

/** They come up while the parts are fetched. */
async function withHelpers<T>(
  processes: ProcessHost,
  work: (unpacker: Unpacker, examiner: Examiner) => Promise<T>,
): Promise<T> {
  const started: { close(): void }[] = [];
  const start = <Helper extends { close(): void }>(starting: (host: ProcessHost) => Helper): Helper => {
    const helper = starting(processes);
    started.push(helper);
    return helper;
  };
  try {
    return await work(start(startUnpacker), start(startExaminer));
  } finally {
    for (const helper of started) helper.close();
  }
}

const DATABASE = 'database.sqlite';
const DETAILS = 'details.json';
const unpackedName = ({ holds }: ManifestPart): string => (holds === 'database' ? DATABASE : DETAILS);
const storedName = (part: ManifestPart): string => `${unpackedName(part)}.stored`;

/** Throws `backup_newer` for a database of a schema version that this app does not know. */
export function requireKnownVersion(place: string, { schemaVersion, appVersion }: Manifest): void {
  if (schemaVersion <= latestVersion()) return;
  throw new AppError(
    'backup_newer',
    `The backup ${place} was made by a newer version of Temps Desktop (${appVersion}, schema ${schemaVersion}; this one knows ${latestVersion()}). Update the app first. Nothing was changed.`,
    { details: { found: schemaVersion, known: latestVersion() } },
  );
}

/**
 * The key that vouches for the manifest. Null where it is not at hand and the backup can be read without it, or is decrypted with
 * an identity.
 *
 * SECURITY: with the key, a manifest that it does not vouch for is refused, also one that nobody signed, and whatever else was
 * given: anyone can encrypt a backup to a public recipient.
 */
function findVouching(
  { files, read, keys }: VerifyOptions,
  identity?: OpeningIdentity | null,
): MasterKey | null {
  const { keyFingerprint, recipients } = read.manifest;
  const key = keys.find(({ fingerprint }) => fingerprint === keyFingerprint) ?? null;
  if (key && !isSigned(read, key)) throw damagedBackup(files.place, 'signature');
  if (key || recipients.length === 0 || identity) return key;
  throw needsKey(files.place, keyFingerprint, keys);
}

export function needsKey(place: string, fingerprint: Fingerprint, at: readonly MasterKey[]): AppError {
  const others = at.map((key) => key.fingerprint);
  return new AppError(
    'backup_needs_key',
    `The backup ${place} needs the key ${fingerprint}. ${others.length === 0 ? 'It is not here' : `Here is ${others.join(', ')}`}: give a copy of that key.`,
    { details: { fingerprint, found: others } },
  );
}

/**
 * The beginning of a check: whether the manifest is vouched for, and every stored byte what it says. Nothing is kept, and
 * nothing looked into. Throws as `checkBackup` does.
 */
export async function verifyParts(options: VerifyOptions): Promise<void> {
  requireKnownVersion(options.files.place, options.read.manifest);
  findVouching(options);
  await readParts(options, (stream, { sizeBytes }) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    return measureAtMost(stream, nowhere, sizeBytes, options.files.place, options.signal);
  });
}

/** Copies every part here. They are read from here from then on. */
async function fetchParts(options: CheckOptions): Promise<void> {
  const { files, scratch, signal } = options;
  await readParts(options, (stream, part) =>
    storeAtMost(stream, join(scratch, storedName(part)), part.sizeBytes, files.place, signal),
  );
}

/** Compares size and digest of every part. */
async function readParts(
  { files, read, signal, onProgress }: VerifyOptions & Pick<CheckOptions, 'onProgress'>,
  take: (stream: Readable, part: ManifestPart) => Promise<Stored>,
): Promise<void> {
  const { parts } = read.manifest;
  const total = sumStored(read.manifest);
  let done = 0;
  for (const part of parts) {
    onProgress?.('fetching', done, total);
    const stream = await files.read(part.name, signal).catch((error: unknown) => {
      throw hasCode(error, 'not_found') ? damagedBackup(files.place, 'parts', error, part.name) : error;
    });
    const stored = await take(stream, part);
    if (stored.sizeBytes !== part.sizeBytes || stored.sha256 !== part.sha256)
      throw damagedBackup(files.place, 'parts', undefined, part.name);
    done += part.sizeBytes;
  }
}

async function unpack(options: CheckOptions, key: MasterKey | null, unpacker: Unpacker): Promise<Details> {
  const { files, read, scratch, signal, onProgress } = options;
  const { parts, instanceId } = read.manifest;
  onProgress?.('unpacking', 0, 1);
  const isTooLong = parts.some(
    ({ holds, unpackedBytes }) => holds === 'details' && unpackedBytes > MAX_DETAILS_BYTES,
  );
  if (isTooLong) throw damagedBackup(files.place, 'details');
  const request = await listToUnpack(options, key);
  const unpacking = await unpackParts(unpacker, request, signal);
  if (unpacking.outcome === 'failed') throw toError(files.place, unpacking.because);
  for (const { from } of request) await rm(from);
  const details = parse(files.place, await readFile(join(scratch, DETAILS)));
  const at = parts.findIndex(({ holds }) => holds === 'database');
  if (unpacking.sha256[at] !== details.database.sha256 || details.instance.id !== instanceId)
    throw damagedBackup(files.place, 'details');
  return details;
}

/** SECURITY: what opens these files alone is all that leaves this process. Throws `backup_damaged`. */
async function listToUnpack(options: CheckOptions, key: MasterKey | null): Promise<PartToUnpack[]> {
  const { files, read, scratch } = options;
  const { parts, recipients } = read.manifest;
  const identity = recipients.length === 0 ? null : await chooseIdentity(options, key);
  return await Promise.all(
    parts.map(async (part) => {
      const from = join(scratch, storedName(part));
      return {
        from,
        to: join(scratch, unpackedName(part)),
        unpackedBytes: part.unpackedBytes,
        encryption: identity === null ? null : await openPart(files.place, from, identity),
      };
    }),
  );
}

async function openPart(place: string, from: string, identity: string): Promise<PartToUnpack['encryption']> {
  try {
    const { headerBytes, key } = await openHeader(createReadStream(from), identity);
    const fileKey = Buffer.from(key).toString('hex');
    key.fill(0);
    return { headerBytes, fileKey };
  } catch (error) {
    throw error instanceof AgeError ? damagedBackup(place, 'decryption', error) : error;
  }
}

/** The key's own where it is at hand: what it vouches for was encrypted for it too. */
async function chooseIdentity(
  { read, identity }: CheckOptions,
  key: MasterKey | null,
): Promise<string | null> {
  if (key) return (await deriveBackupIdentity(key, read.manifest.instanceId)).identity;
  return identity?.identity.reveal() ?? null;
}

function parse(place: string, bytes: Buffer): Details {
  try {
    return parseDetails(bytes);
  } catch (error) {
    throw hasCode(error, 'backup_damaged') ? damagedBackup(place, 'details', error) : error;
  }
}

async function examine(
  options: CheckOptions,
  details: Details,
  path: string,
  examiner: Examiner,
): Promise<void> {
  const { files, read, signal, onProgress } = options;
  const { schemaVersion, instanceId } = read.manifest;
  onProgress?.('examining', 0, 1);
  const request = { path, schemaVersion, instanceId, grouped: COUNTED };
  const examination: Examination = await examineDatabase(examiner, request, (await stat(path)).size, signal);
  if (examination.outcome === 'failed') throw toError(files.place, examination.because);
  const { rows, groups } = examination.counts;
  if (!isSame(rows, details.tables) || !isSame(groups, details.sealedValues))
    throw damagedBackup(files.place, 'counts');
}

function isSame(found: Record<string, number>, said: Record<string, number>): boolean {
  const counts = new Map(Object.entries(said));
  const names = Object.entries(found);
  return names.length === counts.size && names.every(([name, count]) => counts.get(name) === count);
}

/** Opens every encrypted value, as the doctor does: in slices, in this process, which alone has the key. */
async function openValues(options: CheckOptions, path: string): Promise<OpenedValues> {
  const { files, read, keys, clock, signal, onProgress } = options;
  const ring = new KeyRing();
  for (const key of keys) ring.hold(key);
  ring.activate(read.manifest.keyFingerprint);
  const sqlite = openExamined(path);
  try {
    const examined = { store: { sqlite }, ring, clock, secrets: { keepers: [] } };
    const report = await runDoctor(
      examined,
      ({ checked, total }) => onProgress?.('opening', checked, total),
      () => signal.aborted,
    );
    signal.throwIfAborted();
    const lost = countUnder(
      examined.store,
      listLostKeys(examined.store).filter((name) => !ring.has(name)),
    );
    if (report.failed > lost) throw missingOrDamaged(files.place, report, examined.store);
    return { total: report.total, opened: report.opened, lost };
  } finally {
    sqlite.close();
    ring.dropAll();
  }
}

type ReadStore = Parameters<typeof listLostKeys>[0];

function countUnder(store: ReadStore, keys: Fingerprint[]): number {
  return Object.values(countValuesByKind(store, keys)).reduce((sum, count) => sum + count, 0);
}

/** A value whose key is only not here is not damaged: the key is named. */
function missingOrDamaged(
  place: string,
  { damaged, missingKeys }: { damaged: Set<string>; missingKeys: Set<Fingerprint> },
  store: ReadStore,
): AppError {
  const lost = new Set(listLostKeys(store));
  const [needed] = [...missingKeys].filter((name) => !lost.has(name));
  return damaged.size > 0 || needed === undefined
    ? damagedBackup(place, 'values')
    : needsKey(place, needed, []);
}

function toError(place: string, because: string): AppError {
  if (because === 'disk_full')
    return new AppError('disk_full', 'The disk is full: the backup cannot be unpacked. Nothing was changed.');
  if (because === 'disk_failed')
    return new AppError('disk_failed', 'The disk failed while the backup was unpacked. Nothing was changed.');
  return damagedBackup(place, because as Parameters<typeof damagedBackup>[1]);
}
