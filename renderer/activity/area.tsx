import { ScrollText } from 'lucide-react';
import { area } from '../app/area.ts';

export const activityArea = area({
  pages: [
    {
      path: '/activity',
      load: () => import('./activity-page.tsx').then((file) => file.ActivityPage),
      guard: { permission: 'audit:read', title: 'Activity' },
    },
  ],
  navigation: [{ group: 'Manage', to: '/activity', label: 'Activity', icon: ScrollText }],
  // Every change leaves a line in the audit log.
  live: { refreshes: [{ queryKey: ['audit'], isAfter: () => true }] },
});
