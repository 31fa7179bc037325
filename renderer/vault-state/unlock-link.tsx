import { Link, useRouterState } from '@tanstack/react-router';
import { buttonClass } from '../ui/button.tsx';

declare module '@tanstack/history' {
  interface HistoryState {
    /** Where someone was when they pressed "Unlock…": gone back to once the vault is open. */
    unlockFor?: string;
  }
}

/** The way to the locked page and, once unlocked, back to where one was. */
export function UnlockLink({ isSmall = false }: { isSmall?: boolean }) {
  const path = useRouterState({ select: ({ location }) => location.href });
  return (
    <Link to="/key" state={{ unlockFor: path }} className={buttonClass('normal', isSmall)}>
      Unlock…
    </Link>
  );
}
