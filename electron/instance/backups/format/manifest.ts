import { z } from 'zod';
import { AppError } from '../../kernel/app-error.ts';
import { formatTimeName } from '../../kernel/clock.ts';
import { parseFingerprint } from '../../vault/sealing/master-key.ts';
import { type ManifestPart, type PartHolds, partHolds } from './parts.ts';

/**
 * What a backup says of itself in the clear: `manifest.json`. Nothing in it tells names or content. It is the last file
 * written: a folder without it is no backup. `manifest.hmac` vouches for its exact bytes, see manifest-mac.ts.
 */
export const MANIFEST_FILE = 'manifest.json';
export const MAC_FILE = 'manifest.hmac';
/** Of the format. A higher one is `backup_newer`. */
export const MANIFEST_VERSION = 1;
/** More is no manifest: read before anything vouches for it. */
export const MAX_MANIFEST_BYTES = 256 * 1024;

/** Why it was made. */
export const backupReasons = [
  'by_hand',
  'schedule',
  'before_restore',
  'before_migration',
  'before_rotation',
] as const;
export type BackupReason = (typeof backupReasons)[number];

export interface Manifest {
  /** UUIDv7. */
  id: string;
  /** UUID of the instance, also in the destination's folder name. */
  instanceId: string;
  /** UUID of the data directory that wrote it: a restored one has another. */
  writerId: string;
  /** Counts the backups of a writer at all destinations, from 1: gaps can be named. */
  sequence: number;
  why: BackupReason;
  appVersion: string;
  /** Number of the database's migrations. */
  schemaVersion: number;
  /** When the snapshot was taken, epoch ms. */
  takenAt: number;
  /** Of the key that its secrets are sealed with, and that vouches for it. */
  keyFingerprint: string;
  /** `age1…` of those who can open it; empty where it is readable without the key. */
  recipients: string[];
  /** The HMAC of this writer's backup before, in hex; null for the first. */
  previous: string | null;
  /** The newest line of the audit log in it, and the hash of the chain up to it; null for an empty log. */
  auditHead: { id: number; hash: string } | null;
  parts: ManifestPart[];
}

const uuid = z.uuid();
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const count = z.int().min(0);
const partShape = z.strictObject({
  // SECURITY: a name is one file beside the manifest, and never a path.
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/),
  holds: z.enum(partHolds),
  size_bytes: count,
  sha256: hex(32),
  unpacked_bytes: count,
});
const manifestShape = z.strictObject({
  format: z.literal('temps backup'),
  version: z.literal(MANIFEST_VERSION),
  id: uuid,
  instance_id: uuid,
  writer_id: uuid,
  sequence: z.int().min(1),
  why: z.enum(backupReasons),
  app_version: z.string().max(100),
  schema_version: z.int().min(1).max(100_000),
  taken_at: z.iso.datetime(),
  key_fingerprint: z.string(),
  recipients: z.array(z.string().regex(/^age1[a-z0-9]{1,2000}$/)).max(20),
  previous: hex(32).nullable(),
  audit_head: z.strictObject({ id: z.int().min(1), hash: hex(32) }).nullable(),
  parts: z.array(partShape).min(1).max(1000),
});

/** The exact bytes that are stored and vouched for: JSON of two spaces, and a line end. */
export function formatManifest(manifest: Manifest): Buffer {
  const { parts, auditHead, ...facts } = manifest;
  const written: z.input<typeof manifestShape> = {
    format: 'temps backup',
    version: MANIFEST_VERSION,
    id: facts.id,
    instance_id: facts.instanceId,
    writer_id: facts.writerId,
    sequence: facts.sequence,
    why: facts.why,
    app_version: facts.appVersion,
    schema_version: facts.schemaVersion,
    taken_at: new Date(facts.takenAt).toISOString(),
    key_fingerprint: facts.keyFingerprint,
    recipients: facts.recipients,
    previous: facts.previous,
    audit_head: auditHead,
    parts: parts.map((part) => ({
      name: part.name,
      holds: part.holds,
      size_bytes: part.sizeBytes,
      sha256: part.sha256,
      unpacked_bytes: part.unpackedBytes,
    })),
  };
  return Buffer.from(`${JSON.stringify(written, null, 2)}\n`, 'utf8');
}

/**
 * Reads what anyone may have written: only the HMAC says that it was this instance. Throws `backup_newer` for a manifest
 * of a later format, and `backup_damaged` for what is none.
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  const read = readJson(bytes);
  const parsed = manifestShape.safeParse(read);
  if (!parsed.success) throw damaged(findVersion(read), parsed.error.issues[0]?.path.join('.') ?? '');
  const { parts, audit_head, ...facts } = parsed.data;
  const fingerprint = parseFingerprint(facts.key_fingerprint);
  if (fingerprint === null) throw damaged(MANIFEST_VERSION, 'key_fingerprint');
  requireParts(parts);
  return {
    id: facts.id,
    instanceId: facts.instance_id,
    writerId: facts.writer_id,
    sequence: facts.sequence,
    why: facts.why,
    appVersion: facts.app_version,
    schemaVersion: facts.schema_version,
    takenAt: Date.parse(facts.taken_at),
    keyFingerprint: fingerprint,
    recipients: facts.recipients,
    previous: facts.previous,
    auditHead: audit_head,
    parts: parts.map((part) => ({
      name: part.name,
      holds: part.holds,
      sizeBytes: part.size_bytes,
      sha256: part.sha256,
      unpackedBytes: part.unpacked_bytes,
    })),
  };
}

function readJson(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_MANIFEST_BYTES) throw damaged(MANIFEST_VERSION, 'its size');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged(MANIFEST_VERSION, 'its text');
  }
}

function findVersion(read: unknown): number {
  const { format, version } = (read ?? {}) as { format?: unknown; version?: unknown };
  return format === 'temps backup' && typeof version === 'number' ? version : MANIFEST_VERSION;
}

/** One database, one list of details, each under its own name, none named as the manifest. */
function requireParts(parts: readonly { name: string; holds: PartHolds }[]): void {
  const names = new Set([MANIFEST_FILE, MAC_FILE, ...parts.map(({ name }) => name)]);
  const isOnce = partHolds.every((holds) => parts.filter((part) => part.holds === holds).length === 1);
  if (names.size !== parts.length + 2 || !isOnce) throw damaged(MANIFEST_VERSION, 'parts');
}

/** SECURITY: what is wrong is named by its place, and not shown: it may be anything. */
function damaged(version: number, where: string): AppError {
  if (version > MANIFEST_VERSION)
    return new AppError(
      'backup_newer',
      `This backup was made by a newer version of Temps Desktop (format ${version}; this one knows ${MANIFEST_VERSION}). Update the app.`,
    );
  return new AppError('backup_damaged', `${MANIFEST_FILE} is not the manifest of a backup (${where}).`);
}

/** Bytes that a backup takes where it is stored, without its manifest. */
export function sumStored({ parts }: Pick<Manifest, 'parts'>): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** `temps-<instance id>`: all backups of an instance at a destination. */
export function formatInstanceFolder(instanceId: string): string {
  return `temps-${instanceId}`;
}

/** `20261128T203700Z-0198f3a1`: sorts by time. */
export function formatBackupFolder({ id, takenAt }: Pick<Manifest, 'id' | 'takenAt'>): string {
  return `${formatTimeName(takenAt)}-${id.slice(0, 8)}`;
}

/** What `formatBackupFolder` makes; anything else at a destination is somebody else's. */
export const BACKUP_FOLDER = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
