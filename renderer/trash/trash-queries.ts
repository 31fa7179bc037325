import { queryOptions } from '@tanstack/react-query';
import { ask, askConfirmed, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { formatCount } from '../ui/time.ts';

export type TrashEntry = components['schemas']['TrashEntry'];

/** What was deleted and can be restored, newest first. */
export const trashQuery = queryOptions({ queryKey: ['trash'], queryFn: () => ask(client.GET('/trash')) });

/** What a change of the trash changes, beside the trash itself. */
export const trashChanges = ['trash', 'projects', 'shared-variables', 'vault'] as const;

export const restoreEntry = (id: number, name?: string) =>
  ask(
    client.POST('/trash/{id}/restore', {
      params: { path: { id } },
      body: name === undefined ? {} : { name },
    }),
  );

export const deleteForGood = (id: number) =>
  askConfirmed(() => client.DELETE('/trash/{id}', { params: { path: { id } } }));

/** What a deletion put into the trash; undefined where somebody else was faster. */
export async function findDeleted(
  which: { project_id: number } | { environment_id: number } | { variable_id: number },
): Promise<TrashEntry | undefined> {
  const kind = 'project_id' in which ? 'project' : 'environment_id' in which ? 'environment' : 'variables';
  const entries = await ask(client.GET('/trash', { params: { query: which } }));
  return entries.find((entry) => entry.kind === kind);
}

/** "PORT", "25 variables", "Environment staging". */
export function nameEntry({ kind, name, variable_count }: TrashEntry): string {
  if (kind === 'project') return `Project ${name}`;
  if (kind === 'environment') return `Environment ${name}`;
  return name ?? formatCount(variable_count, 'variable');
}

/** "the environment staging" */
export const nameInSentence = (entry: TrashEntry): string =>
  entry.kind === 'variables' ? nameEntry(entry) : `the ${entry.kind} ${entry.name}`;
