import { useQuery } from '@tanstack/react-query';
import { epochsQuery } from '../key/page/key-queries.ts';

/** Whether this key was given up: then the recovery list is where its values are mended. */
export function useIsLost(fingerprint: string): boolean {
  const { data } = useQuery(epochsQuery);
  return data?.epochs.some((key) => key.fingerprint === fingerprint && key.state === 'lost') ?? false;
}

export function useLostKeys(): ReadonlySet<string> {
  const { data } = useQuery(epochsQuery);
  return new Set(data?.epochs.filter(({ state }) => state === 'lost').map(({ fingerprint }) => fingerprint));
}
