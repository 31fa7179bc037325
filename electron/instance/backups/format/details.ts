import type { InstanceIdentity } from '../../store/instance-table.ts';

/**
 * What a backup says of its content: the part `details.json.zst`, which is as readable as the database itself. A drill
 * compares it with what it finds.
 */
export interface Details {
  instance: InstanceIdentity;
  /** Of the plain database: what the part is unpacked to. */
  database: { sizeBytes: number; sha256: string };
  /** Rows of each table. */
  tables: Record<string, number>;
  /** Encrypted values of each kind. */
  sealedValues: Record<string, number>;
}

/** What is counted by a column, beside the rows of every table: encrypted values by their kind. */
export const COUNTED = { table: 'secrets', column: 'kind' } as const;

/** As it is stored. See read-details.ts, which is apart so that the process that packs loads no more than it needs. */
export interface WrittenDetails {
  format: 'temps backup details';
  version: 1;
  instance: { id: string; name: string };
  database: { size_bytes: number; sha256: string };
  tables: Record<string, number>;
  sealed_values: Record<string, number>;
}

/** JSON of two spaces, and a line end. */
export function formatDetails({ instance, database, tables, sealedValues }: Details): Buffer {
  const written: WrittenDetails = {
    format: 'temps backup details',
    version: 1,
    instance: { id: instance.id, name: instance.name },
    database: { size_bytes: database.sizeBytes, sha256: database.sha256 },
    tables,
    sealed_values: sealedValues,
  };
  return Buffer.from(`${JSON.stringify(written, null, 2)}\n`, 'utf8');
}
