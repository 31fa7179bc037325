import { AppError } from '../kernel/app-error.ts';
import type { ProcessHost } from '../kernel/process-hosts.ts';
import { askOnce, type Program, programFile } from '../kernel/processes.ts';
import type { Store } from './store.ts';

/** What SQLite found, in its own words; empty when the file is sound. */
export type IntegrityFindings = string[];

export const integrityProgram: Program<{ path: string }, IntegrityFindings> = {
  name: 'integrity check',
  file: programFile(import.meta, 'integrity-process'),
  // A second or two for each gigabyte on a common disk.
  timeoutMs: 10 * 60_000,
  parseRequest(message) {
    const { path } = message as Record<string, unknown>;
    if (typeof path !== 'string') throw new TypeError('no path');
    return { path };
  },
  parseAnswer(message) {
    if (!Array.isArray(message) || !message.every((line) => typeof line === 'string'))
      throw new TypeError('no findings');
    return message;
  },
};

/**
 * Runs `PRAGMA quick_check` on a connection and a process of its own, so that neither start-up nor the event
 * loop waits for it, and a stop can end it at any time: a thread in the middle of SQLite cannot be. A file that cannot
 * be opened counts as damaged. Throws `process_failed`.
 *
 * @param signal ends the check, which then found nothing.
 */
export async function checkIntegrity(
  processes: ProcessHost,
  path: string,
  signal: AbortSignal,
): Promise<IntegrityFindings> {
  try {
    return await askOnce(processes, integrityProgram, { path }, { signal });
  } catch (error) {
    if (signal.aborted) return [];
    throw error;
  }
}

export function damagedError(path: string, [finding]: IntegrityFindings, cause?: unknown): AppError {
  return new AppError(
    'database_damaged',
    `${path} is damaged (${finding}). Nothing more is written to it, and it is kept as it is. Copy the file elsewhere, then restore a backup, if there is one: temps-desktop restore FROM.`,
    { cause },
  );
}

/**
 * Checks an open database; if it is damaged, all writing to it stops, and what was found is returned. Null for a sound
 * one, and for one that is in trouble already.
 */
export async function stopIfDamaged(
  store: Store,
  processes: ProcessHost,
  signal: AbortSignal,
): Promise<{ detail: string; findings: IntegrityFindings } | null> {
  const findings = await checkIntegrity(processes, store.path, signal);
  // A file that is gone cannot be checked, and is no damaged one.
  if (findings.length === 0 || signal.aborted || store.findTrouble()) return null;
  const detail = damagedError(store.path, findings).message;
  store.stopWriting(detail);
  return { detail, findings };
}
