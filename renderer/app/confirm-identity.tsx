import { useEffect, useRef, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { setConfirmationAsker } from '../api/confirmation.ts';
import { useApiMutation } from '../api/mutation.ts';
import { ConfirmationDeclined } from '../api/problem.ts';
import { desktop } from '../desktop.ts';
import { Button } from '../ui/button.tsx';
import { PasswordField } from '../ui/form/field.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { useSessionQuery } from './session.ts';

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
  return <PasswordDialog onDecline={decline} onDone={done} />;
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

function PasswordDialog({ onDecline, onDone }: { onDecline: () => void; onDone: () => void }) {
  const session = useSessionQuery().data;
  // SECURITY: only in the field, which is cleared once the password was accepted.
  const password = useRef<HTMLInputElement>(null);
  const confirm = useApiMutation(
    () => ask(client.POST('/auth/confirm', { body: { password: password.current?.value ?? '' } })),
    {
      changes: ['session'],
      onDone: () => {
        if (password.current) password.current.value = '';
        onDone();
      },
    },
  );
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
