import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '../../kernel/app-error.ts';
import { readAppVersion } from '../../kernel/app-version.ts';
import { inScratch } from '../../store/scratch.ts';
import type { MasterKey } from '../../vault/sealing/master-key.ts';
import { type BackupsCore, getSigningKey, requireOneKey } from '../backups-core.ts';
import type { Destination, StoredFile } from '../destinations/destination.ts';
import { type KnownDestination, measureSeparation, openDestination } from '../destinations/destinations.ts';
import { deriveBackupIdentity } from '../format/backup-identity.ts';
import {
  type BackupReason,
  formatBackupFolder,
  formatInstanceFolder,
  formatManifest,
  MAC_FILE,
  MANIFEST_FILE,
  type Manifest,
  sumStored,
} from '../format/manifest.ts';
import { computeManifestMac, formatMac } from '../format/manifest-mac.ts';
import { namePart, partHolds } from '../format/parts.ts';
import { noteBegun, noteSequence, noteStored } from './backup-rows.ts';
import type { BackupProgress, BackupStep } from './backup-run.ts';
import { readGrowing, startWriting } from './growing-part.ts';
import { type Packed, packDatabase } from './pack.ts';
import { noteManifest, takeWriter } from './writer.ts';

/** One backup on its way. */
export interface Making {
  id: string;
  /** Epoch ms. */
  takenAt: number;
  destination: KnownDestination;
  why: BackupReason;
  key: MasterKey;
  signal: AbortSignal;
  report(progress: BackupProgress): void;
}

export interface Made {
  sizeBytes: number;
  sequence: number;
}

/**
 * Makes a backup: snapshot → parts → `manifest.hmac` → `manifest.json` → all of it read back. What is packed is written
 * while the rest is being packed. Until the manifest is there nothing is a backup, and it counts once it was read back.
 * Throws what the database, the destination and a vault that was locked meanwhile do; the caller removes what is left.
 */
export async function makeBackup(core: BackupsCore, begun: Making): Promise<Made> {
  const { ctx } = core;
  const { id, destination: known, key, signal } = begun;
  const destination = openDestination(core, known);
  const instanceId = ctx.store.identity.id;
  const root = formatInstanceFolder(instanceId);
  // A destination that is gone is found before the database is packed for it.
  const there = await destination.list(root, signal);
  await measureSeparation(core, known);
  const making = { ...begun, takenAt: findFreeTime(begun, root, there) };
  const folder = `${root}/${formatBackupFolder(making)}`;
  return await inScratch(ctx.dataDir, `backup-${id}`, async (scratch) => {
    const recipients = known.isReadable ? [] : await listRecipients(known, key, instanceId);
    const packed = await packInto(core, { ...making, scratch, to: destination, folder, recipients });
    const sizeBytes = sumStored(packed);
    // What was cancelled takes no number.
    signal.throwIfAborted();
    const signed = sign(core, making, recipients, packed);
    for (const [name, bytes] of [
      [MAC_FILE, signed.mac],
      [MANIFEST_FILE, signed.manifest],
    ] as const)
      await destination.write(`${folder}/${name}`, Readable.from([bytes]), signal);
    noteStored(core, id, sizeBytes);
    await readBack(
      destination,
      folder,
      signed,
      packed,
      createProgress(making, 'verifying', { bytes: sizeBytes }),
      signal,
    );
    return { sizeBytes, sequence: signed.sequence };
  });
}

interface Packing extends Making {
  /** Where it is packed: an empty folder of ours. */
  scratch: string;
  /** Where it goes, and the folder there. */
  to: Destination;
  folder: string;
  recipients: string[];
}

/** Packs the parts, and writes each to the destination as far as it is packed. */
async function packInto(core: BackupsCore, packing: Packing): Promise<Packed> {
  const { ctx } = core;
  const { scratch, to, folder, recipients, key, signal } = packing;
  const stopping = new AbortController();
  const isStopped = AbortSignal.any([signal, stopping.signal]);
  const parts = startWriting((note) => packDatabase(ctx, { folder: scratch, recipients }, isStopped, note));
  try {
    await parts.wait();
    // After the snapshot: what is restored from it knows nothing of a backup that it could take for unfinished.
    noteBegun(core, { ...packing, keyFingerprint: key.fingerprint, folder, sizeBytes: null });
    // Open windows show it while it runs.
    ctx.events.emit('changed', { resource: 'backups', userId: null });
    const size: Size = { bytes: null };
    // What it fails with is thrown below.
    parts.written.then(
      (packed) => {
        size.bytes = sumStored(packed);
      },
      () => undefined,
    );
    const writing = createProgress(packing, 'writing', size);
    for (const name of partHolds.map((holds) => namePart(holds, recipients.length > 0))) {
      await to.write(`${folder}/${name}`, writing(name, readGrowing(join(scratch, name), parts)), signal);
    }
    return await parts.written;
  } catch (error) {
    stopping.abort();
    // It writes to the folder that is wiped.
    await parts.written.catch(() => undefined);
    throw error;
  }
}

/**
 * Two that begin in the same second would have one folder, and what failed of the second would be removed with what is good
 * of the first: the second is called by the next second that is free.
 */
function findFreeTime({ id, takenAt }: Making, root: string, there: readonly StoredFile[]): number {
  const isTaken = (at: number) => {
    const folder = `${root}/${formatBackupFolder({ id, takenAt: at })}/`;
    return there.some(({ path }) => path.startsWith(folder));
  };
  let at = takenAt;
  while (isTaken(at)) at += 1000;
  return at;
}

/** The instance itself first. */
async function listRecipients(
  { recipients }: KnownDestination,
  key: MasterKey,
  instanceId: string,
): Promise<string[]> {
  const { recipient } = await deriveBackupIdentity(key, instanceId);
  return [...new Set([recipient, ...recipients])];
}

interface Signed {
  sequence: number;
  manifest: Buffer;
  mac: Buffer;
}

/** The sequence and the chain of manifests go on in one transaction: no number is given twice. */
function sign(core: BackupsCore, making: Making, recipients: string[], packed: Packed): Signed {
  const { store } = core.ctx;
  const { id, why, takenAt, key } = making;
  // SECURITY: a vault that was locked meanwhile signs nothing more.
  requireOneKey(core);
  if (getSigningKey(core).fingerprint !== key.fingerprint)
    throw new AppError(
      'changed_meanwhile',
      'The key was rotated while the backup was made. Make another one.',
    );
  return store.transaction(() => {
    const { writerId, nextSequence, lastMac } = takeWriter(core.ctx);
    const manifest: Manifest = {
      id,
      instanceId: store.identity.id,
      writerId,
      sequence: nextSequence,
      why,
      appVersion: readAppVersion(),
      schemaVersion: packed.schemaVersion,
      takenAt,
      keyFingerprint: key.fingerprint,
      recipients,
      previous: lastMac,
      auditHead: packed.auditHead,
      parts: packed.parts,
    };
    const bytes = formatManifest(manifest);
    const mac = computeManifestMac(key, manifest, bytes);
    noteManifest(store, nextSequence, mac.toString('hex'));
    noteSequence(core, id, nextSequence);
    return { sequence: nextSequence, manifest: bytes, mac: formatMac(mac) };
  });
}

type Content = AsyncIterable<Uint8Array>;
type Passing = (part: string, content: Content | Promise<Content>) => AsyncGenerator<Uint8Array>;

/** Of all parts, as stored; null until they are packed. */
interface Size {
  bytes: number | null;
}

/** Counts the bytes of a step that pass. The signature and the manifest are in no total: they are a few hundred bytes. */
function createProgress({ report }: Making, step: BackupStep, size: Size): Passing {
  let passed = 0;
  return async function* (part, content) {
    const tell = () =>
      report(
        size.bytes === null
          ? { step: 'packing', part: null, doneBytes: passed, totalBytes: null }
          : { step, part, doneBytes: Math.min(passed, size.bytes), totalBytes: size.bytes },
      );
    tell();
    for await (const chunk of await content) {
      passed += chunk.length;
      tell();
      yield chunk;
    }
  };
}

/** What counts is what the destination gives back. Throws `backup_damaged`. */
async function readBack(
  destination: Destination,
  folder: string,
  { manifest, mac }: Signed,
  { parts }: Packed,
  passing: Passing,
  signal: AbortSignal,
): Promise<void> {
  const expected = [
    ...parts.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })),
    ...[
      { name: MAC_FILE, bytes: mac },
      { name: MANIFEST_FILE, bytes: manifest },
    ].map(({ name, bytes }) => ({
      name,
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
  ];
  for (const { name, sizeBytes, sha256 } of expected) {
    const hash = createHash('sha256');
    let readBytes = 0;
    const content = passing(name, destination.read(`${folder}/${name}`, signal));
    for await (const chunk of content) {
      readBytes += chunk.length;
      hash.update(chunk);
    }
    if (readBytes !== sizeBytes || hash.digest('hex') !== sha256)
      throw new AppError(
        'backup_damaged',
        `${name} is not what was written when it is read back. Do not rely on this disk; make the backup elsewhere.`,
      );
  }
}
