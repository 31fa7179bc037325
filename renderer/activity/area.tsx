import { ScrollText } from 'lucide-react';
import { area } from '../app/area.ts';

export const activityArea = area({
  pages: [
    {
      path: '/activity',
      load: () => import('./activity-page.tsx').then((file) => file.ActivityPage),
      guard: { permission: 'audit:read', title: 'Activity' },
      tab: { of: 'activity', label: 'People and programs' },
    },
    {
      path: '/activity/jobs',
      load: () => import('./jobs-page.tsx').then((file) => file.JobsPage),
      guard: { permission: 'audit:read', title: 'Jobs' },
      tab: { of: 'activity', label: 'Jobs' },
    },
  ],
  navigation: [{ group: 'Manage', to: '/activity', label: 'Activity', icon: ScrollText }],
  live: {
    messages: [{ name: 'jobs', queryKey: ['jobs'] }],
    // Every change adds a line to the audit log.
    refreshes: [{ queryKey: ['audit'], isAfter: () => true }],
  },
});
