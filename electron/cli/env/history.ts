import type { Schemas } from '../api-request.ts';
import { sayActor } from '../audit/actor-words.ts';
import { findText, formatTable, type Invocation, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { readScope } from '../project-scope.ts';
import { findScope, getVariable } from './find-variable.ts';

export const HISTORY_USAGE = 'env history [KEY] -p PROJECT [-e ENV] [--limit N]';

const MAX_LIMIT = 500;

const words: Record<Schemas['EnvironmentChange']['change'], string> = {
  created: 'added',
  updated: 'changed',
  reverted: 'restored an earlier value',
  joined: 'came to the environment',
  left: 'went from the environment',
  renamed: 'renamed',
  restored: 'brought back',
  deleted: 'deleted',
};

/** What happened in an environment, or the versions of one variable, newest first. No values. */
export async function showHistory(invocation: Invocation): Promise<number> {
  const [key] = invocation.positionals;
  const limit = Number(findText(invocation, 'limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw usageError(`--limit must be a number from 1 to ${MAX_LIMIT}.`);
  const given = readScope(invocation);
  return await withClient(invocation, async (client) => {
    const scope = await findScope(given, client);
    const { project } = scope;
    if (key === undefined) {
      const path = { project, environment: String(scope.environmentId) };
      const history = await client.get('/projects/{project}/environments/{environment}/history', {
        path,
        query: { limit },
      });
      invocation.print(history, () =>
        history.changes.length === 0
          ? 'Nothing happened yet.'
          : formatTable(history.changes.map(describeChange)),
      );
      return exitCodes.done;
    }
    const variable = await getVariable(client, scope, key);
    const path = { project, id: variable.id };
    const { versions } = await client.get('/projects/{project}/env-vars/{id}/history', { path });
    const shown = versions.slice(0, limit).map(({ value: _, ...version }) => version);
    invocation.print({ versions: shown }, () => formatTable(shown.map(describeVersion)));
    return exitCodes.done;
  });
}

const describeChange = (change: Schemas['EnvironmentChange']): string[] => [
  new Date(change.changed_at).toISOString(),
  change.key,
  `${words[change.change]}${change.former_key === null ? '' : `, was ${change.former_key}`}`,
  sayActor(change.changed_by_actor),
];

const describeVersion = (version: Omit<Schemas['VariableVersion'], 'value'>): string[] => [
  new Date(version.changed_at).toISOString(),
  `version ${version.version}`,
  words[version.change],
  sayActor(version.changed_by_actor),
];
