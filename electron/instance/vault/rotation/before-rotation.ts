import { AppError } from '../../kernel/app-error.ts';
import { askOnce, type Program, programFile } from '../../kernel/processes.ts';
import { dropSnapshot, explainUnkept, nameSnapshot, prepareSnapshot } from '../../store/safety-snapshot.ts';
import type { VaultCore } from '../vault-core.ts';

/** `folder`: where it is written to. */
export interface SnapshotRequest {
  dataDir: string;
  folder: string;
}

/** `refused`: why it could not be written; null where it was. */
export interface SnapshotAnswer {
  refused: string | null;
}

export const snapshotProgram: Program<SnapshotRequest, SnapshotAnswer> = {
  name: 'safety snapshot',
  file: programFile(import.meta, 'before-rotation-process'),
  // A slow disk takes a second for each few megabytes.
  timeoutMs: 10 * 60_000,
  parseRequest(message) {
    const { dataDir, folder } = message as Record<string, unknown>;
    if (typeof dataDir !== 'string' || typeof folder !== 'string') throw new TypeError('no folders');
    return { dataDir, folder };
  },
  parseAnswer(message) {
    const { refused } = message as Record<string, unknown>;
    if (refused !== null && typeof refused !== 'string') throw new TypeError('no answer');
    return { refused };
  },
};

/**
 * Keeps the database as it is before a rotation, written in a process without a key. Throws `rotation_not_possible` where it
 * cannot be kept: nothing has been changed then, and a person is there who can make room.
 *
 * @returns the folder that it is in.
 */
export async function keepBeforeRotation({ dataDir, clock, processes }: VaultCore): Promise<string> {
  const folder = orRefuse(() => prepareSnapshot(dataDir, 'rotation'));
  try {
    const { refused } = await askOnce(processes, snapshotProgram, { dataDir, folder });
    if (refused !== null) throw refuse(refused);
    return orRefuse(() => nameSnapshot(dataDir, folder, 'rotation', clock.now()));
  } finally {
    dropSnapshot(folder);
  }
}

function orRefuse(work: () => string): string {
  try {
    return work();
  } catch (error) {
    const why = explainUnkept(error);
    throw why === null ? error : refuse(why);
  }
}

const refuse = (why: string) =>
  new AppError(
    'rotation_not_possible',
    `The database as it is could not be kept before the rotation. ${why} Nothing was encrypted with the new key yet: make room, for example by deleting former databases (temps-desktop backup former), then continue.`,
  );
