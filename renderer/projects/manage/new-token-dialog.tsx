import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { mayIn, useSession } from '../../app/session.ts';
import { AddressListField, readAddressList } from '../../ui/form/address-list.tsx';
import { Checkbox } from '../../ui/form/choices.tsx';
import { expiryOf, type Life, LifeField, YEAR } from '../../ui/form/expiry.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import type { UsageExample } from '../../ui/overlays/usage-examples.tsx';
import { shorten } from '../../ui/text.ts';
import { projectQuery } from '../project-queries.ts';
import { type TokenPermission, tokenPermissions } from './token-permissions.ts';

export interface MadeToken {
  name: string;
  projectName: string;
  values: string[];
  examples: readonly UsageExample[];
}

interface NewTokenDialogProps {
  project: string;
  onClose: () => void;
  onMade: (made: MadeToken) => void;
}

export function NewTokenDialog({ project, onClose, onMade }: NewTokenDialogProps) {
  const session = useSession();
  const projectName = useQuery(projectQuery(project)).data?.name ?? project;
  const givable = tokenPermissions.filter(({ name }) => mayIn(session, project, name));
  const [name, setName] = useState('');
  const [granted, setGranted] = useState<readonly TokenPermission[]>(givable.map((each) => each.name));
  const [addresses, setAddresses] = useState('');
  const [life, setLife] = useState<Life>(YEAR);
  const groupId = useId();
  const create = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/projects/{project}/deployment-tokens', {
          params: { path: { project } },
          body: {
            name,
            permissions: [...granted],
            expires_at: expiryOf(life),
            allowed_from: readAddressList(addresses),
          },
        }),
      ),
    {
      changes: ['projects'],
      // SECURITY: straight into the state of the page that shows it once; the list is fetched without it.
      onDone: ({ token, examples }) => {
        onClose();
        onMade({ name: name.trim(), projectName, values: [token], examples });
      },
    },
  );
  const toggle = (permission: TokenPermission, isOn: boolean) =>
    setGranted(isOn ? [...granted, permission] : granted.filter((each) => each !== permission));
  return (
    <FormDialog
      title="New deployment token"
      text={`For a pipeline or a container of ${shorten(projectName, 80)}. It cannot access other projects.`}
      action="Create token"
      mutation={create}
      fields={['name', 'expires_at', 'allowed_from']}
      isReady={name.trim() !== '' && granted.length > 0}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={create.fieldError('name', 'A token with this name already exists in this project.')}
        hint="Where it is used, for example “ci” or “compose on nas”."
        dir="auto"
        maxLength={100}
        autoFocus
      />
      <fieldset className="grid gap-2" aria-labelledby={groupId}>
        <span id={groupId} className="label">
          Permissions
        </span>
        {givable.map((each) => (
          <Checkbox
            key={each.name}
            checked={granted.includes(each.name)}
            onChange={(isOn) => toggle(each.name, isOn)}
          >
            {each.label} <span className="text-text-3">{each.text}</span>
          </Checkbox>
        ))}
        {granted.length === 0 && <span className="text-12 text-text-3">Choose at least one.</span>}
      </fieldset>
      <LifeField value={life} onChange={setLife} error={create.fieldError('expires_at')} />
      <AddressListField value={addresses} onChange={setAddresses} error={create.fieldError('allowed_from')} />
    </FormDialog>
  );
}
