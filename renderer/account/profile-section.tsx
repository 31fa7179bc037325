import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import type { Session } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/form/field.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';

export function ProfileSection({ user }: { user: NonNullable<Session['user']> }) {
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
    <Section title="Who you are">
      <form
        className="card card-pad grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
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
          hint="You sign in with it."
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={save.fieldError('email', 'Somebody else has this e-mail address.')}
          maxLength={254}
          required
        />
        <FormError mutation={save} fields={['name', 'email']} />
        <div className="flex justify-end">
          <Button type="submit" isBusy={save.isPending} disabled={!isChanged}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}
