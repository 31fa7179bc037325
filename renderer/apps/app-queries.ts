import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';

export type App = components['schemas']['App'];
export type AppList = components['schemas']['AppList'];
export type Deployment = components['schemas']['Deployment'];
export type Engine = components['schemas']['Engine'];
export type Release = components['schemas']['Release'];
export type LogLine = components['schemas']['DeploymentLog'][number];

/** Apps of every project that the caller reaches, and the engine that runs them. */
export const appsQuery = queryOptions({
  queryKey: ['apps', 'list'],
  queryFn: () => ask(client.GET('/apps')),
});

export const projectAppsQuery = (project: string) =>
  queryOptions({
    queryKey: ['projects', project, 'apps'],
    queryFn: () => ask(client.GET('/projects/{project}/apps', { params: { path: { project } } })),
  });

const PER_PAGE = 20;

/** Newest first. */
export const deploymentsQuery = (project: string) =>
  infiniteQueryOptions({
    queryKey: ['projects', project, 'deployments', 'list'],
    queryFn: ({ pageParam: page }) =>
      ask(
        client.GET('/projects/{project}/deployments', {
          params: { path: { project }, query: { page, per_page: PER_PAGE } },
        }),
      ),
    initialPageParam: 1,
    getNextPageParam: ({ page, per_page, total }) => (page * per_page < total ? page + 1 : undefined),
    // One that begins moves the others to the next page.
    select: ({ pages }) => [
      ...new Map(pages.flatMap(({ deployments }) => deployments.map((one) => [one.id, one]))).values(),
    ],
  });

/** How often a deployment under way is looked at. */
const LOOK_MS = 500;

export const isUnderWay = ({ status }: Pick<Deployment, 'status'>): boolean =>
  status === 'pending' || status === 'running';

/** A deployment and its log: in this order, so that the log of one that has ended is whole. */
export const deploymentQuery = (project: string, deployment: number) =>
  queryOptions({
    queryKey: ['projects', project, 'deployments', deployment],
    queryFn: async () => {
      const params = { path: { project, deployment } };
      const found = await ask(client.GET('/projects/{project}/deployments/{deployment}', { params }));
      const lines = await ask(client.GET('/projects/{project}/deployments/{deployment}/log', { params }));
      return { deployment: found, lines };
    },
    refetchInterval: ({ state: { data } }) => (data && isUnderWay(data.deployment) ? LOOK_MS : false),
  });

/** What the app uses is asked for as often, while someone looks at it. */
const STATS_MS = 3000;

export const statsQuery = (project: string, environment: string) =>
  queryOptions({
    // Of its own: changes of the project do not change it.
    queryKey: ['app-stats', project, environment],
    queryFn: () =>
      ask(
        client.GET('/projects/{project}/environments/{environment}/app/stats', {
          params: { path: { project, environment } },
        }),
      ),
    refetchInterval: STATS_MS,
    retry: false,
    gcTime: 0,
  });
