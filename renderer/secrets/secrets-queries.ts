import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ask, client } from '../api/client.ts';
import { type ApiMutation, useApiMutation } from '../api/mutation.ts';
import { queryClient } from '../api/queries.ts';
import type { components } from '../api/schema.ts';
import { keyVersionsQuery } from '../key/key-queries.ts';
import type { SecretGroup } from './secret-words.ts';

export type SealedSecret = components['schemas']['SealedSecret'];
export type SecretsPageData = components['schemas']['SealedSecretsPage'];
export type DoctorReport = components['schemas']['DoctorReport'];
export type SecretOwner = components['schemas']['SecretOwner'];

export const PER_PAGE = 50;

export interface SecretsFilter {
  group: SecretGroup | null;
  search: string;
  page: number;
}

export const secretsQuery = ({ group, search, page }: SecretsFilter) =>
  queryOptions({
    queryKey: ['vault', 'secrets', group, search, page],
    queryFn: () =>
      ask(
        client.GET('/vault/secrets', {
          params: { query: { ...(group ? { group } : {}), search, page, per_page: PER_PAGE } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** How many cannot be decrypted, and the first of them, whatever the filter. */
export const firstFailingQuery = queryOptions({
  queryKey: ['vault', 'secrets', 'first'],
  queryFn: () => ask(client.GET('/vault/secrets', { params: { query: { per_page: 1 } } })),
});

/** The latest report; the change feed updates it while a check is running. */
export const doctorQuery = queryOptions({
  queryKey: ['vault', 'doctor'],
  queryFn: () => ask(client.GET('/vault/doctor')),
});

/** Whether this key was given up: then its values are replaced on the recovery list. */
export function useIsLost(fingerprint: string): boolean {
  const { data } = useQuery(keyVersionsQuery);
  return data?.epochs.some((key) => key.fingerprint === fingerprint && key.state === 'lost') ?? false;
}

export function useLostKeys(): ReadonlySet<string> {
  const { data } = useQuery(keyVersionsQuery);
  return new Set(data?.epochs.filter(({ state }) => state === 'lost').map(({ fingerprint }) => fingerprint));
}

/** Starts a check of every value, or joins the running one; the change feed reports its progress. */
export function useVerifyAll(): ApiMutation {
  return useApiMutation(() => ask(client.POST('/vault/doctor')), {
    onDone: (begun) =>
      queryClient.setQueryData(doctorQuery.queryKey, (known) => (isOf(begun, known) ? known : begun)),
  });
}

/** The feed may have been faster: what it said of the same check is newer than the answer that the check began. */
function isOf(begun: DoctorReport, known: DoctorReport | undefined): boolean {
  return known !== undefined && known.started_at === begun.started_at && known.checked >= begun.checked;
}

/** The latest report. When a check ends, the list is refetched. */
export function useDoctor(): DoctorReport | undefined {
  const report = useQuery(doctorQuery).data;
  const known = useRef(report?.finished_at);
  useEffect(() => {
    if (report === undefined || known.current === report.finished_at) return;
    const isFirst = known.current === undefined;
    known.current = report.finished_at;
    if (!isFirst && report.finished_at !== null)
      void queryClient.invalidateQueries({ queryKey: ['vault', 'secrets'] });
  }, [report]);
  return report;
}
