import type { ProcessHost } from '../kernel/process-hosts.ts';
import { askOnce, type Program, programFile } from '../kernel/processes.ts';

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
    return await askOnce(processes, integrityProgram, { path }, signal);
  } catch (error) {
    if (signal.aborted) return [];
    throw error;
  }
}
