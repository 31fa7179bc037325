import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useSession } from '../app/session.ts';
import { Select } from '../ui/form/choices.tsx';
import { expiryOf, type Life, LifeField, YEAR } from '../ui/form/expiry.tsx';
import { Field, TextField } from '../ui/form/field.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { grantsQuery } from './api-keys-query.ts';
import { PermissionChoice } from './permission-choice.tsx';
import { type Role, roleLabel, roles } from './roles.ts';

export interface MadeKey {
  name: string;
  values: string[];
}

interface NewApiKeyDialogProps {
  onClose: () => void;
  onMade: (made: MadeKey) => void;
}

/** A key does what a role does, or less. Nobody gives one more than they have. */
export function NewApiKeyDialog({ onClose, onMade }: NewApiKeyDialogProps) {
  const session = useSession();
  const grants = useQuery(grantsQuery).data;
  const permissionsOf = (name: Role) => grants?.roles.find((each) => each.name === name)?.permissions ?? [];
  const givable = roles.filter(({ name }) =>
    permissionsOf(name).every((permission) => session.permissions.includes(permission)),
  );
  const [name, setName] = useState('');
  const [chosenRole, setRole] = useState<Role>('reader');
  const [narrowed, setNarrowed] = useState<readonly string[] | null>(null);
  const [life, setLife] = useState<Life>(YEAR);
  const role = givable.some((each) => each.name === chosenRole) ? chosenRole : 'reader';
  const create = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/api-keys', {
          body: {
            name,
            expires_at: expiryOf(life),
            ...(narrowed ? { role_type: 'custom', permissions: [...narrowed] } : { role_type: role }),
          },
        }),
      ),
    {
      changes: ['api-keys'],
      // SECURITY: straight into the state of the page that shows it once; the list is asked without it.
      onDone: ({ api_key }) => {
        onClose();
        onMade({ name: name.trim(), values: [api_key] });
      },
    },
  );
  return (
    <FormDialog
      title="New API key"
      text="For a program that uses this instance."
      action="Create key"
      mutation={create}
      fields={['name', 'role_type', 'permissions', 'expires_at']}
      isReady={grants !== undefined && name.trim() !== '' && narrowed?.length !== 0}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={create.fieldError('name', 'There is an API key with this name.')}
        hint="Which program, on which machine."
        dir="auto"
        maxLength={100}
        autoFocus
      />
      <Field
        label="Role"
        hint={roles.find((each) => each.name === role)?.text}
        error={create.fieldError('role_type')}
      >
        {({ id }) => (
          <Select
            id={id}
            value={role}
            onChange={(next) => {
              setRole(next);
              setNarrowed(null);
            }}
            options={givable.map((each) => ({ value: each.name, label: roleLabel(each.name) }))}
          />
        )}
      </Field>
      <PermissionChoice
        all={permissionsOf(role)}
        value={narrowed}
        onChange={setNarrowed}
        error={create.fieldError('permissions')}
      />
      <LifeField value={life} onChange={setLife} error={create.fieldError('expires_at')} />
    </FormDialog>
  );
}
