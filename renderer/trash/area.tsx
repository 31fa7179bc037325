import { Trash2 } from 'lucide-react';
import { area } from '../app/area.ts';
import { trashQuery } from './trash-queries.ts';

export const trashArea = area({
  pages: [
    {
      path: '/trash',
      load: () => import('./trash-page.tsx').then((file) => file.TrashPage),
      guard: { permission: 'environments:read', title: 'Trash', isSomewhere: true },
    },
  ],
  commands: [{ group: 'Go to', label: 'Trash', icon: Trash2, to: '/trash' }],
  live: {
    refreshes: [
      {
        queryKey: trashQuery.queryKey,
        isAfter: (resource) => resource === 'projects' || resource === 'shared-variables',
      },
      // What is restored is there again.
      { queryKey: ['projects'], isAfter: (resource) => resource === 'trash' },
      { queryKey: ['shared-variables'], isAfter: (resource) => resource === 'trash' },
    ],
  },
});
