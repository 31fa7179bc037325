import { useEffect, useRef, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { setConfirmationAsker } from '../api/confirmation.ts';
import { ConfirmationDeclined, describeError } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { desktop } from '../desktop.ts';
import { Button } from '../ui/button.tsx';
import { PasswordField } from '../ui/form/field.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { sessionQuery, useSessionQuery } from './session.ts';

interface Waiting {
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Asks for the password when the instance wants to know again who is there; good for five minutes. */
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
    void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    waiting.resolve();
  };
  return <PasswordDialog onDecline={decline} onDone={done} />;
}

/** Where the system itself can ask who is there (Touch ID), it does; declined, the password is asked. */
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
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password') ?? '');
    setBusy(true);
    setError(undefined);
    try {
      await ask(client.POST('/auth/confirm', { body: { password } }));
      form.current?.reset();
      onDone();
    } catch (thrown) {
      setError(describeError(thrown));
    } finally {
      setBusy(false);
    }
  };
  if (session && !session.has_password) {
    return (
      <Dialog
        isOpen
        onClose={onDecline}
        title="Confirm who you are"
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
    <Dialog
      isOpen
      onClose={onDecline}
      title="Confirm who you are"
      text="This needs your password. It is asked again after five minutes."
    >
      <form ref={form} onSubmit={submit} className="grid gap-4 pb-5">
        <input type="hidden" autoComplete="username" value={session?.user?.email ?? ''} readOnly />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          autoFocus
          required
          error={error}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onDecline}>Cancel</Button>
          <Button kind="main" type="submit" isBusy={isBusy}>
            Confirm
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
