import { createHash, randomUUID, randomUUIDv7 } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import * as age from 'age-encryption';
import Database from 'better-sqlite3';
import { createChain } from '../../../electron/instance/audit/chain.ts';
import { deriveBackupIdentity } from '../../../electron/instance/backups/format/backup-identity.ts';
import { type Details, formatDetails } from '../../../electron/instance/backups/format/details.ts';
import {
  formatBackupFolder,
  formatInstanceFolder,
  formatManifest,
  MAC_FILE,
  MANIFEST_FILE,
  type Manifest,
} from '../../../electron/instance/backups/format/manifest.ts';
import { computeManifestMac, formatMac } from '../../../electron/instance/backups/format/manifest-mac.ts';
import { countContents } from '../../../electron/instance/store/row-counts.ts';
import type { Store } from '../../../electron/instance/store/store.ts';
import type { MasterKey } from '../../../electron/instance/vault/sealing/master-key.ts';

/** What a backup is made wrong by, at the step that it names; its manifest is signed all the same. */
export interface Changes {
  isEncrypted?: boolean;
  takenAt?: number;
  /** Besides the instance itself. */
  recipients?: readonly string[];
  database?: (sqlite: Database.Database) => void;
  /** Of the database's file, before anything is said of it. */
  file?: (bytes: Buffer) => Buffer;
  /** What is compressed in place of the database. */
  plain?: (bytes: Buffer) => Buffer;
  details?: (details: Details) => Details;
  manifest?: (manifest: Manifest) => Manifest;
  /** After the manifest was made of it. */
  signed?: (bytes: Buffer) => Buffer;
}

/** A signed backup of a store at a destination, by the format alone. Returns its folder. */
export async function makeBackup(
  store: Pick<Store, 'sqlite' | 'identity'>,
  key: MasterKey,
  destination: string,
  changes: Changes = {},
): Promise<string> {
  const { isEncrypted = true, takenAt = Date.parse('2026-06-01T12:00:00Z') } = changes;
  const { recipients: further = [] } = changes;
  const instanceId = store.identity.id;
  const { database, details, schemaVersion, auditHead } = takeSnapshot(store, changes);
  const { recipient } = await deriveBackupIdentity(key, instanceId);
  const pack = async (plain: Buffer) => {
    const packed = zstdCompressSync(plain);
    if (!isEncrypted) return packed;
    const encrypter = new age.Encrypter();
    for (const each of [recipient, ...further]) encrypter.addRecipient(each);
    return Buffer.from(await encrypter.encrypt(packed));
  };
  const plain = changes.plain?.(database) ?? database;
  const ending = isEncrypted ? 'zst.age' : 'zst';
  const parts = [
    { name: `database.sqlite.${ending}`, holds: 'database' as const, bytes: await pack(plain), of: database },
    { name: `details.json.${ending}`, holds: 'details' as const, bytes: await pack(details), of: details },
  ];
  const honest: Manifest = {
    id: randomUUIDv7(),
    instanceId,
    writerId: randomUUID(),
    sequence: 1,
    why: 'by_hand',
    appVersion: '0.2.0',
    schemaVersion,
    takenAt,
    keyFingerprint: key.fingerprint,
    recipients: isEncrypted ? [recipient, ...further] : [],
    previous: null,
    auditHead,
    parts: parts.map(({ name, holds, bytes, of }) => ({
      name,
      holds,
      sizeBytes: bytes.length,
      sha256: digest(bytes),
      unpackedBytes: of.length,
    })),
  };
  const manifest = changes.manifest?.(honest) ?? honest;
  const folder = join(destination, formatInstanceFolder(instanceId), formatBackupFolder(manifest));
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of parts) writeFileSync(join(folder, name), bytes);
  const written = formatManifest(manifest);
  const mac = computeManifestMac(key, manifest, written);
  writeFileSync(join(folder, MANIFEST_FILE), changes.signed?.(written) ?? written);
  writeFileSync(join(folder, MAC_FILE), formatMac(mac));
  return folder;
}

/** One of somebody else, and its recipient: as age-keygen makes them. */
export async function generateIdentity(): Promise<[identity: string, recipient: string]> {
  const identity = await age.generateX25519Identity();
  return [identity, await age.identityToRecipient(identity)];
}

export const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function takeSnapshot({ sqlite, identity }: Pick<Store, 'sqlite' | 'identity'>, changes: Changes) {
  const folder = mkdtempSync(join(tmpdir(), 'temps-snapshot-'));
  const path = join(folder, 'database.sqlite');
  try {
    sqlite.prepare('VACUUM INTO ?').run(path);
    const copy = new Database(path);
    copy.exec('DELETE FROM sessions');
    const auditHead = findAuditHead(copy, identity);
    changes.database?.(copy);
    const { rows, groups } = countContents(copy, { table: 'secrets', column: 'kind' });
    const schemaVersion = copy.pragma('user_version', { simple: true }) as number;
    copy.close();
    const database = changes.file?.(readFileSync(path)) ?? readFileSync(path);
    const honest: Details = {
      instance: identity,
      database: { sizeBytes: database.length, sha256: digest(database) },
      tables: rows,
      sealedValues: groups,
    };
    const details = formatDetails(changes.details?.(honest) ?? honest);
    return { database, details, schemaVersion, auditHead };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of a schema that has hashes; null for one of before. */
function findAuditHead(sqlite: Database.Database, identity: Store['identity']): Manifest['auditHead'] {
  if ((sqlite.pragma('table_list(audit_anchors)') as unknown[]).length === 0) return null;
  const { id, hash } = createChain({ sqlite, identity }).findHead();
  return id === 0 ? null : { id, hash: hash.toString('hex') };
}

/** As someone who writes the file with a program of their own, and leaves its schema as it was. */
export function tamperWithAuditLog(sqlite: Database.Database, change: () => void): void {
  const triggers = sqlite
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit_log'")
    .all() as { name: string; sql: string }[];
  for (const { name } of triggers) sqlite.exec(`DROP TRIGGER ${name}`);
  change();
  for (const { sql } of triggers) sqlite.exec(sql);
}
