import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { hasCode } from '../../api/problem.ts';
import type { components } from '../../api/schema.ts';
import type { CopyFormat } from './copy-formats.ts';

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

/** A path the instance refused. */
export interface RefusedPath {
  path: string;
  message: string;
  /** Refused only because it is not separate: a confirmation is enough. */
  mayKeep: boolean;
}

/** Why a copy of this format cannot be written to this path; null where it can. Throws where that cannot be told. */
export async function checkPath(
  path: string,
  format: CopyFormat,
  of: 'active' | 'rotation',
): Promise<RefusedPath | null> {
  try {
    const body = { path, format, for: of };
    const { separate, message } = await ask(client.POST('/vault/key/copies/check-path', { body }));
    return separate ? null : { path, message, mayKeep: true };
  } catch (error) {
    if (!hasCode(error, 'place_unusable', 'place_occupied', 'place_read_only')) throw error;
    return { path, message: error.message, mayKeep: false };
  }
}
