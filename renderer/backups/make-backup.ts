import { ask, client } from '../api/client.ts';
import { describeError } from '../api/problem.ts';
import type { Backup, Destination } from './backup-queries.ts';
import { describeMade, type Said } from './backup-words.ts';

/** After this the list says what becomes of it: browsers give up a response that takes five minutes. */
const LONGEST_WAIT_MS = 180_000;

/** Makes a backup, or joins the one under way there. Null for one that takes longer than a page waits. Throws `ApiProblem`. */
export async function makeBackup({ id }: Destination): Promise<Backup | null> {
  return await inTime((signal) =>
    ask(client.POST('/backups/destinations/{id}/run', { params: { path: { id } }, signal })),
  );
}

/**
 * Reads a backup again, or does with it all that a restore does first. Null for what takes longer than a page waits. Throws
 * `ApiProblem` for one that does not pass, and for one that could not be read.
 */
export async function tryBackup({ id }: Backup, how: 'verify' | 'drill'): Promise<Backup | null> {
  const params = { path: { id } };
  return await inTime((signal) =>
    ask(
      how === 'drill'
        ? client.POST('/backups/{id}/drill', { params, signal })
        : client.POST('/backups/{id}/verify', { params, signal }),
    ),
  );
}

/** Null for a call that has no answer in time: it continues in the instance. */
async function inTime<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
  const waited = AbortSignal.timeout(LONGEST_WAIT_MS);
  try {
    return await call(waited);
  } catch (error) {
    if (waited.aborted) return null;
    throw error;
  }
}

/** Makes one at every destination, one after the other. Throws what failed, with the name of each destination. */
export async function makeBackups(): Promise<Said> {
  const destinations = await ask(client.GET('/backups/destinations')).then((answer) => answer.destinations);
  if (destinations.length === 0) throw new Error('There is no destination yet. Add one on the page Backups.');
  const done: Said[] = [];
  const failures: string[] = [];
  for (const destination of destinations)
    try {
      done.push(describeMade(destination, await makeBackup(destination)));
    } catch (error) {
      failures.push(`${destination.name}: ${describeError(error)}`);
    }
  if (failures.length > 0) throw new Error([...failures, ...done.map(({ title }) => `${title}.`)].join(' '));
  const [first] = done;
  if (first && done.length === 1) return first;
  return {
    title: `Backed up to ${destinations.length} destinations`,
    text: done.map(({ title }) => `${title}.`).join(' '),
  };
}
