import type { Schemas } from '../api-request.ts';
import { findText, findTexts, type Invocation } from '../command.ts';
import { usageError } from '../command-error.ts';
import { writeOut } from '../terminal-text.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Options of API keys and deployment tokens alike: until when, and from where they may be used. */
export const lifeOptions = { days: { type: 'string' } } as const;
export const addressOptions = { from: { type: 'string', multiple: true } } as const;
export const FROM_NOTES = `an address or network that it may be used from, and from no other; may be given several times. Programs
                 on this machine count as 127.0.0.1 and ::1; behind a reverse proxy, everyone has the proxy's address.`;

/** What --days says, for the body of a request; nothing without it. */
export function readEnd(invocation: Invocation): { expires_at?: string | null } {
  if (findText(invocation, 'days') === 'never') return { expires_at: null };
  return readEndWithin(invocation, 9999, ', or never');
}

/** The same of what has to end. */
export function readEndWithin(invocation: Invocation, most: number, or = ''): { expires_at?: string } {
  const text = findText(invocation, 'days');
  if (text === undefined) return {};
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > most)
    throw usageError(`--days must be a whole number from 1 to ${most}${or}.`);
  return { expires_at: new Date(Date.now() + Number(text) * DAY_MS).toISOString() };
}

/** What --from says of something new; nothing without it. */
export function readAddresses(invocation: Invocation): { allowed_from?: string[] } {
  const from = findTexts(invocation, 'from');
  return from.length === 0 ? {} : { allowed_from: from };
}

/** What --from or --anywhere says of something that is there; null removes the limit. */
export function readNewAddresses(invocation: Invocation): string[] | null {
  const from = findTexts(invocation, 'from');
  const isAnywhere = invocation.values.anywhere === true;
  if (isAnywhere === from.length > 0) throw usageError('Give --from, once for each network, or --anywhere.');
  return isAnywhere ? null : from;
}

export const sayFrom = (allowed: readonly string[] | null) =>
  allowed === null ? 'anywhere' : `${allowed.join(', ')} alone`;

/** On standard error: what a script reads is the key alone. */
export function sayExamples(
  { json }: Invocation,
  { examples }: { examples: readonly Schemas['UsageExample'][] },
): void {
  if (json) return;
  const lines = examples.flatMap(({ title, text }) => [`# ${title}`, text]);
  writeOut(process.stderr, `\n${lines.join('\n')}\n`);
}
