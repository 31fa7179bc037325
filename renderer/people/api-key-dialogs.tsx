import { useId, useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Checkbox, Select } from '../ui/form/choices.tsx';
import { expiryOf, type Life, LifeField, YEAR } from '../ui/form/expiry.tsx';
import { Field, TextField } from '../ui/form/field.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { formatAgo, formatCount } from '../ui/time.ts';
import { useGivableRoles } from './givable-roles.ts';
import type { ApiKey } from './people-queries.ts';
import { permissionWords } from './permission-words.ts';
import { type Role, roleLabel, roles } from './role-choice.tsx';

export interface MadeKey {
  name: string;
  values: string[];
}

interface NewApiKeyDialogProps {
  onClose: () => void;
  onMade: (made: MadeKey) => void;
}

/** A key has a role's permissions or fewer, and never more than its creator. */
export function NewApiKeyDialog({ onClose, onMade }: NewApiKeyDialogProps) {
  const { givable, permissionsOf, isKnown } = useGivableRoles();
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
      // SECURITY: straight into the state of the page that shows it once; the list is fetched without it.
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
      isReady={isKnown && name.trim() !== '' && narrowed?.length !== 0}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={create.fieldError('name', 'An API key with this name already exists.')}
        hint="For example the program and machine that use it."
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

interface PermissionChoiceProps {
  /** Permissions of the role. */
  all: readonly string[];
  /** Permissions the key gets; null for all. */
  value: readonly string[] | null;
  onChange: (value: readonly string[] | null) => void;
  error?: string | undefined;
}

/** Limits the key to some of the role's permissions. */
function PermissionChoice({ all, value, onChange, error }: PermissionChoiceProps) {
  const id = useId();
  return (
    <fieldset className="grid gap-2" aria-labelledby={id}>
      <span id={id} className="sr">
        Permissions
      </span>
      <Checkbox checked={value !== null} onChange={(isOn) => onChange(isOn ? all : null)}>
        Only some of the role’s permissions
      </Checkbox>
      {value && (
        <div className="grid max-h-56 gap-2 overflow-y-auto rounded-2 border border-line bg-inset p-3">
          {all.map((permission) => (
            <Checkbox
              key={permission}
              checked={value.includes(permission)}
              onChange={(isOn) =>
                onChange(isOn ? [...value, permission] : value.filter((each) => each !== permission))
              }
            >
              {permissionWords(permission)}
            </Checkbox>
          ))}
        </div>
      )}
      {(error || value?.length === 0) && (
        <span className="text-12 text-text-3">{error ?? 'Choose at least one.'}</span>
      )}
    </fieldset>
  );
}

interface DeleteApiKeyDialogProps {
  apiKey: ApiKey;
  /** Names of the keys it created, which end with it. */
  madeByIt: readonly string[];
  onClose: () => void;
}

export function DeleteApiKeyDialog({ apiKey, madeByIt, onClose }: DeleteApiKeyDialogProps) {
  const remove = useApiMutation(
    () => askConfirmed(() => client.DELETE('/api-keys/{id}', { params: { path: { id: apiKey.id } } })),
    {
      changes: ['api-keys'],
      onDone: () => {
        onClose();
        showToast({ title: `API key ${apiKey.name} was deleted` });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Delete this API key?"
      action="Delete API key"
      keep="Keep it"
      mutation={remove}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{apiKey.name}</b> stops working immediately everywhere.{' '}
        {apiKey.last_used_at === null
          ? 'It was never used.'
          : `It was last used ${formatAgo(Date.parse(apiKey.last_used_at))}.`}
      </p>
      {madeByIt.length > 0 && (
        <p className="[overflow-wrap:anywhere]">
          {formatCount(madeByIt.length, 'key')} that it created {madeByIt.length === 1 ? 'is' : 'are'} deleted
          with it: {madeByIt.join(', ')}.
        </p>
      )}
      <p>This cannot be undone. To disable it temporarily, turn it off instead.</p>
    </ConfirmDialog>
  );
}
