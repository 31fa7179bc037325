import type { Schemas } from '../api-request.ts';
import { findText, formatDay, formatTable, type Invocation } from '../command.ts';
import { usageError } from '../command-error.ts';

type Ends = Pick<
  Schemas['Variable'],
  'expires_at' | 'expires_from' | 'found_expires_at' | 'found_expires_from'
>;
type Ending = Schemas['EndingVariable'];
type SaidEnd = number | 'never' | null;

export const endOptions = { expires: { type: 'string' }, 'no-expires': { type: 'boolean' } } as const;

const DAY_MS = 24 * 60 * 60 * 1000;
const TELL_DAYS = 30;
/** As many as a person reads among other things. */
const MAX_TOLD = 5;

/** What `--expires` or `--no-expires` says; undefined without both. */
export function readEndOption(invocation: Invocation): SaidEnd | undefined {
  const text = findText(invocation, 'expires');
  const isNone = invocation.values['no-expires'] === true;
  if (text !== undefined && isNone) throw usageError('Use either --expires or --no-expires, not both.');
  if (isNone) return 'never';
  return text === undefined ? undefined : parseEnd(text);
}

/**
 * A day, a time, a number of days from now, `never`, or `found`: as the value says. A day is meant at noon in UTC: so it is
 * that day wherever it is read. Throws a usage error.
 */
export function parseEnd(text: string, nowMs = Date.now()): SaidEnd {
  if (text === 'never') return 'never';
  if (text === 'found') return null;
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  if (days !== undefined) return nowMs + Number(days) * DAY_MS;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = isDay || isTime ? Date.parse(isDay ? `${text}T12:00:00Z` : text) : Number.NaN;
  // 31 February is another day to some.
  const isThere = !isDay || (Number.isFinite(ms) && formatDay(ms) === text);
  if (Number.isFinite(ms) && isThere) return ms;
  throw usageError(
    `An end is a day (2027-03-01), a time (2027-03-01T10:00:00Z), a number of days (90d), never, or found: ${text} is none.`,
  );
}

const foundWords: Record<NonNullable<Ends['found_expires_from']>, string> = {
  certificate: 'the certificate',
  jwt: 'the token',
  ssh_certificate: 'the SSH certificate',
  openpgp_key: 'the OpenPGP key',
};

/** "ends 2027-03-01", "ended 2026-11-26 (3 days ago)"; empty for one without an end that anyone knows. */
export function describeEnd(ends: Ends, nowMs = Date.now()): string {
  const { expires_at: at, expires_from: from, found_expires_at: foundAt, found_expires_from: source } = ends;
  const itself =
    from === 'by_hand' && foundAt !== null && source !== null && foundAt !== at
      ? `; ${foundWords[source]} itself ${sayWhen(foundAt, nowMs)}`
      : '';
  if (at === null) return itself === '' ? '' : `said to have no end${itself}`;
  return `${sayWhen(at, nowMs)}${itself}`;
}

function sayWhen(at: number, nowMs: number): string {
  const day = formatDay(at);
  if (at <= nowMs) {
    const days = Math.floor((nowMs - at) / DAY_MS);
    return `ended ${day} (${days === 0 ? 'within the last day' : `${count(days)} ago`})`;
  }
  // What was said to be 5 days from now is 5, a moment later too.
  const days = Math.round((at - nowMs) / DAY_MS);
  if (days > TELL_DAYS) return `ends ${day}`;
  return `ends ${day} (${days === 0 ? 'within a day' : `in ${count(days)}`})`;
}

const count = (days: number) => `${days} ${days === 1 ? 'day' : 'days'}`;

/** What is said once a variable was set. */
export function describeSetEnd(saved: Ends, isSaid: boolean): string {
  const end = describeEnd(saved);
  if (end === '') return '';
  const keeps =
    saved.expires_from === 'by_hand' && !isSaid
      ? ' That was said by hand before, and stays: env expires.'
      : '';
  return ` It ${end.startsWith('said') ? `is ${end}` : end}.${keeps}`;
}

const place = ({ project, environments }: Ending): string =>
  project === null
    ? 'shared'
    : `${project.slug}${environments.length > 0 ? ` (${environments.join(', ')})` : ''}`;

/** A line for each. */
export const describeEnding = (variables: readonly Ending[]): string =>
  formatTable(variables.map((variable) => [variable.key, place(variable), describeEnd(variable)]));

/** For the status: the first of them, and how many more. */
export function listEndingLines({ variables, has_more }: Schemas['EndingVariables']): string[] {
  const more = variables.length - MAX_TOLD;
  return [
    ...variables
      .slice(0, MAX_TOLD)
      .map((variable) => `${variable.key} of ${place(variable)} ${describeEnd(variable)}`),
    ...(more > 0 ? [`and ${more}${has_more ? ' or more' : ''} others: env ends`] : []),
  ];
}
