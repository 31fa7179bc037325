import { createRootRoute, createRoute, createRouter, Outlet, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { areas } from '../areas.ts';
import { formatAddress, parseAddress } from '../ui/address.ts';
import { Failed } from '../ui/blank-state.tsx';
import { Toasts } from '../ui/overlays/toasts.tsx';
import type { BarePage, Page } from './area.ts';
import { AreasContext } from './areas-context.ts';
import { guardedPage, lazyPage } from './guarded-page.tsx';
import { ConfirmIdentity } from './identity/confirm-identity.tsx';
import { LockScreen } from './identity/lock-screen.tsx';
import { NotFoundPage } from './not-found.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Root, errorComponent: RouteFailed });
/** Whether there is a page. */
let isShown = false;
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

const pageRoute = <Path extends string>(page: Page<Path>) => {
  const { component, preload } = guardedPage(page);
  // The old page stays until the new one is there. The first has none before it: sign-in and sidebar wait for no page.
  const loader = () => (isShown ? preload() : void preload());
  return createRoute({ getParentRoute: () => shell, path: page.path, component, loader });
};
/** Beside the sidebar, and behind the sign-in, as any page: an address may be mistyped by who wants to go elsewhere. */
const otherRoute = createRoute({ getParentRoute: () => shell, path: '$', component: NotFoundPage });
const bareRoute = <Path extends string>(page: BarePage<Path>) =>
  createRoute({ getParentRoute: () => root, path: page.path, component: lazyPage(page.load) });

type Areas = (typeof areas)[number];
type PagePath = Areas['pages'][number]['path'];
type BarePath = NonNullable<Areas['barePages']>[number]['path'];

// Each path with the type of its route: links are checked against them.
const pageRoutes = Object.fromEntries(
  areas.flatMap(({ pages }) => pages.map((page: Page) => [page.path, pageRoute(page)])),
) as unknown as { [Path in PagePath]: ReturnType<typeof pageRoute<Path>> };
const bareRoutes = Object.fromEntries(
  areas.flatMap(({ barePages = [] }) => barePages.map((page: BarePage) => [page.path, bareRoute(page)])),
) as unknown as { [Path in BarePath]: ReturnType<typeof bareRoute<Path>> };

const routeTree = root.addChildren({
  shell: shell.addChildren({ ...pageRoutes, otherRoute }),
  ...bareRoutes,
});

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  parseSearch: parseAddress,
  stringifySearch: formatAddress,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

/** Shown for a page that failed to render or load, with a retry; the rest of the console keeps working. */
function RouteFailed({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <main className="grid min-h-full place-items-center">
      <Failed title="This page did not load" error={error} onRetry={retry} />
    </main>
  );
}

/** Rendered around every page. */
function Root() {
  useEffect(() => {
    isShown = true;
  }, []);
  return (
    <AreasContext value={areas}>
      <Outlet />
      <ConfirmIdentity />
      <LockScreen />
      <Toasts />
    </AreasContext>
  );
}
