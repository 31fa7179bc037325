import type { components } from '../../api-types.d.ts';

type Ask = (method: string, path: string) => Promise<Response>;

/**
 * Makes a backup at every destination, one after the other. Each is listed by the instance with what became of it, which the
 * next look at the tray says. False where there is no destination.
 */
export async function backUpEverywhere(ask: Ask): Promise<boolean> {
  const answer = await ask('GET', '/backups/destinations');
  if (!answer.ok) return false;
  const { destinations } = (await answer.json()) as components['schemas']['BackupDestinationList'];
  for (const { id } of destinations) await ask('POST', `/backups/destinations/${id}/run`);
  return destinations.length > 0;
}
