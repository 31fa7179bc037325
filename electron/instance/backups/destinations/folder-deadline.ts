import { AppError } from '../../kernel/app-error.ts';

/** A folder that does nothing for so long is given up: a share whose server is gone, a disk that does not spin up. */
export const FOLDER_SILENT_MS = 60_000;
/** A dead share holds a thread of the process for as long as it does not answer: no more than this many of four. */
const MAX_UNANSWERED = 2;
/** Folders with a call that was given up and has not come back. */
const unanswered = new Set<string>();

function silentError(root: string): AppError {
  return new AppError(
    'destination_gone',
    `${root} does not answer: its drive or server hangs. Nothing was done there. Check its connection, then try again.`,
  );
}

/**
 * Gives up work on a folder that does nothing for a while; it stays given up until what was asked has come back, so that
 * what hangs is not asked again and again. Throws `destination_gone`.
 *
 * @param work calls `goOn` with each thing that was done, and ends at the signal.
 */
export async function whileItAnswers<T>(
  root: string,
  silentMs: number,
  work: (goOn: () => void, givenUp: AbortSignal) => Promise<T>,
): Promise<T> {
  if (unanswered.has(root) || unanswered.size >= MAX_UNANSWERED) throw silentError(root);
  const givingUp = new AbortController();
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    unanswered.add(root);
    const error = silentError(root);
    silence.reject(error);
    givingUp.abort(error);
  }, silentMs);
  const answered = work(() => timer.refresh(), givingUp.signal).finally(() => {
    clearTimeout(timer);
    unanswered.delete(root);
  });
  // Once it is given up, what becomes of it is said nowhere.
  answered.catch(() => undefined);
  return await Promise.race([answered, silence.promise]);
}
