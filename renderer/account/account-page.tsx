import { LogOut, UserX } from 'lucide-react';
import { useApiMutation } from '../api/mutation.ts';
import { signOut, useIsOwner, useSession } from '../app/session.ts';
import { desktop } from '../desktop.ts';
import { roleLabel } from '../people/roles.ts';
import { Button } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { Empty } from '../ui/nothing.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Page } from '../ui/page.tsx';
import { PasswordSection } from './password-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { SecondFactorSection } from './second-factor-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

/** Who one is here, and how one comes in. */
export function AccountPage() {
  const { user } = useSession();
  const isOwner = useIsOwner();
  const leave = useApiMutation(signOut, {
    onFailed: (text) => showToast({ title: 'You are still signed in', text }),
  });
  return (
    <Page
      title="Your account"
      under={
        user && (
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Chip>{roleLabel(user.role)}</Chip>
            {isOwner && 'You came in as the owner of this machine and act as this account.'}
          </span>
        )
      }
      actions={
        // Whoever has the desktop window is the owner: there is nothing to sign out of.
        !desktop && (
          <Button icon={LogOut} isBusy={leave.isPending} onClick={() => leave.mutate()}>
            Sign out
          </Button>
        )
      }
    >
      {user ? (
        <div className="grid grid-cols-1 items-start gap-6 wide:grid-cols-2">
          <div className="grid grid-cols-1 gap-6">
            <ProfileSection key={user.id} user={user} />
            <PasswordSection email={user.email} name={user.name} />
          </div>
          <div className="grid grid-cols-1 gap-6">
            <SecondFactorSection isOn={user.mfa_enabled} />
            <SessionsSection />
          </div>
        </div>
      ) : (
        <div className="card">
          <Empty
            icon={UserX}
            title="You are the owner of this machine, without an account"
            text={
              <>
                This machine’s own account lets you in. For a password and a second factor, and to come in
                from other machines, run <code className="mono">temps-desktop admin create</code> here, then
                open a new link with <code className="mono">temps-desktop console</code>.
              </>
            }
          />
        </div>
      )}
    </Page>
  );
}
