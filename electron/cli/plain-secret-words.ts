import type { Schemas } from './api-request.ts';
import { formatCount, formatTable } from './command.ts';

/** "3 plain variables and more look like secrets". For one at least. */
export function countPlainSecrets({ variables, has_more }: Schemas['PlainSecrets']): string {
  const count = `${formatCount(variables.length, 'plain variable')}${has_more ? ' and more' : ''}`;
  return `${count} ${variables.length === 1 ? 'looks like a secret' : 'look like secrets'}`;
}

/** A line for each, without its value. */
export function describePlainSecrets(variables: readonly Schemas['PlainSecret'][]): string {
  return formatTable(
    variables.map(({ key, project, environments, because }) => [
      key,
      project?.slug ?? 'shared',
      environments.join(', '),
      because,
    ]),
  );
}
