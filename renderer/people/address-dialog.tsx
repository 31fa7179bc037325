import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { AddressListField, readAddressList, writeAddressList } from '../ui/form/address-list.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';

interface AddressDialogProps {
  /** An API key, or with a project a deployment token of it. */
  limited: { id: number; name: string; allowed_from: string[] | null };
  project?: string;
  onClose: () => void;
}

/** Changes from where a key or token may be used. It counts from the next request on. */
export function AddressDialog({ limited, project, onClose }: AddressDialogProps) {
  const { id, name } = limited;
  const [addresses, setAddresses] = useState(writeAddressList(limited.allowed_from));
  const save = useApiMutation(
    async () => {
      const body = { allowed_from: readAddressList(addresses) };
      if (project === undefined)
        await askConfirmed(() => client.PUT('/api-keys/{id}', { params: { path: { id } }, body }));
      else
        await askConfirmed(() =>
          client.PUT('/projects/{project}/deployment-tokens/{id}', {
            params: { path: { project, id } },
            body,
          }),
        );
    },
    {
      changes: [project === undefined ? 'api-keys' : 'projects'],
      onDone: () => {
        onClose();
        showToast({ title: `The addresses of ${name} were changed` });
      },
    },
  );
  return (
    <FormDialog
      title={
        <span className="block truncate" dir="auto" title={name}>
          Addresses of {name}
        </span>
      }
      text="From anywhere else it is refused, from the next request on."
      action="Save"
      mutation={save}
      fields={['allowed_from']}
      isReady
      onClose={onClose}
    >
      <AddressListField
        value={addresses}
        onChange={setAddresses}
        error={save.fieldError('allowed_from')}
        autoFocus
      />
    </FormDialog>
  );
}
