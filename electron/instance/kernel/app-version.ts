import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of this program, as its package says. */
export function readAppVersion(): string {
  const manifest = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
