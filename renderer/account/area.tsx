import { Link } from '@tanstack/react-router';
import { CircleUser, LogOut, Smartphone } from 'lucide-react';
import { area } from '../app/area.ts';
import { signOut, useSession } from '../app/session.ts';

export const accountArea = area({
  pages: [{ path: '/account', load: () => import('./account-page.tsx').then((file) => file.AccountPage) }],
  foot: AccountLink,
  commands: [
    { group: 'Go to', label: 'Your account', icon: CircleUser, to: '/account' },
    // The desktop window is always signed in as the owner, so there is no sign-out.
    { group: 'Do', label: 'Sign out', icon: LogOut, only: 'browser', run: signOut },
  ],
  secretIcons: { totp_secret: Smartphone },
});

function AccountLink() {
  const { user } = useSession();
  return (
    <Link to="/account" className="nav-item side-account" title="Your account">
      <CircleUser className="icon" aria-hidden="true" />
      <span className="cut">{user?.name || user?.email || 'Owner of this machine'}</span>
    </Link>
  );
}
