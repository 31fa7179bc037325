import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { useSessionQuery } from '../session.ts';
import { usePasswordConfirmation } from './use-password-confirmation.ts';

/** Asks for the password, or says why there is none to ask for. */
export function PasswordDialog({ onDecline, onDone }: { onDecline: () => void; onDone: () => void }) {
  const session = useSessionQuery().data;
  const { password, confirm } = usePasswordConfirmation(onDone);
  if (session && !session.has_password) {
    return (
      <Dialog
        onClose={onDecline}
        title="Confirm your identity"
        text="This account has no password yet. Run temps-desktop admin create on this machine, then open a new link with temps-desktop console."
        foot={
          <Button className="ml-auto" onClick={onDecline}>
            Close
          </Button>
        }
      />
    );
  }
  return (
    <FormDialog
      title="Confirm your identity"
      text="This action needs your password. It stays confirmed for five minutes."
      action="Confirm"
      mutation={confirm}
      failure={null}
      isInputLost
      onClose={onDecline}
    >
      <input type="hidden" autoComplete="username" value={session?.user?.email ?? ''} readOnly />
      <PasswordField
        ref={password}
        label="Password"
        name="password"
        autoComplete="current-password"
        autoFocus
        required
        error={confirm.message}
      />
    </FormDialog>
  );
}
