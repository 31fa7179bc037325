import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
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

/** A name of a folder is its use and a UUID. */
const readUse = (name: string): string => name.slice(0, -'-'.length - 36);

/** The uses that a data directory has a scratch folder for now. */
export function listScratch(dataDir: string): string[] {
  const parent = join(dataDir, 'scratch');
  return existsSync(parent) ? readdirSync(parent).map(readUse) : [];
}

/** The scratch folder of a use; throws where there is none, or more than one. */
export function findScratch(dataDir: string, use: string): string {
  const parent = join(dataDir, 'scratch');
  const [name, ...more] = readdirSync(parent).filter((each) => readUse(each) === use);
  if (name === undefined || more.length > 0) throw new Error(`not one scratch folder of ${use}`);
  return join(parent, name);
}
