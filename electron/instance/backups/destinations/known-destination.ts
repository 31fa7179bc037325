import type { Sqlite } from '../../store/database-file.ts';
import type { SecretId } from '../../vault/vault.ts';
import type { RetentionPolicy } from '../retention/policy.ts';
import type { DestinationKind } from '../vocabulary.ts';
import type { FolderPlace } from './folder-place.ts';
import type { S3Encryption, S3Place } from './s3/s3-place.ts';

interface Common {
  id: number;
  /** As people call it: `backup now --to NAME`. */
  name: string;
  /** Whether its backups open without the key. */
  isReadable: boolean;
  /** `age1…` of those besides the instance who can decrypt them. */
  recipients: readonly string[];
  /** Whether it was apart from the disk of the database when it was last looked at. */
  separate: boolean;
  /** How many backups are kept there; null for all. */
  retention: RetentionPolicy | null;
  createdAt: number;
}

export interface FolderDestination extends Common, FolderPlace {
  kind: 'folder';
  /** Name of a file in it that was called as a copy of a key is, when it was last looked at; null for none. */
  keyFile: string | null;
}

export interface S3Destination extends Common {
  kind: 's3';
  place: S3Place;
  credentials: {
    accessKeyId: SecretId;
    secretAccessKey: SecretId;
    /** Epoch ms. */
    setAt: number;
  };
}

/** What is remembered of a destination, by its kind. What each kind does is in kinds.ts. */
export type KnownDestination = FolderDestination | S3Destination;

const SELECT = `SELECT d.id, d.kind, d.name, d.path, d.mount_point AS mountPoint, d.volume_id AS volumeId,
    d.is_readable AS isReadable, d.recipients, d.separate, d.key_file AS keyFile, d.retention, d.created_at AS createdAt,
    b.endpoint, b.region, b.bucket, b.prefix, b.is_path_style AS isPathStyle, b.encryption,
    b.access_key_secret_id AS accessKeyId, b.secret_key_secret_id AS secretAccessKey, b.keys_set_at AS setAt
  FROM backup_destinations d LEFT JOIN backup_buckets b ON b.destination_id = d.id`;

interface Row {
  id: number;
  kind: DestinationKind;
  name: string;
  path: string;
  mountPoint: string;
  volumeId: string | null;
  isReadable: number;
  recipients: string;
  separate: number;
  keyFile: string | null;
  retention: string | null;
  createdAt: number;
  endpoint: string | null;
  region: string;
  bucket: string;
  prefix: string;
  isPathStyle: number;
  encryption: S3Encryption | null;
  accessKeyId: SecretId;
  secretAccessKey: SecretId;
  setAt: number;
}

function fromRow(row: Row): KnownDestination {
  const { id, name, createdAt, path, mountPoint, volumeId, keyFile } = row;
  const retention = row.retention === null ? null : (JSON.parse(row.retention) as RetentionPolicy);
  const marks = { isReadable: row.isReadable === 1, separate: row.separate === 1 };
  const recipients = JSON.parse(row.recipients) as string[];
  const common = { id, name, createdAt, retention, recipients, ...marks };
  if (row.kind === 'folder') return { ...common, kind: 'folder', path, mountPoint, volumeId, keyFile };
  const { endpoint, region, bucket, prefix, encryption, accessKeyId, secretAccessKey, setAt } = row;
  return {
    ...common,
    kind: 's3',
    place: { endpoint, region, bucket, prefix, isPathStyle: row.isPathStyle === 1, encryption },
    credentials: { accessKeyId, secretAccessKey, setAt },
  };
}

/** By name. */
export function readDestinations(sqlite: Sqlite): KnownDestination[] {
  return (sqlite.prepare(`${SELECT} ORDER BY d.name`).all() as Row[]).map(fromRow);
}

export function readDestination(sqlite: Sqlite, id: number): KnownDestination | null {
  const row = sqlite.prepare(`${SELECT} WHERE d.id = ?`).get(id);
  return row ? fromRow(row as Row) : null;
}
