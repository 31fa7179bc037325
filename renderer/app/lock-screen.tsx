import { useQuery } from '@tanstack/react-query';
import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense, useEffect, useLayoutEffect, useRef } from 'react';
import { noteOpened, whenSessionLocks } from '../api/lock.ts';
import { coverPage } from '../ui/cover.ts';
import { useIdle } from './idle.ts';
import { lookAtSession, sessionQuery } from './session.ts';

/** Loaded once the page is there: no page waits for it. */
const Locked = lazyRouteComponent(() => import('./locked.tsx'), 'Locked');

whenSessionLocks(() => void lookAtSession().catch(() => undefined));

/**
 * Covers everything once the session is locked because nobody used it. The page beneath stays mounted and keeps what was
 * typed, also in an open dialog; its requests wait.
 */
export function LockScreen() {
  // Fetched by the shell. Pages without it need no session.
  const session = useQuery({ ...sessionQuery, enabled: false }).data;
  const isLocked = session?.state === 'locked';
  const userId = session?.user?.id ?? null;
  const person = useRef<number | null>(null);
  useEffect(() => {
    const was = person.current;
    person.current = userId;
    // An answer to nobody is refused in its own words.
    if (session && !isLocked) noteOpened({ isSamePerson: was === null || userId === null || was === userId });
  }, [isLocked, userId, session]);
  useIdle(Locked.preload);
  // SECURITY: at once, whatever the dialog still has to load.
  useLayoutEffect(() => (isLocked ? coverPage() : undefined), [isLocked]);
  if (!session || !isLocked) return null;
  return (
    <Suspense>
      <Locked session={session} />
    </Suspense>
  );
}
