import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { type Session, sessionQuery } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/form/field.tsx';
import { SubmitError, useSubmit } from '../ui/form/submit.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';

export function ProfileSection({ user }: { user: NonNullable<Session['user']> }) {
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const submit = useSubmit(async () => {
    await askConfirmed(() =>
      client.PATCH('/users/me', { body: { name: name.trim() || user.name, email: email.trim() } }),
    );
    await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    await queryClient.invalidateQueries({ queryKey: ['users'] });
    showToast({ title: 'Saved' });
  });
  const isChanged = (name.trim() !== user.name && name.trim() !== '') || email.trim() !== user.email;
  return (
    <Section title="Who you are">
      <form
        className="card card-pad grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit.run();
        }}
      >
        <TextField
          label="Name"
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={submit.fieldError('name')}
          dir="auto"
          maxLength={100}
        />
        <TextField
          label="E-mail"
          type="email"
          autoComplete="email"
          hint="You sign in with it."
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={
            submit.fieldError('email') === 'Taken'
              ? 'Somebody else has this e-mail address.'
              : submit.fieldError('email')
          }
          maxLength={254}
          required
        />
        <SubmitError submit={submit} fields={['name', 'email']} />
        <div className="flex justify-end">
          <Button type="submit" isBusy={submit.isBusy} disabled={!isChanged}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}
