import { useQuery } from '@tanstack/react-query';
import { Braces, SquareStack } from 'lucide-react';
import { area } from '../app/area.ts';
import { endingVariablesQuery } from '../projects/ending-variables.ts';
import { variablesQuery } from '../projects/project-queries.ts';
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
      path: '/shared',
      load: () => import('./shared-page.tsx').then((file) => file.SharedPage),
      guard: { permission: 'environments:read', title: 'Shared variables' },
    },
  ],
  commands: [{ group: 'Go to', label: 'Shared variables', icon: SquareStack, to: '/shared' }],
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
