import { queryOptions } from '@tanstack/react-query';
import { ask, askConfirmed, client } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

export type Comparison = components['schemas']['EnvironmentComparison'];
export type ComparedVariable = components['schemas']['ComparedVariable'];
export type CopyOutcome = components['schemas']['CopyOutcome'];

const toQuery = (environmentIds: readonly number[]) => ({ environments: environmentIds.join(',') });

/** Without the values of secrets, which nobody asked to compare. */
export const comparisonQuery = (project: string, environmentIds: readonly number[]) =>
  queryOptions({
    queryKey: ['projects', project, 'comparison', ...environmentIds],
    queryFn: () =>
      ask(
        client.GET('/projects/{project}/variables/comparison', {
          params: { path: { project }, query: toQuery(environmentIds) },
        }),
      ),
    enabled: environmentIds.length > 1,
  });

/** With them: recorded as a reading of each, so it is no query, which would be asked again by itself. */
export const compareSecrets = (project: string, environmentIds: readonly number[]): Promise<Comparison> =>
  askConfirmed(() =>
    client.GET('/projects/{project}/variables/comparison', {
      params: { path: { project }, query: { ...toQuery(environmentIds), secrets: 'compare' } },
    }),
  );

export interface CopyRequest {
  project: string;
  from: number;
  to: number;
  /** Names to copy; null for all. */
  only: readonly string[] | null;
  conflicts: 'skip' | 'replace';
}

export function copyVariables(
  { project, from, to, only, conflicts }: CopyRequest,
  dryRun: boolean,
  signal?: AbortSignal,
): Promise<CopyOutcome> {
  // Saying what is unchanged tells which secrets are the same.
  return askConfirmed(() =>
    client.POST('/projects/{project}/variables/copy', {
      params: { path: { project } },
      body: {
        ...{ from: String(from), to: String(to), conflicts, dry_run: dryRun },
        ...(only === null ? {} : { only: [...only] }),
      },
      ...(signal ? { signal } : {}),
    }),
  );
}

export const filters = ['all', 'missing', 'differs', 'same', 'not_compared'] as const;
export type Filter = (typeof filters)[number];

/** One can be missing in one environment and differ among the others. */
export function isShown({ is_missing, values }: ComparedVariable, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'missing':
      return is_missing;
    case 'same':
      return values === 'same' && !is_missing;
    default:
      return values === filter;
  }
}

/** A to Z, then A1: the same letter is the same value. */
export const toLetter = (group: number): string =>
  `${String.fromCharCode(65 + (group % 26))}${group < 26 ? '' : Math.floor(group / 26)}`;
