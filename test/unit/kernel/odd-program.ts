import { type Program, programFile } from '../../../electron/instance/kernel/processes.ts';

export type OddRequest =
  | { do: 'echo'; text: string }
  | {
      do:
        | 'count'
        | 'pid'
        | 'wrong shape'
        | 'no envelope'
        | 'die'
        | 'hang'
        | 'spin'
        | 'answer twice'
        | 'answer again later'
        | 'no JSON'
        | 'no end of line'
        | 'fill the heap';
    }
  | { do: 'progress'; percents: unknown[] };

/** For the tests of processes: a program that does what no program should, when it is asked to. */
export const oddProgram: Program<OddRequest, string> = {
  name: 'odd',
  file: programFile(import.meta, 'odd-process'),
  timeoutMs: 20_000,
  parseRequest: (message) => message as OddRequest,
  parseAnswer(message) {
    if (typeof message !== 'string') throw new TypeError('no text');
    return message;
  },
};
