import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandError } from '../command-error.ts';

/** Says which project a folder is of: for people who work in it, so that they need not name it. It holds no secret. */
export const LINK_FILE = '.temps.json';
const MAX_BYTES = 64 * 1024;

export interface FolderLink {
  project: string;
  /** Null for the one that a command takes by itself. */
  environment: string | null;
  /** Of the file. */
  path: string;
}

/**
 * The link of a folder, or of the nearest one around it; null for none. Throws `link_invalid` for a file that is none.
 *
 * SECURITY: a file of another account is refused, by name: in a folder that others may write to, they would choose whose
 * secrets a program gets.
 */
export function findFolderLink(folder = process.cwd()): FolderLink | null {
  const path = join(folder, LINK_FILE);
  const text = readOwn(path);
  if (text !== null) return parse(path, text);
  const around = dirname(folder);
  return around === folder ? null : findFolderLink(around);
}

function readOwn(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw invalid(path, `cannot be read (${code})`);
  }
  try {
    const info = fstatSync(file);
    const own = process.getuid?.();
    if (!info.isFile() || info.size > MAX_BYTES) throw invalid(path, 'is no link of a folder');
    if (own !== undefined && info.uid !== own && info.uid !== 0)
      throw invalid(path, 'is of another account, which is not followed');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function parse(path: string, text: string): FolderLink {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid(path, 'is no JSON');
  }
  const { project, environment = null, ...others } = (parsed ?? {}) as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(path, `has a field ${unknown}, which means nothing here`);
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  if (!isText(project) || !(environment === null || isText(environment)))
    throw invalid(path, 'names no project');
  return { project, environment, path };
}

function invalid(path: string, why: string): CommandError {
  return new CommandError(
    'link_invalid',
    `${path} ${why}. Name the project with -p, or link the folder again.`,
  );
}

/** Writes the link of a folder, in place of the one that it has. Returns the path. */
export function writeFolderLink(link: Omit<FolderLink, 'path'>, folder = process.cwd()): string {
  const path = join(folder, LINK_FILE);
  const { project, environment } = link;
  const partial = `${path}.${process.pid}`;
  try {
    const text = JSON.stringify({ project, ...(environment === null ? {} : { environment }) }, null, 2);
    writeFileSync(partial, `${text}\n`, { flag: 'wx' });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new CommandError(
      'link_invalid',
      `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  return path;
}

/** Of this folder alone. False where it has none. */
export function removeFolderLink(folder = process.cwd()): boolean {
  try {
    rmSync(join(folder, LINK_FILE));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    throw invalid(join(folder, LINK_FILE), `cannot be removed (${code})`);
  }
}
