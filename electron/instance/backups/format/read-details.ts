import { z } from 'zod';
import { AppError } from '../../kernel/app-error.ts';
import type { Details, WrittenDetails } from './details.ts';

/** No details are longer: they are read whole. */
export const MAX_DETAILS_BYTES = 1024 * 1024;

const count = z.int().min(0);
const counts = z.record(z.string().max(200), count);
const detailsShape = z.strictObject({
  format: z.literal('temps backup details'),
  version: z.literal(1),
  instance: z.strictObject({ id: z.uuid(), name: z.string() }),
  database: z.strictObject({ size_bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  tables: counts,
  sealed_values: counts,
}) satisfies z.ZodType<WrittenDetails>;

/** Throws `backup_damaged`. SECURITY: what is wrong is not shown: it may be anything. */
export function parseDetails(bytes: Uint8Array): Details {
  try {
    if (bytes.length > MAX_DETAILS_BYTES) throw new Error('too long');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const { instance, database, tables, sealed_values } = detailsShape.parse(JSON.parse(text));
    return {
      instance,
      database: { sizeBytes: database.size_bytes, sha256: database.sha256 },
      tables,
      sealedValues: sealed_values,
    };
  } catch {
    throw new AppError('backup_damaged', 'The list of what the backup holds cannot be read.');
  }
}
