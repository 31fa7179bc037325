import { PasswordForm } from '../account/password-form.tsx';
import { useApiMutation } from '../api/mutation.ts';
import { sessionChanged, signOut } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';

/** For someone whose password somebody else chose: until there is another one, nothing else is open to them. */
export function OwnPassword({ person }: { person: { email: string; name: string } }) {
  const leave = useApiMutation(signOut);
  return (
    <PasswordForm
      person={person}
      currentLabel="Password you were given"
      className="grid gap-4"
      autoFocus
      head={
        <div>
          <h1 className="t20">Choose your own password</h1>
          <p className="text-text-2 [overflow-wrap:anywhere]">
            Somebody else chose the password of {person.email}, and knows it. Choose one that only you know to
            continue.
          </p>
        </div>
      }
      foot={({ isBusy, isReady }) => (
        <>
          <FormError mutation={leave} />
          <div className="flex flex-wrap justify-between gap-2">
            <Button kind="plain" isBusy={leave.isPending} onClick={() => leave.mutate()}>
              Sign out
            </Button>
            <Button kind="main" type="submit" isBusy={isBusy} disabled={!isReady}>
              Change password
            </Button>
          </div>
        </>
      )}
      onDone={sessionChanged}
    />
  );
}
