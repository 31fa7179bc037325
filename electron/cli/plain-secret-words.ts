import type { Schemas } from './api-request.ts';
import { formatTable } from './command.ts';

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
