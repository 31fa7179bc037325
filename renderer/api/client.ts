import createClient from 'openapi-fetch';
import { noteServerTime } from '../ui/time.ts';
import { askConfirmation } from './confirmation.ts';
import { noteAnswered, noteLost } from './connection.ts';
import { waitForOpening, waitsForSignIn } from './lock.ts';
import { ApiProblem, ConnectionLost, hasCode } from './problem.ts';
import type { paths } from './schema.ts';

/** Request timeout. Long-running work answers immediately and reports through events. */
const TIMEOUT_MS = 30_000;
/**
 * Except where a copy of the key is made or read, since deriving what protects it takes up to three minutes; and where a
 * backup is made or a slow disk is tried out.
 */
const SLOW_TIMEOUT_MS = 200_000;
/** Paths whose POST requests may take that long. */
const SLOW = /^\/api\/(vault|backups)\//;

/** Typed by the instance's routes. Use through `ask`. */
export const client = createClient<paths>({ baseUrl: '/api', fetch: send, credentials: 'same-origin' });

/**
 * A request that was refused because the session is locked or over, or its password somebody else's, did nothing: it waits
 * until the session is opened, or the same person signed in again, and is sent again.
 */
async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await sendOnce(request);
  if (!(await isRefusedForNow(request, answer))) return answer;
  await waitForOpening(request.signal);
  return await send(again);
}

/** How someone signs in, or leaves: these do not wait for a sign-in. */
const SIGN_IN = /^\/api\/(auth\/(session|login|link|verify-mfa|unlock|invitation(\/accept)?)|logout)$/;

async function isRefusedForNow({ url }: Request, answer: Response): Promise<boolean> {
  if (answer.status === 423) return hasCode(await readProblem(answer), 'session_locked');
  if (!waitsForSignIn() || SIGN_IN.test(new URL(url).pathname)) return false;
  if (answer.status === 403) return hasCode(await readProblem(answer), 'password_change_required');
  return answer.status === 401 && isSessionOver(await readProblem(answer));
}

const readProblem = async (answer: Response) =>
  new ApiProblem(
    await answer
      .clone()
      .json()
      .catch(() => null),
    answer.status,
  );

const isSessionOver = (problem: ApiProblem) => hasCode(problem, 'unauthenticated', 'session_expired');

/** A backup of any size, from a place of any speed, is checked to its last value; a person can cancel that. */
const RESTORE_TIMEOUT_MS = 6 * 60 * 60_000;
const RESTORE = /^\/api\/(backups|setup)\/restores$/;

function chooseTimeout({ method, url }: Request): number {
  if (method === 'POST' && RESTORE.test(new URL(url).pathname)) return RESTORE_TIMEOUT_MS;
  return method === 'POST' && SLOW.test(new URL(url).pathname) ? SLOW_TIMEOUT_MS : TIMEOUT_MS;
}

async function sendOnce(request: Request): Promise<Response> {
  const sentMs = Date.now();
  try {
    const answer = await fetch(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(chooseTimeout(request))]),
      cache: 'no-store',
    });
    noteAnswered();
    noteServerTime(answer.headers.get('date'), sentMs);
    return answer;
  } catch (error) {
    // Aborted by us: the page was left.
    if (request.signal.aborted) throw error;
    noteLost();
    throw new ConnectionLost(error);
  }
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

let onSessionEnded: () => void = () => undefined;

/** Called when a response says that nobody is signed in. */
export function whenSessionEnds(listener: () => void): void {
  onSessionEnded = listener;
}

/** The data of a response. Throws `ApiProblem`, `ConnectionLost`. */
export async function ask<Data>(answer: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await answer;
  if (response.ok) return data as NonNullable<Data>;
  const problem = new ApiProblem(error, response.status);
  if (isSessionOver(problem)) onSessionEnded();
  throw problem;
}

/**
 * `ask` for calls that need a recently confirmed identity: if the instance requires it, the person is asked for the
 * password and the call is repeated. Throws `ConfirmationDeclined` when they do not give it.
 */
export async function askConfirmed<Data>(call: () => Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  try {
    return await ask(call());
  } catch (error) {
    if (!hasCode(error, 'confirmation_required')) throw error;
    await askConfirmation();
    return await ask(call());
  }
}
