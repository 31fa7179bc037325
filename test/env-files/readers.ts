import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One way of writing, and what each reader makes of the variable: null where it has none. What is not there was not
 * compared. `npm` was recorded with dotenv 18.0.10, `compose` is by its documents; the others are asked here.
 */
export interface ReaderCase {
  kind: string;
  text: string;
  name: string;
  ours: string | null;
  /** Whether ours names a line that it does not take. */
  refused: boolean;
  bash?: string | null;
  python: string | null;
  npm: string | null;
  compose?: string | null;
  why: string;
}

export const readerCases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/env-readers.json'), 'utf8'),
) as ReaderCase[];

/** Of many files at once, in their order: a process for each would take long. Pairs, for names that objects have. */
export type Reader = (files: readonly (string | Buffer)[]) => [string, string][][];

/** What a shell adds by itself. */
const OF_SHELLS = new Set(['PWD', 'OLDPWD', 'SHLVL', '_', 'PATH', 'HOME', 'PYTHONUTF8']);
const HOME = '/home/ada';

/** `set -a; . file`, each file in a shell of its own, which keeps what it got when a line of it fails. */
export const readByBash: Reader = (files) =>
  readAll(files, (paths, folder) => {
    const script = `for file; do (trap 'env -0' EXIT; set -a; . "$file") 2>/dev/null; printf 'end\\0'; done`;
    const lines = run(folder, 'bash', ['--norc', '--noprofile', '-c', script, 'bash', ...paths]).split('\0');
    const found: [string, string][][] = [[]];
    for (const line of lines) {
      if (line === 'end') found.push([]);
      const name = line.slice(0, line.indexOf('='));
      if (line.includes('=') && !OF_SHELLS.has(name)) found.at(-1)?.push([name, line.slice(name.length + 1)]);
    }
    return found.slice(0, -1);
  });

/** A Python that has python-dotenv: the one that is called, or the system's; null for none. */
const python = ['python3', '/usr/bin/python3'].find(
  (path) => spawnSync(path, ['-c', 'import dotenv']).status === 0,
);
export const hasPythonDotenv = python !== undefined;

export const readByPython: Reader = (files) =>
  readAll(
    files,
    (paths, folder) =>
      JSON.parse(
        run(folder, python ?? 'python3', [
          '-c',
          'import sys, os, json\nfrom dotenv import dotenv_values\nos.environ.clear()\nprint(json.dumps([[[k, v] for k, v in dotenv_values(p, encoding="utf-8").items() if v is not None] for p in sys.argv[1:]]))',
          ...paths,
        ]),
      ) as [string, string][][],
  );

function readAll(
  files: readonly (string | Buffer)[],
  read: (paths: string[], folder: string) => [string, string][][],
): [string, string][][] {
  const folder = mkdtempSync(join(tmpdir(), 'temps-readers-'));
  try {
    return read(
      files.map((text, at) => {
        const path = join(folder, `${at}.env`);
        writeFileSync(path, text);
        return path;
      }),
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(folder: string, command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    // What stands in a file may be a redirection to a shell.
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME, PYTHONUTF8: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout;
}
