import type { Schemas } from './api-request.ts';
import { sayActor } from './audit/actor-words.ts';
import { formatCount } from './command.ts';

type Read = Schemas['VariableRead'];
type Unusual = Schemas['UnusualRead'];

const ways: Record<Schemas['ReadWay'], string> = {
  revealed: 'revealed',
  exported: 'exported',
  run: 'read for a program',
  compared: 'compared with an imported file or another environment',
};

const vias: Record<NonNullable<Read['via']>, string> = {
  window: 'the owner, in the window',
  socket: 'the owner, on the command line',
  browser: 'the owner, in a browser',
};

function nameReader({ via, by }: Pick<Read, 'via' | 'by'>): string {
  return via === null ? sayActor(by) : vias[via];
}

/** One row: when, who, how, how often. */
export const describeRead = (read: Read): string[] => [
  new Date(read.last_at).toISOString(),
  nameReader(read),
  `${ways[read.how]}${read.together > 1 ? `, with ${formatCount(read.together - 1, 'other variable')}` : ''}`,
  formatCount(read.count, 'time'),
  read.ip ?? '',
];

/** One sentence for the status and the list. */
export const describeUnusual = (read: Unusual): string =>
  `${nameReader(read)} ${sayWhat(read)} at ${new Date(read.at).toISOString()}${read.ip === null ? '' : ` from ${read.ip}`}: ${rules[read.rule]}.`;

const sayWhat = ({ how, variables }: Unusual): string =>
  how === 'managed'
    ? `managed people ${formatCount(variables, 'time')}, first`
    : `read ${formatCount(variables, 'secret')} (${ways[how]})`;

const rules: Record<Unusual['rule'], string> = {
  new_key: 'its first reading, within a day of its creation',
  bulk: 'never so many before within an hour',
  people: 'a program added, deleted or restored people, or changed their roles; audit has each',
};
