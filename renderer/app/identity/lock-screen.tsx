import { useQuery } from '@tanstack/react-query';
import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense, useEffect, useLayoutEffect } from 'react';
import { noteOpened, noteOver, whenSessionCloses } from '../../api/lock.ts';
import { coverPage } from '../../ui/cover.ts';
import { useIdle } from '../idle.ts';
import { lookAtSession, type Session, sessionQuery } from '../session.ts';

/** Loaded once the page is there: no page waits for it. */
const Locked = lazyRouteComponent(() => import('./locked.tsx'), 'Locked');

// It may be open by now: then nothing changes, and nobody else tells what waits.
whenSessionCloses(() => void lookAtSession().then(noteSession, () => undefined));

/** Who used this page; null before anyone did. */
let person: string | null = null;

/** Tells what waits whether the session is open, and to the same person. */
function noteSession({ state, user, kind }: Session): void {
  if (state === 'anonymous' || state === 'second_factor' || state === 'password_change') {
    noteOver();
    return;
  }
  const before = person;
  person = user === null ? `${kind}` : `user ${user.id}`;
  if (state === 'locked') return;
  const isSamePerson = before === null || before === person;
  noteOpened({ isSamePerson });
  if (!isSamePerson) startOver();
}

/**
 * SECURITY: what one person left on the page, shown and typed, is not for the next: the page is loaded again, and stays
 * covered until it is gone, whatever in it would ask to stay.
 */
function startOver(): void {
  coverPage();
  window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), { capture: true });
  location.reload();
}

/**
 * Covers everything once the session is locked because nobody used it. The page beneath stays mounted and keeps what was
 * typed, also in an open dialog; its requests wait.
 */
export function LockScreen() {
  // Fetched by the shell. Pages without it need no session.
  const session = useQuery({ ...sessionQuery, enabled: false }).data;
  useEffect(() => {
    if (session) noteSession(session);
  }, [session]);
  const isLocked = session?.state === 'locked';
  useIdle(Locked.preload);
  // SECURITY: at once, whatever the dialog still has to load.
  useLayoutEffect(() => (isLocked ? coverPage() : undefined), [isLocked]);
  if (!isLocked) return null;
  return (
    <Suspense>
      <Locked session={session} />
    </Suspense>
  );
}
