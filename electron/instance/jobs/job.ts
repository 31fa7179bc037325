import { Cron } from 'croner';
import { AppError } from '../kernel/app-error.ts';

/** Ids of what the run is about. SECURITY: never a secret: it is a row of the database, and shown to people. */
export type Payload = Readonly<Record<string, number | string | null>>;
/** What came of a run, as far as people are shown it: counts and ids. */
export type Result = Readonly<Record<string, number | string | boolean | null>>;

export type When =
  | { kind: 'every'; ms: number; atStart: boolean }
  /** In the machine's time zone. Runs missed while it slept or was off are made up for once. */
  | { kind: 'cron'; text: string }
  /** By schedules that people make. Its owner keeps them, and notes at the beginning of a run that it was begun. */
  | { kind: 'planned'; list(): readonly Planned[] }
  /** On request. */
  | { kind: 'queued' };

/** A run that people planned. */
export interface Planned {
  payload: Payload;
  /** Epoch ms; in the past for one that was missed. Null for one that waits for something else than time. */
  dueAt: number | null;
}

/** One run under way, as the work sees it. */
export interface Run<Given extends Payload> {
  payload: Given;
  /** Aborted when the instance stops and the run had its time to come to an end. */
  signal: AbortSignal;
  /** Shown to people, and saved about once a second. */
  report(done: number, total: number | null): void;
}

export interface Job<Given extends Payload = Payload> {
  /** `vault.rotation`: its capability and what it does. Stored in its rows. */
  name: string;
  /** In words: "Check every secret". */
  title: string;
  when: When;
  /** Runs of the same key never overlap; by default all runs of the job have one. */
  key?(payload: Given): string;
  /**
   * `always`: no run without a row; a full disk refuses it. `if_possible`: for work that a broken database must not
   * stop. `on_failure`: for checks every few seconds: only failed runs are kept.
   */
  record: 'always' | 'if_possible' | 'on_failure';
  /** Whether a run that a kill or a stop cut short is begun again at the next start. */
  isResumed: boolean;
  /** Whether it reads or encrypts secrets: listed among what waits for a locked vault, which locks after its run. */
  needsKey?: true;
  run(run: Run<Given>): Promise<Result | undefined>;
}

/** @param atStart whether it runs at the start too, and not only once the time has passed. */
export const every = (ms: number, { atStart = false } = {}): When => ({ kind: 'every', ms, atStart });
export const queued: When = { kind: 'queued' };

/** In words. */
export function describeSchedule(when: When): string {
  if (when.kind === 'every') return `every ${when.ms / 1000} s`;
  if (when.kind === 'planned') return 'as planned';
  return when.kind === 'cron' ? when.text : 'on request';
}

export const planned = (list: () => readonly Planned[]): When => ({ kind: 'planned', list });

/** Throws `invalid_request` as `requireCron` does. */
export function cron(text: string): When {
  requireCron(text, 0);
  return { kind: 'cron', text };
}

/** No schedule needs more. */
const MAX_CRON = 100;

/** Throws `invalid_request` for a text of neither five nor six fields, or one that never comes due after `nowMs`. */
export function requireCron(text: string, nowMs: number): void {
  try {
    if (text.length <= MAX_CRON && /\s/.test(text.trim()) && nextDue(text, nowMs) !== null) return;
  } catch (error) {
    throw new AppError('invalid_request', `Invalid schedule: ${text}`, { cause: error });
  }
  throw new AppError('invalid_request', `Invalid schedule: ${text.slice(0, MAX_CRON)}`);
}

/**
 * Epoch ms when a schedule is due next after `afterMs`; null for one that never is again. Where the clocks are changed, a
 * time that is skipped comes due right after, and one that comes twice is due the first time.
 *
 * @param timeZone as IANA names it; the machine's unless given.
 */
export function nextDue(text: string, afterMs: number, timeZone?: string): number | null {
  const schedule = new Cron(text, {
    paused: true,
    mode: '5-or-6-parts',
    // Of lists and ranges of hours too, not only of single ones.
    fixedTimeRule: 'no-wildcard',
    ...(timeZone === undefined ? {} : { timezone: timeZone }),
  });
  return schedule.nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** SECURITY: the message of an unexpected error may quote its input, so only its name is kept. */
export function describeFailure(error: unknown): { errorCode: string; errorDetail: string } {
  return error instanceof AppError
    ? { errorCode: error.code, errorDetail: error.message }
    : { errorCode: 'internal_error', errorDetail: error instanceof Error ? error.name : 'unknown' };
}

/** A run that a stop cut short: it is begun again at the next start, or listed as interrupted. */
export class Interrupted extends Error {}

const MAX_TEXT = 200;

/**
 * Throws `internal_error` for a payload that holds anything but ids. SECURITY: what is wrapped, nested or long is
 * no id; the error names the field and never what is in it.
 */
export function requireIdsOnly(job: string, payload: Payload): void {
  for (const [name, value] of Object.entries(payload)) {
    const isId =
      value === null ||
      (typeof value === 'number' && Number.isSafeInteger(value)) ||
      (typeof value === 'string' && value.length <= MAX_TEXT && /^[\w.:-]*$/.test(value));
    const isNamedForSecret = /secret|password|passphrase|token|value|credential|private/i.test(name);
    if (!isId || isNamedForSecret)
      throw new AppError('internal_error', `The job ${job} was given ${name}, which is not an id.`);
  }
}
