import { parentPort } from 'node:worker_threads';
import { closeDebugDoors } from './debug-doors.ts';
import { readJsonLines, writeJsonLine } from './json-lines.ts';
import type { AnswerMessage, Program, ProgressMessage, RequestMessage } from './processes.ts';

/**
 * Runs in the process: answers requests until the other side is gone. An error ends the process without a response.
 *
 * @param answer may tell which share of its work is done, from 0 to 1.
 */
export function answerRequests<Request, Answer>(
  program: Program<Request, Answer>,
  answer: (request: Request, tell: (share: number) => void) => Answer | Promise<Answer>,
): void {
  closeDebugDoors();
  const port = openPort(async (message) => {
    try {
      const { id, request } = message as RequestMessage;
      const tell = inPercents((percent) => port.send({ id, percent } satisfies ProgressMessage));
      port.send({ id, answer: await answer(program.parseRequest(request), tell) } satisfies AnswerMessage);
    } catch {
      process.exit(1);
    }
  });
}

/** Of a share from 0 to 1 each whole percent once, and none twice. */
function inPercents(send: (percent: number) => void): (share: number) => void {
  let last = 0;
  return (share) => {
    const percent = Math.min(100, Math.floor(share * 100));
    if (percent <= last) return;
    last = percent;
    send(percent);
  };
}

/** What Electron gives a utility process. */
interface ElectronPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

function openPort(onMessage: (message: unknown) => void): { send(message: unknown): void } {
  const electronPort = (process as { parentPort?: ElectronPort }).parentPort;
  if (electronPort) {
    electronPort.on('message', ({ data }) => onMessage(data));
    return { send: (message) => electronPort.postMessage(message) };
  }
  if (parentPort) {
    const port = parentPort;
    port.on('message', onMessage);
    return { send: (message) => port.postMessage(message) };
  }
  const hangUp = () => process.exit();
  readJsonLines(process.stdin, onMessage, hangUp);
  process.stdin.on('close', hangUp);
  return { send: (message) => writeJsonLine(process.stdout, message) };
}
