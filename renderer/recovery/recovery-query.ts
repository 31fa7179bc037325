import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';

export type LostValue = components['schemas']['LostValue'];
export type RecoveryGroupName = components['schemas']['RecoveryGroupName'];
export type RecoveryList = components['schemas']['RecoveryList'];

/** What was lost with a key and not replaced yet. */
export const recoveryQuery = queryOptions({
  queryKey: ['vault', 'recovery'],
  queryFn: () => ask(client.GET('/vault/recovery')),
});
