import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { NotFoundPage } from './not-found.tsx';
import { Root } from './root.tsx';
import { RouteFailed } from './route-failed.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFoundPage,
  errorComponent: RouteFailed,
});
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

/** A page of the shell, its code loaded when it is first gone to. */
function page<Path extends string>(path: Path, load: () => Promise<Record<string, unknown>>, name: string) {
  return createRoute({
    getParentRoute: () => shell,
    path,
    component: lazyRouteComponent(load as () => Promise<Record<string, () => React.ReactNode>>, name),
  });
}

const routeTree = root.addChildren([
  shell.addChildren([
    page('/', () => import('../home/home-page.tsx'), 'HomePage'),
    page('/projects', () => import('../projects/projects-page.tsx'), 'ProjectsPage'),
    page('/projects/$project', () => import('../variables/variables-page.tsx'), 'VariablesPage'),
    page(
      '/projects/$project/environments',
      () => import('../projects/environments-page.tsx'),
      'EnvironmentsPage',
    ),
    page('/projects/$project/tokens', () => import('../projects/tokens-page.tsx'), 'TokensPage'),
    page(
      '/projects/$project/settings',
      () => import('../projects/project-settings-page.tsx'),
      'ProjectSettingsPage',
    ),
    page('/shared', () => import('../variables/shared-page.tsx'), 'SharedPage'),
    page('/secrets', () => import('../secrets/secrets-page.tsx'), 'SecretsPage'),
    page('/key', () => import('../key/key-page.tsx'), 'KeyPage'),
    page('/key/copy', () => import('../key/copy-page.tsx'), 'CopyPage'),
    page('/key/verify', () => import('../key/verify-page.tsx'), 'VerifyPage'),
    page('/key/rotate', () => import('../key/rotate-page.tsx'), 'RotatePage'),
    page('/key/lost', () => import('../key/lost-page.tsx'), 'LostPage'),
    page('/recovery', () => import('../recovery/recovery-page.tsx'), 'RecoveryPage'),
    page('/people', () => import('../people/people-page.tsx'), 'PeoplePage'),
    page('/people/keys', () => import('../people/api-keys-page.tsx'), 'ApiKeysPage'),
    page('/account', () => import('../account/account-page.tsx'), 'AccountPage'),
    page('/activity', () => import('../activity/activity-page.tsx'), 'ActivityPage'),
    page('/settings', () => import('../settings/settings-page.tsx'), 'SettingsPage'),
  ]),
  createRoute({
    getParentRoute: () => root,
    path: '/link',
    component: lazyRouteComponent(() => import('../first-run/link-page.tsx'), 'LinkPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/first-run',
    component: lazyRouteComponent(() => import('../first-run/first-copy-page.tsx'), 'FirstCopyPage'),
  }),
]);

export const router = createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
