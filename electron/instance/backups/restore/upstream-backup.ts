import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { parseKeyText } from '../../vault/sealing/master-key.ts';

/** Upstream Temps writes it beside a dump of its PostgreSQL database. */
export const UPSTREAM_METADATA = 'metadata.json';
const MAX_BYTES = 64 * 1024;
/** What its metadata says of every backup. */
const MARKS = ['backup_id', 'engine', 's3_source_id', 'compression_type', 'compression', 'backup_type'];
const MAX_DEPTH = 3;

/**
 * Throws `not_found`, in words, for a folder with a backup of upstream Temps, which is no backup of this app. Some of
 * upstream's carry the encryption key beside what it encrypts: that is said first. SECURITY: by its fingerprint.
 */
export async function refuseUpstream(folder: string): Promise<void> {
  const metadata = await readMetadata(join(folder, UPSTREAM_METADATA));
  if (metadata === null) return;
  const key = findKey(metadata, MAX_DEPTH);
  if (key === null && !MARKS.some((name) => Object.hasOwn(metadata, name))) return;
  const what = `${folder} has a backup of upstream Temps: a dump of its PostgreSQL database, which this app does not restore. Export the variables there, and import the .env files here (env import).`;
  if (key === null) throw new AppError('not_found', what);
  const fingerprint = parseKeyText(key)?.fingerprint;
  throw new AppError(
    'not_found',
    `${what} This backup carries its own key${fingerprint === undefined ? '' : ` (${fingerprint})`}, in ${UPSTREAM_METADATA}: whoever could read it could decrypt every secret in it. Where that key is in use, rotate it (temps-desktop key rotate --copy-to PATH --format age), delete such backups, and replace the passwords and tokens themselves where they were issued.`,
    { details: { fingerprint: fingerprint ?? null } },
  );
}

async function readMetadata(path: string): Promise<Record<string, unknown> | null> {
  try {
    const info = await lstat(path);
    if (!info.isFile() || info.size > MAX_BYTES) return null;
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function findKey(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null || depth === 0) return null;
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'encryption_key' && typeof inner === 'string' && inner !== '') return inner.trim();
    const found = findKey(inner, depth - 1);
    if (found !== null) return found;
  }
  return null;
}
