import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

export type Place = components['schemas']['Place'];

/** With the time a list takes, a drive is seen within two seconds. */
const EVERY_MS = 1500;

/** Drives of the instance's machine, looked at anew all the time: what is plugged in appears by itself. */
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
