import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Select } from '../ui/form/choices.tsx';
import { Field } from '../ui/form/field.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { formatTime } from '../ui/time.ts';
import type { Invitation } from './people-queries.ts';
import { PersonFields } from './person-fields.tsx';
import { type Role, roleLabel, roles } from './role-choice.tsx';

export interface MadeInvitation {
  email: string;
  expiresAt: number;
  /** Whether the link names this machine as each machine names itself. */
  isLocal: boolean;
  /** Cleared once it was stored. */
  values: string[];
}

const lives = [
  { value: '72', label: '3 days' },
  { value: '24', label: '1 day' },
  { value: '1', label: '1 hour' },
] as const;
type Hours = (typeof lives)[number]['value'];

interface InvitePersonDialogProps {
  onClose: () => void;
  onMade: (made: MadeInvitation) => void;
}

/** Makes a link by which someone makes their own account. No mail is sent. */
export function InvitePersonDialog({ onClose, onMade }: InvitePersonDialogProps) {
  const [person, setPerson] = useState({ name: '', email: '' });
  const [role, setRole] = useState<Role>('user');
  const [hours, setHours] = useState<Hours>('72');
  const invite = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/users/invitations', {
          body: { name: person.name.trim(), email: person.email, role_type: role, hours: Number(hours) },
        }),
      ),
    {
      changes: ['users'],
      // SECURITY: straight into the state of the page that shows it once; the list is fetched without it.
      onDone: ({ link, path, email: invited, expires_at }) => {
        onClose();
        const shown = link === path ? `${location.origin}${path}` : link;
        const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(shown).hostname);
        onMade({ email: invited, expiresAt: expires_at, isLocal, values: [shown] });
      },
    },
  );
  return (
    <FormDialog
      title="Invite person"
      text="They get a link that works once, and choose a password that only they know."
      action="Create link"
      mutation={invite}
      fields={['name', 'email', 'role_type', 'hours']}
      isReady={person.email.includes('@')}
      onClose={onClose}
    >
      <PersonFields
        value={person}
        onChange={setPerson}
        errors={{
          name: invite.fieldError('name'),
          email: invite.fieldError('email', 'Someone with this e-mail address has an account.'),
        }}
        hints={{ name: 'They can change it.', email: 'Used to sign in. No mail is sent to it.' }}
        autoFocus
      />
      <Field
        label="Role"
        hint={roles.find((each) => each.name === role)?.text}
        error={invite.fieldError('role_type')}
      >
        {({ id }) => (
          <Select
            id={id}
            value={role}
            onChange={setRole}
            options={roles.map((each) => ({ value: each.name, label: roleLabel(each.name) }))}
          />
        )}
      </Field>
      <Field label="The link works for" error={invite.fieldError('hours')}>
        {({ id }) => <Select id={id} value={hours} onChange={setHours} options={lives} />}
      </Field>
    </FormDialog>
  );
}

/** The link, once. */
export function InvitationLink({ made, onStored }: { made: MadeInvitation; onStored: () => void }) {
  return (
    <ShownOnce name={`Invitation for ${made.email}`} values={made.values} onStored={onStored}>
      Send this link to them yourself, in a way that only they can read: whoever opens it first makes the
      account. It works once, until {formatTime(made.expiresAt)}. If it is lost, revoke the invitation and
      create another.
      {made.isLocal &&
        ' It leads to localhost, which is this machine: for another device, put the name there under which it reaches the console.'}
    </ShownOnce>
  );
}

export function RevokeInvitationDialog({
  invitation,
  onClose,
}: {
  invitation: Invitation;
  onClose: () => void;
}) {
  const revoke = useApiMutation(
    () =>
      askConfirmed(() =>
        client.DELETE('/users/invitations/{id}', { params: { path: { id: invitation.id } } }),
      ),
    {
      changes: ['users'],
      onDone: () => {
        onClose();
        showToast({ title: 'Invitation revoked' });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Revoke this invitation?"
      action="Revoke invitation"
      keep="Keep it"
      mutation={revoke}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        The link for <b>{invitation.email}</b> opens nothing any more. You can invite them again.
      </p>
    </ConfirmDialog>
  );
}
