import { KeyRound, SquareTerminal, Users } from 'lucide-react';
import { area } from '../app/area.ts';
import { sessionQuery } from '../app/session.ts';
import { apiKeysQuery } from './people-queries.ts';

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
    // By upstream's path: its client tells people to open it.
    {
      path: '/cli-login',
      load: () => import('./cli-login-page.tsx').then((file) => file.CliLoginPage),
      guard: { permission: 'api_keys:write', title: 'Sign in a command line' },
    },
  ],
  navigation: [{ group: 'Manage', to: '/people', label: 'People and access', icon: Users }],
  commands: [{ group: 'Do', label: 'Sign in a command line', icon: SquareTerminal, to: '/cli-login' }],
  live: {
    // The session holds the caller's account and permissions.
    refreshes: [
      { queryKey: sessionQuery.queryKey, isAfter: (resource) => resource === 'users' },
      // A command line that was approved, or signed out, has a key among these.
      { queryKey: apiKeysQuery.queryKey, isAfter: (resource) => resource === 'auth' },
    ],
  },
  secretIcons: { api_key: KeyRound },
});
