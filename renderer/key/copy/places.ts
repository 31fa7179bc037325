import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

export type Place = components['schemas']['Place'];

const EVERY_MS = 2000;

/** Drives of the instance's machine, looked at anew every two seconds: what is plugged in appears by itself. */
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
