import { KeyRound, Users } from 'lucide-react';
import { area } from '../app/area.ts';
import { sessionQuery } from '../app/session.ts';

export const peopleArea = area({
  pages: [
    // Callers who may not see other people see their own access there.
    {
      path: '/people',
      load: () => import('./people-page.tsx').then((file) => file.PeoplePage),
      tab: { of: 'people', label: 'People' },
    },
    {
      path: '/people/keys',
      load: () => import('./api-keys-page.tsx').then((file) => file.ApiKeysPage),
      guard: { permission: 'api_keys:read', title: 'API keys' },
      tab: { of: 'people', label: 'API keys' },
    },
  ],
  navigation: [{ group: 'Manage', to: '/people', label: 'People and access', icon: Users }],
  live: {
    // The session holds the caller's account and permissions.
    refreshes: [{ queryKey: sessionQuery.queryKey, isAfter: (resource) => resource === 'users' }],
  },
  secretIcons: { api_key: KeyRound },
});
