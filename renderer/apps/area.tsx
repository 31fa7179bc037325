import { Container } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { area } from '../app/area.ts';
import './apps.css';

export const appsArea = area({
  pages: [
    {
      path: '/projects/$project/deployments',
      load: () => import('./deployments-page.tsx').then((file) => file.DeploymentsPage),
      guard: { permission: 'deployments:read', title: 'Deployments' },
      tab: { of: 'project', label: 'Deployments' },
    },
    {
      path: '/projects/$project/deployments/$deployment',
      load: () => import('./deployment/deployment-page.tsx').then((file) => file.DeploymentPage),
      guard: { permission: 'deployments:read', title: 'Deployment' },
    },
    {
      path: '/projects/$project/logs',
      load: () => import('./logs/logs-page.tsx').then((file) => file.LogsPage),
      guard: { permission: 'deployments:read', title: 'Logs' },
      tab: { of: 'project', label: 'Logs' },
    },
  ],
  finds: [
    {
      group: 'Apps',
      icon: Container,
      permission: 'deployments:read',
      isSomewhere: true,
      queryKey: ['apps', 'found'],
      list: async () =>
        (await ask(client.GET('/apps'))).apps.map(({ project, environment }) => ({
          label: project.name,
          aside: environment.name,
          to: `/projects/${project.slug}/deployments`,
        })),
    },
  ],
});
