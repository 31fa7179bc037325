import type { ChildProcess } from 'node:child_process';
import type { DownloadOptions } from './desktop-download.mjs';

export interface FindDesktopOptions extends Omit<DownloadOptions, 'firstByteMs' | 'stallMs'> {
  /** 10 s and 60 s unless told. */
  firstByteMs?: number;
  stallMs?: number;
  platform: NodeJS.Platform;
  isRoot: boolean;
  /** What the desktop will be started with. */
  words: readonly string[];
  /** Again, although it failed before. */
  mustFetch: boolean;
  say: (text: string) => void;
}

/** The words of `npm start --`: its own two, and the rest, which is for the app. */
export function readStartWords(words: readonly string[]): {
  isHeadless: boolean;
  mustFetch: boolean;
  rest: string[];
};

/**
 * Electron's program, or why the desktop cannot open here. It is fetched when it is missing: once for each version
 * (`node_modules/.desktop-runtime` remembers that it failed). Throws when the package electron is not installed.
 */
export function findDesktop(options: FindDesktopOptions): Promise<{ program: string } | { reason: string }>;

/** Starts the desktop of the project in `root`, on this process's terminal. */
export function startDesktop(
  program: string,
  root: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess;
