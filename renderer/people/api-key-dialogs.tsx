import { useId, useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { AddressListField, readAddressList } from '../ui/form/address-list.tsx';
import { Checkbox, Select } from '../ui/form/choices.tsx';
import { expiryOf, type Life, LifeField, QUARTER, YEAR } from '../ui/form/expiry.tsx';
import { Field, TextField } from '../ui/form/field.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import type { UsageExample } from '../ui/overlays/usage-examples.tsx';
import { formatAgo, formatCount } from '../ui/time.ts';
import { useGivableRoles } from './givable-roles.ts';
import type { ApiKey } from './people-queries.ts';
import { permissionWords } from './permission-words.ts';
import { type Role, roleLabel, roles } from './role-choice.tsx';

const REVEAL = 'environments:reveal';

export interface MadeKey {
  name: string;
  values: string[];
  examples: readonly UsageExample[];
}

interface NewApiKeyDialogProps {
  onClose: () => void;
  onMade: (made: MadeKey) => void;
}

/** A key has a role's permissions or fewer, and never more than its creator. */
export function NewApiKeyDialog({ onClose, onMade }: NewApiKeyDialogProps) {
  const { givable, permissionsOf, byChoice, isKnown } = useGivableRoles();
  const [name, setName] = useState('');
  const [chosenRole, setRole] = useState<Role>('reader');
  const [narrowed, setNarrowed] = useState<readonly string[] | null>(null);
  const [life, setLife] = useState<Life>(YEAR);
  const [addresses, setAddresses] = useState('');
  const [hidesSecrets, setHidesSecrets] = useState(false);
  const [isManaging, setManaging] = useState(false);
  const role = givable.some((each) => each.name === chosenRole)
    ? chosenRole
    : (givable.at(-1)?.name ?? 'reader');
  // What no role brings: an administrator alone gives it, and to a key of that role.
  const mayManage = role === 'admin' && byChoice !== undefined;
  const chosen = mayManage && isManaging ? byChoice : null;
  const shown = permissionsOf(role).filter((permission) => !(hidesSecrets && permission === REVEAL));
  const granted = chosen ? [...(narrowed ?? shown), chosen.name] : narrowed;
  const stopManaging = () => {
    setManaging(false);
    setLife(YEAR);
  };
  const create = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/api-keys', {
          body: {
            name,
            // The longest is left to the instance, whose clock may differ.
            ...(chosen && life === QUARTER ? {} : { expires_at: expiryOf(life) }),
            ...(granted ? { role_type: 'custom', permissions: [...granted] } : { role_type: role }),
            hide_secrets: hidesSecrets,
            allowed_from: readAddressList(addresses),
          },
        }),
      ),
    {
      changes: ['api-keys'],
      // SECURITY: straight into the state of the page that shows it once; the list is fetched without it.
      onDone: ({ api_key, examples }) => {
        onClose();
        onMade({ name: name.trim(), values: [api_key], examples });
      },
    },
  );
  return (
    <FormDialog
      title="New API key"
      text="For a program that uses this instance."
      action="Create key"
      mutation={create}
      fields={['name', 'role_type', 'permissions', 'expires_at', 'allowed_from']}
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
              if (isManaging) stopManaging();
            }}
            options={givable.map((each) => ({ value: each.name, label: roleLabel(each.name) }))}
          />
        )}
      </Field>
      {permissionsOf(role).includes(REVEAL) && (
        <Checkbox
          checked={hidesSecrets}
          onChange={(isOn) => {
            setHidesSecrets(isOn);
            // Who adds people can sign in as one of them who sees secrets.
            if (isOn && isManaging) stopManaging();
            setNarrowed((before) => before?.filter((permission) => !(isOn && permission === REVEAL)) ?? null);
          }}
        >
          Hide secret values: it sees only that they are set
        </Checkbox>
      )}
      {mayManage && (
        <div className="grid gap-1">
          <Checkbox
            checked={isManaging}
            onChange={(isOn) => {
              if (!isOn) return stopManaging();
              setManaging(true);
              setLife(QUARTER);
              setHidesSecrets(false);
            }}
          >
            Manage people below administrator
          </Checkbox>
          <span className="text-12 text-text-3">
            It adds, deletes and restores them, and changes their roles, but no administrator, password or
            second factor. For at most {byChoice.by_choice_days} days. Whoever has the key can sign in as the
            people it adds; Home shows when it was used.
          </span>
        </div>
      )}
      <PermissionChoice
        all={shown}
        value={narrowed}
        onChange={setNarrowed}
        error={create.fieldError('permissions')}
      />
      <LifeField
        value={life}
        onChange={setLife}
        error={create.fieldError('expires_at')}
        maxDays={chosen?.by_choice_days ?? null}
      />
      <AddressListField value={addresses} onChange={setAddresses} error={create.fieldError('allowed_from')} />
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

interface RotateApiKeyDialogProps {
  apiKey: ApiKey;
  onClose: () => void;
  onMade: (made: MadeKey) => void;
}

/** A new text for the same key, shown once. */
export function RotateApiKeyDialog({ apiKey, onClose, onMade }: RotateApiKeyDialogProps) {
  const rotate = useApiMutation(
    () => askConfirmed(() => client.POST('/api-keys/{id}/rotate', { params: { path: { id: apiKey.id } } })),
    {
      changes: ['api-keys'],
      // SECURITY: as for a new key.
      onDone: ({ api_key, examples }) => {
        onClose();
        onMade({ name: apiKey.name, values: [api_key], examples });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Give this API key a new text?"
      action="Create a new text"
      keep="Keep it"
      mutation={rotate}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        The present text of <b dir="auto">{apiKey.name}</b> stops working immediately, everywhere it is used.
        What the key may do and when it expires stay the same.
      </p>
    </ConfirmDialog>
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
