import { Link, useRouterState } from '@tanstack/react-router';
import { buttonClass } from '../ui/button.tsx';

declare module '@tanstack/history' {
  interface HistoryState {
    /** The page where "Unlock…" was clicked, to return to once the vault is unlocked. */
    unlockFor?: string;
  }
}

/** Link to the locked page and, once unlocked, back to the previous page. */
export function UnlockLink({ isSmall = false }: { isSmall?: boolean }) {
  const path = useRouterState({ select: ({ location }) => location.href });
  return (
    <Link to="/key" state={{ unlockFor: path }} className={buttonClass('normal', isSmall)}>
      Unlock…
    </Link>
  );
}
