import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names, modes and content of a folder, itself first under the name `.`: two that are equal are of an unchanged one. */
export function snapshot(folder: string): [name: string, mode: number, hash: string][] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return ['.', ...names].map((name) => {
    const at = join(folder, name);
    const info = lstatSync(at);
    return [
      name,
      info.mode,
      info.isFile() ? createHash('sha256').update(readFileSync(at)).digest('hex') : '',
    ];
  });
}
