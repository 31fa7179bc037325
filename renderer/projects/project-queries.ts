import { queryOptions } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ask, client } from '../api/client.ts';

/** Queries of a project by its path segment. The change feed refreshes everything under `projects`. */
export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: ['projects', project],
    queryFn: () => ask(client.GET('/projects/{project}', { params: { path: { project } } })),
  });

export const environmentsQuery = (project: string) =>
  queryOptions({
    queryKey: ['projects', project, 'environments'],
    queryFn: () => ask(client.GET('/projects/{project}/environments', { params: { path: { project } } })),
  });

export const variablesQuery = (project: string) =>
  queryOptions({
    queryKey: ['projects', project, 'env-vars'],
    queryFn: () => ask(client.GET('/projects/{project}/env-vars', { params: { path: { project } } })),
  });

export const tokensQuery = (project: string) =>
  queryOptions({
    queryKey: ['projects', project, 'deployment-tokens'],
    queryFn: () =>
      ask(client.GET('/projects/{project}/deployment-tokens', { params: { path: { project } } })),
  });

export type Project = Awaited<ReturnType<NonNullable<ReturnType<typeof projectQuery>['queryFn']>>>;
export type Environment = Awaited<
  ReturnType<NonNullable<ReturnType<typeof environmentsQuery>['queryFn']>>
>[number];
export type Token = Awaited<
  ReturnType<NonNullable<ReturnType<typeof tokensQuery>['queryFn']>>
>['tokens'][number];

/** All projects with their counts. */
export const projectListQuery = queryOptions({
  queryKey: ['projects', 'list'],
  queryFn: async () => {
    const { projects } = await ask(client.GET('/projects'));
    return projects.toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  },
});

export type ListedProject = Awaited<ReturnType<NonNullable<typeof projectListQuery.queryFn>>>[number];

/** Path segment of this page's project. */
export function useProjectParam(): string {
  return useParams({ strict: false }).project ?? '';
}
