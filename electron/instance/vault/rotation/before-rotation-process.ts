import { answerRequests } from '../../kernel/answer-requests.ts';
import { explainUnkept, writeSnapshot } from '../../store/safety-snapshot.ts';
import { type SnapshotAnswer, snapshotProgram } from './before-rotation.ts';

answerRequests(snapshotProgram, ({ dataDir, folder }): SnapshotAnswer => {
  try {
    writeSnapshot(dataDir, folder);
    return { refused: null };
  } catch (error) {
    const refused = explainUnkept(error);
    // It ends this process.
    if (refused === null) throw error;
    return { refused };
  }
});
