import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { setConfirmationAsker } from '../../api/confirmation.ts';
import { ConfirmationDeclined } from '../../api/problem.ts';
import { desktop } from '../../desktop.ts';
import { useIdle } from '../idle.ts';

/** Loaded once the page is there: no page waits for it. */
const PasswordDialog = lazyRouteComponent(() => import('./password-dialog.tsx'), 'PasswordDialog');

interface Waiting {
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Asks for the password when the instance requires a recently confirmed identity; valid for five minutes. */
export function ConfirmIdentity() {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  useEffect(() => {
    setConfirmationAsker(() => new Promise((resolve, reject) => setWaiting({ resolve, reject })));
    return () => setConfirmationAsker(null);
  }, []);
  useIdle(PasswordDialog.preload);
  const isAskedByDesktop = useDesktopPrompt(waiting);
  if (!waiting || isAskedByDesktop) return null;
  const decline = () => {
    setWaiting(null);
    waiting.reject(new ConfirmationDeclined());
  };
  const done = () => {
    setWaiting(null);
    waiting.resolve();
  };
  return (
    <Suspense>
      <PasswordDialog onDecline={decline} onDone={done} />
    </Suspense>
  );
}

/** Uses the system's own check (Touch ID) where there is one; if declined, the password is asked for. */
function useDesktopPrompt(waiting: Waiting | null): boolean {
  const [asked, setAsked] = useState<Waiting | null>(null);
  useEffect(() => {
    if (!waiting || !desktop) return;
    const declined = () => setAsked(waiting);
    desktop.confirm().then((isConfirmed) => (isConfirmed ? waiting.resolve() : declined()), declined);
  }, [waiting]);
  return desktop !== null && waiting !== asked;
}
