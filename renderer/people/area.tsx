import { KeyRound, SquareTerminal, UserRound, Users } from 'lucide-react';
import { queryClient } from '../api/queries.ts';
import { area } from '../app/area.ts';
import { sessionQuery } from '../app/session.ts';
import { apiKeysQuery, displayName, invitationsQuery, peopleQuery } from './people-queries.ts';

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
  barePages: [{ path: '/invite', load: () => import('./invite-page.tsx').then((file) => file.InvitePage) }],
  navigation: [{ group: 'Manage', to: '/people', label: 'People and access', icon: Users }],
  commands: [{ group: 'Do', label: 'Sign in a command line', icon: SquareTerminal, to: '/cli-login' }],
  finds: [
    {
      group: 'People',
      icon: UserRound,
      permission: 'users:read',
      queryKey: ['users', 'found'],
      list: async () =>
        (await queryClient.fetchQuery(peopleQuery))
          .filter(({ user }) => user.deleted_at === null)
          .map((person) => ({
            label: displayName(person),
            aside: person.user.email,
            to: '/people',
            search: { search: person.user.email },
          })),
    },
    {
      group: 'API keys',
      icon: KeyRound,
      permission: 'api_keys:read',
      queryKey: ['api-keys', 'found'],
      list: async () =>
        (await queryClient.fetchQuery(apiKeysQuery)).map(({ name }) => ({ label: name, to: '/people/keys' })),
    },
  ],
  live: {
    // The session holds the caller's account and permissions.
    refreshes: [
      { queryKey: ['users', 'project-roles'], isAfter: (resource) => resource === 'projects' },
      { queryKey: sessionQuery.queryKey, isAfter: (resource) => resource === 'users' || resource === 'auth' },
      // A command line that was approved, or signed out, has a key among these.
      { queryKey: apiKeysQuery.queryKey, isAfter: (resource) => resource === 'auth' },
      // Who was invited came, or chose a password of their own.
      { queryKey: peopleQuery.queryKey, isAfter: (resource) => resource === 'auth' },
      { queryKey: invitationsQuery.queryKey, isAfter: (resource) => resource === 'auth' },
    ],
  },
  secretIcons: { api_key: KeyRound },
});
