import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { answerRequests } from '../../../electron/instance/kernel/answer-requests.ts';
import { oddProgram } from './odd-program.ts';

let count = 0;
let again: unknown;

answerRequests(oddProgram, (request, tell) => {
  count += 1;
  if (again) say(again);
  switch (request.do) {
    case 'echo':
      return request.text;
    case 'count':
      return String(count);
    case 'progress':
      for (const share of [0, 0.004, 0.01, 0.5, 0.2, 0.505, 1, 2]) tell(share);
      for (const percent of request.percents) say({ id: count, percent });
      return 'done';
    case 'pid':
      return String(process.pid);
    case 'wrong shape':
      return { text: 'in an object' } as unknown as string;
    case 'no envelope':
      say('an answer of its own');
      break;
    case 'answer twice':
      setImmediate(() => say({ id: count, answer: 'again' }));
      return 'once';
    case 'answer again later':
      again = { id: count, answer: 'again' };
      return 'once';
    case 'die':
      process.exit(3);
      break;
    case 'spin':
      for (;;);
    case 'no JSON':
      writeSync(1, 'no JSON\n');
      break;
    case 'no end of line':
      process.stdout.write('x'.repeat(3 * 1024 * 1024));
      break;
    case 'fill the heap':
      for (const kept: unknown[] = []; ; ) kept.push(Array(1000).fill(count));
    case 'hang':
  }
  return new Promise(() => undefined);
});

/** Past `answerRequests`, by the way this process has. */
function say(message: unknown): void {
  const port = (process as { parentPort?: { postMessage(message: unknown): void } }).parentPort ?? parentPort;
  if (port) port.postMessage(message);
  else writeSync(1, `${JSON.stringify(message)}\n`);
}
