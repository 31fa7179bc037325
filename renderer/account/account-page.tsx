import { LogOut, UserX } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { type Session, signOut, useIsOwner, useSession } from '../app/session.ts';
import { desktop } from '../desktop.ts';
import { roleLabel } from '../people/role-choice.tsx';
import { Empty } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { TextField } from '../ui/form/field.tsx';
import { Form } from '../ui/form/form.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Page, Section } from '../ui/page.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactorSection } from './second-factor-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

/** The signed-in account and how it signs in. */
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
            {isOwner && 'You are signed in as the owner of this machine, using this account.'}
          </span>
        )
      }
      actions={
        // The desktop window is always signed in as the owner, so there is no sign-out.
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
            title="You are the owner of this machine and have no account"
            text={
              <>
                You are signed in through this machine. To use a password and a second factor, and to sign in
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

function PasswordSection({ email, name }: { email: string; name: string }) {
  return (
    <Section title="Password" said="Changing it ends your other sessions.">
      <PasswordForm
        person={{ email, name }}
        currentLabel="Current password"
        className="card card-pad grid gap-4"
        foot={({ isBusy, isReady }) => (
          <div className="flex justify-end">
            <Button type="submit" isBusy={isBusy} disabled={!isReady}>
              Change password
            </Button>
          </div>
        )}
        onDone={() => {
          showToast({ title: 'Password changed', text: 'Your other sessions were ended.' });
        }}
      />
    </Section>
  );
}

function ProfileSection({ user }: { user: NonNullable<Session['user']> }) {
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const save = useApiMutation(
    () =>
      askConfirmed(() =>
        client.PATCH('/users/me', { body: { name: name.trim() || user.name, email: email.trim() } }),
      ),
    { changes: ['session', 'users'], onDone: () => showToast({ title: 'Saved' }) },
  );
  const isChanged = (name.trim() !== user.name && name.trim() !== '') || email.trim() !== user.email;
  return (
    <Section title="Profile">
      <Form
        className="card card-pad grid gap-4"
        mutation={save}
        onSubmit={() => {
          save.mutate();
        }}
      >
        <TextField
          label="Name"
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={save.fieldError('name')}
          dir="auto"
          maxLength={100}
        />
        <TextField
          label="E-mail"
          type="email"
          autoComplete="email"
          hint="Used to sign in."
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={save.fieldError('email', 'Someone else uses this e-mail address.')}
          maxLength={254}
          required
        />
        <FormError mutation={save} fields={['name', 'email']} />
        <div className="flex justify-end">
          <Button type="submit" isBusy={save.isPending} disabled={!isChanged}>
            Save
          </Button>
        </div>
      </Form>
    </Section>
  );
}
