import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/env-files');

/** A file as a public project has it: its names and its ways of writing them, with other values. */
export interface RealFile {
  file: string;
  project: string;
  /** Where such a file is. */
  seen: string;
  /** Lines that are no variables. */
  refused: number[];
  /** Names of what is a secret, by a person's judgement. */
  secrets: string[];
  /** Names of what is none, and is taken for one: nobody could tell from name and value. */
  overcautious: string[];
  /** What a program gets. */
  values: Record<string, string>;
}

export const realFiles = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as RealFile[];

export function readRealFile({ file }: RealFile): Buffer {
  return readFileSync(join(folder, file));
}
