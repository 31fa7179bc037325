import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { formats, type KeyCopy } from './copy/copy-formats.ts';

export type KeySplit = components['schemas']['KeySplit'];
export type KeyVersion = components['schemas']['KeyEpoch'];

export const copiesQuery = queryOptions({
  queryKey: ['vault', 'copies'],
  queryFn: () => ask(client.GET('/vault/key/copies')),
});

/** Requests about copies that take seconds, each under the name that its page gave it. */
export const copyProgressQuery = queryOptions({
  queryKey: ['vault', 'copying'],
  queryFn: () => ask(client.GET('/vault/key/copies/progress')),
});

export const splitsQuery = queryOptions({
  queryKey: ['vault', 'splits'],
  queryFn: () => ask(client.GET('/vault/key/splits')),
});

export const keyVersionsQuery = queryOptions({
  queryKey: ['vault', 'epochs'],
  queryFn: () => ask(client.GET('/vault/key/epochs')),
});

export const keyQuery = queryOptions({
  queryKey: ['vault', 'key'],
  queryFn: () => ask(client.GET('/vault/key')),
});

/** Copies of the active key, most recently verified first; never verified ones last. */
export function useKnownCopies(fingerprint: string | null): readonly KeyCopy[] {
  const { data } = useQuery(copiesQuery);
  return (data?.copies ?? [])
    .filter((copy) => copy.fingerprint === fingerprint)
    .sort((a, b) => (b.verified_at ?? 0) - (a.verified_at ?? 0));
}

/** "Paper kit, desk drawer": the format and the owner's name for the place. */
export function nameCopy({ format, place }: Pick<KeyCopy, 'format' | 'place'>): string {
  const form = formats[format].kept;
  return `${form[0]?.toUpperCase()}${form.slice(1)}, ${place}`;
}

/** Splits of the active key, newest first. */
export function useKnownSplits(fingerprint: string | null): readonly KeySplit[] {
  const { data } = useQuery(splitsQuery);
  return (data?.splits ?? []).filter((split) => split.fingerprint === fingerprint);
}

/** Whether it brings the key back when this machine is lost, as the instance judged it. */
export const isSplitCounting = ({ state }: KeySplit): boolean => state === 'counts' || state === 'due';

/** "Shares, any 2 of 3". */
export function nameSplit({ threshold, share_count }: KeySplit): string {
  return `Shares, any ${threshold} of ${share_count}`;
}
