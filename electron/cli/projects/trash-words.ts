import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { formatCount, formatDay } from '../command.ts';

type TrashEntry = Schemas['TrashEntry'];

/** What of the trash a deletion made; undefined where it can no longer be restored, or the caller does not see it. */
export async function findInTrash(
  client: Client,
  which: { project_id?: number; environment_id?: number; variable_id?: number },
): Promise<TrashEntry | undefined> {
  const kind = 'environment_id' in which ? 'environment' : 'variable_id' in which ? 'variables' : 'project';
  const entries = await client.get('/trash', { query: which });
  return entries.find((entry) => entry.kind === kind);
}

/** After a deletion: until when it can be taken back, and how. */
export function describeDeleted(entry: TrashEntry | undefined, from: readonly string[] = []): string {
  const deleted = from.length > 0 ? `Deleted from ${from.join(', ')}.` : 'Deleted.';
  if (!entry) return deleted;
  return `${deleted} Until ${formatDay(entry.kept_until)} this restores it: temps-desktop trash restore ${entry.id}`;
}

/** For programs. */
export const toDeletedJson = (deleted: string, entry: TrashEntry | undefined) => ({
  deleted,
  trash_id: entry?.id ?? null,
  kept_until: entry?.kept_until ?? null,
});

/** What an entry is, in a table or a sentence. */
export function describeEntry({ kind, name, names, variable_count, project }: TrashEntry): string {
  if (kind === 'project') return `project ${name}, ${formatCount(variable_count, 'variable')}`;
  const place = project === null ? 'shared' : project.name;
  if (kind === 'environment')
    return `environment ${name} of ${place}, ${formatCount(variable_count, 'variable')}`;
  if (name !== null) return `${name} of ${place}`;
  const more = variable_count > names.length ? ` and ${variable_count - names.length} more` : '';
  return `${names.join(', ')}${more} of ${place}`;
}
