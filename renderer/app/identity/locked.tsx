import { useQuery } from '@tanstack/react-query';
import { useApiMutation } from '../../api/mutation.ts';
import { Button } from '../../ui/button.tsx';
import { ClipboardNote } from '../../ui/clipboard/secret-clipboard.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { lookAtSession, type Session, sessionQuery, signOut } from '../session.ts';
import { usePasswordConfirmation } from './use-password-confirmation.ts';

/** Another page of this browser may open the session. */
const LOOK_MS = 5000;

/** What the lock asks for. */
export function Locked({ session }: { session: Session }) {
  useQuery({ ...sessionQuery, refetchInterval: LOOK_MS });
  const { password, confirm: open } = usePasswordConfirmation(async () => {
    await lookAtSession();
  });
  const leave = useApiMutation(signOut);
  return (
    <Dialog
      isAlert
      isCover
      // Only the password, or signing out.
      onClose={() => undefined}
      title="Locked. Enter your password to continue"
      text={`Nobody used it for a while. ${session.user?.email ?? 'The owner'} is still signed in.`}
      firstFocus={password}
      foot={
        <>
          {/* The desktop window has no session to end. */}
          {session.via !== 'window' && (
            <Button kind="plain" isBusy={leave.isPending} onClick={() => leave.mutate()}>
              Sign out
            </Button>
          )}
          <span className="grow" />
          <Button kind="main" type="submit" form="unlock-session" isBusy={open.isPending}>
            Unlock
          </Button>
        </>
      }
    >
      <Form
        id="unlock-session"
        className="grid gap-4"
        mutation={open}
        onSubmit={() => {
          open.mutate();
        }}
      >
        <input type="hidden" autoComplete="username" value={session.user?.email ?? ''} readOnly />
        <PasswordField
          ref={password}
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          error={open.message ?? leave.message}
        />
        <ClipboardNote />
      </Form>
    </Dialog>
  );
}
