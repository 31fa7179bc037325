import { AppError } from '../../kernel/app-error.ts';
import { askOnce, type Program, programFile } from '../../kernel/processes.ts';
import type { VaultCore } from '../vault-core.ts';

export interface SnapshotRequest {
  dataDir: string;
  nowMs: number;
}

/** `refused`: why it could not be kept. */
export type SnapshotAnswer = { kept: string } | { refused: string };

export const snapshotProgram: Program<SnapshotRequest, SnapshotAnswer> = {
  name: 'safety snapshot',
  file: programFile(import.meta, 'before-rotation-process'),
  // A slow disk takes a second for each few megabytes.
  timeoutMs: 10 * 60_000,
  parseRequest(message) {
    const { dataDir, nowMs } = message as Record<string, unknown>;
    if (typeof dataDir !== 'string' || typeof nowMs !== 'number') throw new TypeError('no data directory');
    return { dataDir, nowMs };
  },
  parseAnswer(message) {
    const { kept, refused } = message as Record<string, unknown>;
    if (typeof kept === 'string') return { kept };
    if (typeof refused === 'string') return { refused };
    throw new TypeError('no answer');
  },
};

/**
 * Keeps the database as it is before a rotation, in a process without a key. Throws `rotation_not_possible` where it cannot be
 * kept: nothing has been changed then, and a person is there who can make room.
 *
 * @returns the folder that it is in.
 */
export async function keepBeforeRotation({ dataDir, clock, processes }: VaultCore): Promise<string> {
  const answer = await askOnce(processes, snapshotProgram, { dataDir, nowMs: clock.now() });
  if ('kept' in answer) return answer.kept;
  throw new AppError(
    'rotation_not_possible',
    `The database as it is could not be kept before the rotation. ${answer.refused} Nothing was encrypted with the new key yet: make room, for example by deleting former databases (temps-desktop backup former), then continue.`,
  );
}
