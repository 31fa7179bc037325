import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';

const epochsQuery = queryOptions({
  queryKey: ['vault', 'epochs'],
  queryFn: () => ask(client.GET('/vault/key/epochs')),
});

/** Whether this key was given up: then the recovery list is where its values are mended. */
export function useIsLost(fingerprint: string): boolean {
  const { data } = useQuery(epochsQuery);
  return data?.epochs.some((key) => key.fingerprint === fingerprint && key.state === 'lost') ?? false;
}

export function useLostKeys(): ReadonlySet<string> {
  const { data } = useQuery(epochsQuery);
  return new Set(data?.epochs.filter(({ state }) => state === 'lost').map(({ fingerprint }) => fingerprint));
}
