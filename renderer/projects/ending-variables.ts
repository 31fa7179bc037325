import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';

export type EndingVariables = components['schemas']['EndingVariables'];

/** Variables that end within 30 days, or ended. */
export const endingVariablesQuery = queryOptions({
  queryKey: ['ending-variables'],
  queryFn: () => ask(client.GET('/ending-variables')),
});
