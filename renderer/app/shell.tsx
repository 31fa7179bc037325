import { lazyRouteComponent, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useConnectionLost } from '../api/connection.ts';
import { keepPage } from '../api/lock.ts';
import { areas } from '../areas.ts';
import { desktop, onDesktop } from '../desktop.ts';
import { SignIn } from '../sign-in/sign-in.tsx';
import { Failed, Skeleton } from '../ui/blank-state.tsx';
import { isFocusLost } from '../ui/lost-focus.ts';
import { Cover } from '../ui/overlays/cover.tsx';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import type { Area } from './area.ts';
import { useLive } from './live.ts';
import { findPage } from './offered.ts';
import { Palette } from './palette/palette.tsx';
import { usePresence } from './presence.ts';
import { useSessionQuery } from './session.ts';
import { ShortcutsHelp } from './shortcuts/shortcuts-help.tsx';
import { Sidebar } from './sidebar.tsx';

/**
 * Sidebar and page, for a signed-in caller. When a session ends, the sign-in form covers the page and its dialogs, which
 * stay mounted and keep what was typed; their requests wait.
 */
export function Shell() {
  const session = useSessionQuery();
  const isSignedIn = session.data?.state === 'signed_in';
  const isLocked = session.data?.state === 'locked';
  const wasSignedIn = useRef(false);
  wasSignedIn.current ||= isSignedIn;
  useEffect(() => {
    if (isSignedIn) keepPage(true);
  }, [isSignedIn]);
  useEffect(() => () => keepPage(false), []);
  const isLive = useLive(isSignedIn);
  usePresence(isSignedIn && session.data?.auto_lock_minutes !== null);
  if (session.isPending && session.failureReason === null) return <div aria-busy="true" />;
  // What is typed in a page outlives a session that could not be asked for again.
  if (!session.data)
    return (
      <main className="grid h-full place-items-center">
        <Failed
          title="The instance did not respond"
          error={session.error ?? session.failureReason}
          onRetry={() => void session.refetch()}
        />
      </main>
    );
  // Opened while locked: there is no page yet, and none beneath the lock.
  if (isLocked && !wasSignedIn.current) return <div aria-busy="true" />;
  if (!isSignedIn && !wasSignedIn.current) return <SignIn session={session.data} />;
  return (
    <>
      <Frame isLive={isLive} />
      {!isSignedIn && !isLocked && (
        <Cover title="Sign in again">
          <SignIn session={session.data} isOver />
        </Cover>
      )}
    </>
  );
}

/** The page waits for the change feed, and for the banner above it; the sidebar does not. */
function Frame({ isLive }: { isLive: boolean }) {
  const main = useRef<HTMLElement>(null);
  const wasShown = useRef(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const route = useRouterState({ select: ({ matches }) => matches.at(-1)?.fullPath ?? '' });
  const isReady = useBannerReady();
  useWantedPage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page starts at its top
  useEffect(() => {
    main.current?.scrollTo(0, 0);
    // The link that led here may be gone with its page. The first page begins at its top, with the way past the sidebar.
    if (wasShown.current && isFocusLost()) main.current?.focus({ preventScroll: true });
    wasShown.current = true;
  }, [path]);
  return (
    <div className="app">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <Suspense fallback={<div className="side" />}>
        <Sidebar />
      </Suspense>
      <main className="main" id="page" ref={main} tabIndex={-1}>
        <ConnectionBar />
        {isReady && isLive ? (
          <>
            {!findPage(areas, route)?.saysHealth && <HealthBanner />}
            <Suspense fallback={<PageToCome route={route} />}>
              <Outlet />
            </Suspense>
          </>
        ) : (
          <PageToCome route={route} />
        )}
      </main>
      <Suspense>
        <Palette />
      </Suspense>
      <ShortcutsHelp />
    </div>
  );
}

/**
 * A notification or the tray was clicked: opens its page like a link in the console. What was clicked before the console
 * was ready is asked for once.
 */
function useWantedPage(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const open = async () => {
      const path = await desktop?.takePath();
      if (path) await navigate({ to: path as '/' });
    };
    void open();
    return onDesktop('navigate', () => void open());
  }, [navigate]);
}

const entries = (areas as readonly Area[]).flatMap(({ navigation = [] }) => navigation);

/** Until its code and the change feed are there: what the sidebar calls it is known already. */
function PageToCome({ route }: { route: string }) {
  const title = entries.find(({ to }) => to === route)?.label;
  return (
    <div className="page" aria-busy="true">
      {title && (
        <header className="page-head">
          <div className="titles">
            <h1>{title}</h1>
          </div>
        </header>
      )}
      <Skeleton rows={8} />
    </div>
  );
}

function ConnectionBar() {
  if (!useConnectionLost()) return null;
  return (
    <div className="connection-bar" role="alert">
      The instance is not responding. Your input is kept; trying to reconnect.
    </div>
  );
}

/** Loaded on demand: its menu would be a tenth of the initial load, and it is rarely shown. */
const ReasonBanner = lazyRouteComponent(() => import('../vault-state/reason-banner.tsx'), 'ReasonBanner');

/**
 * Whether it is known if there is a banner, and it can be drawn: a page that moved down for it a moment later would be
 * missed by who clicks just then. Once so, always so.
 */
function useBannerReady(): boolean {
  const { data, isLoading } = useVault();
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (isLoading) return;
    const loading = data && findReason(data) ? ReasonBanner.preload?.() : undefined;
    void Promise.resolve(loading).then(
      () => setReady(true),
      () => setReady(true),
    );
  }, [data, isLoading]);
  return isReady;
}

const findReason = ({ health }: VaultStatus) => health.reasons.find((each) => each.snoozed_until === null);

/** Banner above a page while something about the key needs attention and was not postponed. */
function HealthBanner() {
  const vault = useVault().data;
  const reason = vault && findReason(vault);
  if (!reason) return null;
  return (
    <Suspense>
      <div className="banner-strip">
        <ReasonBanner reason={reason} isLocked={vault.state === 'locked'} />
      </div>
    </Suspense>
  );
}
