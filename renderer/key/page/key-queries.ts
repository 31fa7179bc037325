import { queryOptions } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

export type Epoch = components['schemas']['KeyEpoch'];

export const copiesQuery = queryOptions({
  queryKey: ['vault', 'copies'],
  queryFn: () => ask(client.GET('/vault/key/copies')),
});

export const epochsQuery = queryOptions({
  queryKey: ['vault', 'epochs'],
  queryFn: () => ask(client.GET('/vault/key/epochs')),
});

export const keyQuery = queryOptions({
  queryKey: ['vault', 'key'],
  queryFn: () => ask(client.GET('/vault/key')),
});
