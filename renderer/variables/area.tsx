import { useQuery } from '@tanstack/react-query';
import { Braces, SquareStack } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { area } from '../app/area.ts';
import { endingVariablesQuery } from '../projects/ending-variables.ts';
import { variablesQuery } from '../projects/project-queries.ts';
import { sharedScope } from './variable-scope.ts';
import './variables.css';

export const variablesArea = area({
  pages: [
    {
      path: '/projects/$project',
      load: () => import('./variables-page.tsx').then((file) => file.VariablesPage),
      guard: { permission: 'environments:read', title: 'Variables' },
      tab: {
        of: 'project',
        label: 'Variables',
        useCount: (project) => useQuery(variablesQuery(project)).data?.length,
      },
    },
    {
      path: '/projects/$project/compare',
      load: () => import('./compare/compare-page.tsx').then((file) => file.ComparePage),
      guard: { permission: 'environments:read', title: 'Compare' },
      tab: { of: 'project', label: 'Compare' },
    },
    {
      path: '/shared',
      load: () => import('./shared-page.tsx').then((file) => file.SharedPage),
      guard: { permission: 'environments:read', title: 'Shared variables' },
    },
  ],
  commands: [{ group: 'Go to', label: 'Shared variables', icon: SquareStack, to: '/shared' }],
  finds: [
    {
      group: 'Variables',
      icon: Braces,
      permission: 'environments:read',
      isSomewhere: true,
      queryKey: ['projects', 'search'],
      search: async (typed, limit) => {
        const { results } = await ask(client.GET('/search', { params: { query: { q: typed, limit } } }));
        return results.map(({ key, project }) => ({
          label: key,
          aside: project.name,
          to: `/projects/${project.slug}`,
          search: { search: key },
        }));
      },
    },
    {
      group: 'Shared variables',
      icon: Braces,
      permission: 'environments:read',
      queryKey: [...sharedScope.queryKey, 'found'],
      list: async () =>
        (await sharedScope.list()).map(({ key }) => ({ label: key, to: '/shared', search: { search: key } })),
    },
  ],
  secretIcons: { env_var: Braces },
  live: {
    refreshes: [
      {
        queryKey: endingVariablesQuery.queryKey,
        // A vault that was unlocked, or a lost value that was entered again, may have ends that were not known.
        isAfter: (resource) => ['projects', 'shared-variables', 'vault'].includes(resource),
      },
    ],
  },
});
