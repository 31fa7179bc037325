import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasDatabase } from '../../store/data-directory.ts';
import { readIdentity, type Sqlite } from '../../store/database-file.ts';
import type { InstanceIdentity } from '../../store/instance-table.ts';
import { readAside } from '../../store/read-aside.ts';
import { countContents, type RowCounts } from '../../store/row-counts.ts';
import { type CustodyHere, listKnownKeys, readCustodyHere } from '../../vault/home/restored-custody.ts';
import type { Fingerprint } from '../../vault/sealing/master-key.ts';
import { COUNTED } from '../format/details.ts';
import { findWriter } from '../making/writer.ts';

/** A data directory that something is to be restored into, looked at without writing; null is what cannot be read. */
export interface Target {
  dataDir: string;
  hasDatabase: boolean;
  /** Null also for one that nobody has used yet: any instance may come into it. */
  instance: InstanceIdentity | null;
  custody: CustodyHere | null;
  keys: Fingerprint[];
  counts: RowCounts | null;
  /** Who makes backups here. */
  writerId: string | null;
}

export function lookAt(dataDir: string): Target {
  if (!existsSync(dataDir) || !hasDatabase(dataDir)) return emptyTarget(dataDir);
  // Each by itself: of a damaged database what can be read still says whose it is, and where its keys are.
  const read = <T>(what: (sqlite: Sqlite) => T) => readAside(dataDir, what);
  const counts = read((sqlite) => countContents(sqlite, COUNTED));
  const isUnused = counts !== null && isUntouched(counts);
  return {
    dataDir,
    hasDatabase: true,
    instance: isUnused ? null : read((sqlite) => readIdentity(sqlite, dataDir)),
    custody: read((sqlite) => readCustodyHere({ sqlite })),
    keys: read((sqlite) => listKnownKeys({ sqlite })) ?? [],
    counts: isUnused ? null : counts,
    writerId: read((sqlite) => findWriter({ store: { sqlite }, dataDir })?.writerId ?? null),
  };
}

function emptyTarget(dataDir: string): Target {
  return {
    dataDir,
    hasDatabase: false,
    instance: null,
    custody: null,
    keys: [],
    counts: null,
    writerId: null,
  };
}

/** What somebody put into an instance. A start alone makes a key, a certificate and lines of the log. */
const MADE_BY_PEOPLE = ['users', 'projects', 'env_vars', 'api_keys', 'deployment_tokens', 'key_copies'];

function isUntouched({ rows }: RowCounts): boolean {
  const counts = new Map(Object.entries(rows));
  return MADE_BY_PEOPLE.every((table) => (counts.get(table) ?? 0) === 0);
}

/** The folder itself, or the nearest one around it that is there. */
export function findExisting(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : findExisting(dirname(path));
}
