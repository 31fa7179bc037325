import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

export type Place = components['schemas']['Place'];

/** With the time a request takes, a drive is found within two seconds. */
const EVERY_MS = 1500;

/** Drives of the instance's machine, polled so that new ones appear automatically. */
export function usePlaces(isOn: boolean) {
  return useQuery({
    queryKey: ['vault', 'places'],
    queryFn: () => ask(client.GET('/vault/places')),
    refetchInterval: EVERY_MS,
    staleTime: 0,
    gcTime: 0,
    enabled: isOn,
  });
}
