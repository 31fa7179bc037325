import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';
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

/** How many do not open, and the first of them, whatever the filter. */
export const firstFailingQuery = queryOptions({
  queryKey: ['vault', 'secrets', 'first'],
  queryFn: () => ask(client.GET('/vault/secrets', { params: { query: { per_page: 1 } } })),
});

/** The newest report; the change feed keeps it true while a check goes on. */
export const doctorQuery = queryOptions({
  queryKey: ['vault', 'doctor'],
  queryFn: () => ask(client.GET('/vault/doctor')),
});
