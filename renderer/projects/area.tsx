import { useQuery } from '@tanstack/react-query';
import { Layers, SquareStack, Ticket } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { area } from '../app/area.ts';
import { environmentsQuery, tokensQuery } from './project-queries.ts';
import './manage.css';

export const projectsArea = area({
  pages: [
    {
      path: '/projects',
      load: () => import('./projects-page.tsx').then((file) => file.ProjectsPage),
      guard: { permission: 'projects:read', title: 'Projects', isSomewhere: true },
    },
    {
      path: '/projects/$project/environments',
      load: () => import('./environments-page.tsx').then((file) => file.EnvironmentsPage),
      guard: { permission: 'environments:read', title: 'Environments' },
      tab: {
        of: 'project',
        label: 'Environments',
        useCount: (project) => useQuery(environmentsQuery(project)).data?.length,
      },
    },
    {
      path: '/projects/$project/tokens',
      load: () => import('./tokens-page.tsx').then((file) => file.TokensPage),
      guard: { permission: 'tokens:read', title: 'Deployment tokens' },
      tab: {
        of: 'project',
        label: 'Tokens',
        useCount: (project) => useQuery(tokensQuery(project)).data?.tokens.length,
      },
    },
    {
      path: '/projects/$project/activity',
      load: () => import('./activity-page.tsx').then((file) => file.ProjectActivityPage),
      guard: { permission: 'members:read', title: 'Activity of the project' },
      tab: { of: 'project', label: 'Activity' },
    },
    {
      path: '/projects/$project/settings',
      load: () => import('./project-settings-page.tsx').then((file) => file.ProjectSettingsPage),
      guard: { permission: 'projects:read', title: 'Project settings' },
      tab: { of: 'project', label: 'Settings' },
    },
  ],
  navigation: [{ group: 'Run', to: '/projects', label: 'Projects', foot: 'Projects', icon: SquareStack }],
  finds: [
    {
      group: 'Projects',
      icon: SquareStack,
      permission: 'projects:read',
      isSomewhere: true,
      queryKey: ['projects', 'found'],
      list: async () => {
        const { projects } = await ask(client.GET('/projects'));
        return projects.map(({ name, slug }) => ({ label: name, to: `/projects/${slug}` }));
      },
    },
    {
      group: 'Environments',
      icon: Layers,
      permission: 'environments:read',
      isSomewhere: true,
      queryKey: ['projects', 'found-environments'],
      list: async () => {
        const { projects } = await ask(client.GET('/projects'));
        return projects.flatMap(({ name, slug, environment_names }) =>
          environment_names.map((environment) => ({
            label: environment,
            aside: name,
            to: `/projects/${slug}`,
            search: { environment },
          })),
        );
      },
    },
  ],
  secretIcons: { deployment_token: Ticket },
});
