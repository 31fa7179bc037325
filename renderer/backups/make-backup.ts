import { ask, client } from '../api/client.ts';
import { describeError } from '../api/problem.ts';
import type { Backup, Destination } from './backup-queries.ts';
import { describeMade, type Said } from './backup-words.ts';

/** After this the list says what becomes of it: browsers give up a response that takes five minutes. */
const LONGEST_WAIT_MS = 180_000;

/** Makes a backup, or joins the one under way there. Null for one that takes longer than a page waits. Throws `ApiProblem`. */
export async function makeBackup(destination: Destination): Promise<Backup | null> {
  const waited = AbortSignal.timeout(LONGEST_WAIT_MS);
  try {
    return await ask(
      client.POST('/backups/destinations/{id}/run', {
        params: { path: { id: destination.id } },
        signal: waited,
      }),
    );
  } catch (error) {
    if (waited.aborted) return null;
    throw error;
  }
}

/** Reads a backup again, or does with it all that a restore does first. Throws `ApiProblem` for one that does not pass. */
export async function tryBackup({ id }: Backup, how: 'verify' | 'drill'): Promise<Backup> {
  const params = { path: { id } };
  return await ask(
    how === 'drill'
      ? client.POST('/backups/{id}/drill', { params })
      : client.POST('/backups/{id}/verify', { params }),
  );
}

/** Makes one at every destination, one after the other. Throws what failed, with the name of each destination. */
export async function makeBackups(): Promise<Said> {
  const destinations = await ask(client.GET('/backups/destinations')).then((answer) => answer.destinations);
  if (destinations.length === 0)
    throw new Error('There is no destination yet. Add a folder on the page Backups.');
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
