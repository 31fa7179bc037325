import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ask, client } from '../api/client.ts';
import { noteOpened, noteOver, whenSessionCloses } from '../api/lock.ts';
import { useApiMutation } from '../api/mutation.ts';
import { queryClient } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { ClipboardNote } from '../ui/clipboard/secret-clipboard.tsx';
import { coverPage } from '../ui/cover.ts';
import { PasswordField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { type Session, sessionQuery, signOut } from './session.ts';

/** Another page of this browser may open the session. */
const LOOK_MS = 5000;

const lookAtSession = () => queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
// It may be open by now: then nothing changes, and nobody else tells what waits.
whenSessionCloses(() => void lookAtSession().then(noteSession, () => undefined));

/** Who used this page; null before anyone did. */
let person: string | null = null;

/** Tells what waits whether the session is open, and to the same person. */
function noteSession({ state, user, kind }: Session): void {
  if (state === 'anonymous' || state === 'second_factor') {
    noteOver();
    return;
  }
  const before = person;
  person = user === null ? `${kind}` : `user ${user.id}`;
  if (state === 'locked') return;
  const isSamePerson = before === null || before === person;
  noteOpened({ isSamePerson });
  if (!isSamePerson) startOver();
}

/**
 * SECURITY: what one person left on the page, shown and typed, is not for the next: the page is loaded again, and stays
 * covered until it is gone, whatever in it would ask to stay.
 */
function startOver(): void {
  coverPage();
  window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), { capture: true });
  location.reload();
}

/**
 * Covers everything once the session is locked because nobody used it. The page beneath stays mounted and keeps what was
 * typed, also in an open dialog; its requests wait.
 */
export function LockScreen() {
  // Fetched by the shell. Pages without it need no session.
  const session = useQuery({ ...sessionQuery, enabled: false }).data;
  useEffect(() => {
    if (session) noteSession(session);
  }, [session]);
  return session?.state === 'locked' ? <Locked session={session} /> : null;
}

function Locked({ session }: { session: Session }) {
  useQuery({ ...sessionQuery, refetchInterval: LOOK_MS });
  useEffect(coverPage, []);
  // SECURITY: only in the field, which is cleared once the password was accepted.
  const password = useRef<HTMLInputElement>(null);
  const open = useApiMutation(
    () => ask(client.POST('/auth/confirm', { body: { password: password.current?.value ?? '' } })),
    {
      changes: ['session'],
      async onDone() {
        if (password.current) password.current.value = '';
        await lookAtSession();
      },
    },
  );
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
