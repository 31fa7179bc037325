import { answerRequests } from '../../kernel/answer-requests.ts';
import { AppError } from '../../kernel/app-error.ts';
import { keepSnapshot } from '../../store/safety-snapshot.ts';
import { type SnapshotAnswer, snapshotProgram } from './before-rotation.ts';

answerRequests(snapshotProgram, ({ dataDir, nowMs }): SnapshotAnswer => {
  try {
    return { kept: keepSnapshot(dataDir, 'rotation', nowMs) };
  } catch (error) {
    if (error instanceof AppError) return { refused: error.message };
    const { code } = error as { code?: unknown };
    // What has no code is a fault of this program, and ends it.
    if (typeof code !== 'string') throw error;
    return { refused: `It could not be written (${code}).` };
  }
});
