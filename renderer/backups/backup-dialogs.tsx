import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { hasCode } from '../api/problem.ts';
import { TextField } from '../ui/form/field.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { formatCount, formatExact } from '../ui/time.ts';
import type { Backup, Destination } from './backup-queries.ts';
import { describeLoss } from './backup-words.ts';
import { asEncryptionBody, ENCRYPTED, EncryptionChoice } from './recipients/encryption-choice.tsx';

/** What is wrong with the folder itself. */
const OF_THE_FOLDER = ['destination_gone', 'destination_refused', 'destination_full', 'conflict'];

const FIELDS = ['name', 'path', 'recipients'] as const;

interface AddFolderProps {
  /** A drive that was found, to begin with. */
  suggested?: { name: string; path: string } | undefined;
  onClose: () => void;
}

/** A folder is tried out before it is added. */
export function AddFolderDialog({ suggested, onClose }: AddFolderProps) {
  const [name, setName] = useState(suggested?.name ?? '');
  const [path, setPath] = useState(suggested?.path ?? '');
  const [encryption, setEncryption] = useState(ENCRYPTED);
  const add = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/backups/destinations', {
          body: {
            kind: 'folder',
            name,
            path,
            ...asEncryptionBody(encryption),
          },
        }),
      ),
    {
      changes: ['backups'],
      onDone: ({ note }) => {
        onClose();
        showToast({
          title: `${name.trim()} was added`,
          text: note ?? 'A file was written there, verified and deleted.',
        });
      },
    },
  );
  const folderError = hasCode(add.error, ...OF_THE_FOLDER) ? add.message : undefined;
  return (
    <FormDialog
      title="Add a folder"
      text="For example on a second disk, a network drive or a stick. It must be there; a small file is written and deleted to try it out."
      action="Add folder"
      mutation={add}
      fields={FIELDS}
      failure={folderError === undefined ? <FormError mutation={add} fields={FIELDS} /> : null}
      isReady={name.trim() !== '' && path.trim() !== ''}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={add.fieldError('name', 'There is a destination with this name already.')}
        hint="As you call the disk or the drawer it is in."
        dir="auto"
        maxLength={100}
        autoFocus
      />
      <TextField
        label="Folder"
        value={path}
        onChange={(event) => setPath(event.target.value)}
        error={add.fieldError('path') ?? folderError}
        hint="Its whole path on the machine of this instance."
        isMono
        maxLength={4096}
      />
      <EncryptionChoice
        place="folder"
        value={encryption}
        onChange={setEncryption}
        error={add.fieldError('recipients')}
      />
    </FormDialog>
  );
}

interface RemoveDestinationProps {
  destination: Destination;
  backups: readonly Backup[];
  onClose: () => void;
}

export function RemoveDestinationDialog({ destination, backups, onClose }: RemoveDestinationProps) {
  const { id, name, path } = destination;
  const there = backups.filter((each) => each.destination_id === id && each.folder !== null).length;
  const remove = useApiMutation(
    () => askConfirmed(() => client.DELETE('/backups/destinations/{id}', { params: { path: { id } } })),
    {
      changes: ['backups'],
      onDone: () => {
        onClose();
        showToast({ title: `${name} was removed`, text: 'What is there stays there.' });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Remove this destination?"
      action="Remove destination"
      keep="Keep it"
      kind="main"
      mutation={remove}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        No more backups are made to <b dir="auto">{name}</b>.{' '}
        {there === 0
          ? 'No backup of this instance is there.'
          : `${formatCount(there, 'backup stays', 'backups stay')} in ${path} and can still be restored, but ${there === 1 ? 'leaves' : 'leave'} the list here.`}
      </p>
    </ConfirmDialog>
  );
}

interface DeleteBackupProps {
  backup: Backup;
  all: readonly Backup[];
  onClose: () => void;
}

export function DeleteBackupDialog({ backup, all, onClose }: DeleteBackupProps) {
  const remove = useApiMutation(
    () => askConfirmed(() => client.DELETE('/backups/{id}', { params: { path: { id: backup.id } } })),
    {
      changes: ['backups'],
      onDone: () => {
        onClose();
        showToast({ title: 'The backup was deleted' });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Delete this backup?"
      action="Delete backup"
      keep="Keep it"
      mutation={remove}
      onClose={onClose}
    >
      <p>
        The backup of <b>{formatExact(backup.taken_at)}</b>.
      </p>
      {describeLoss(backup, all).map((line) => (
        <p key={line} className="[overflow-wrap:anywhere]">
          {line}
        </p>
      ))}
    </ConfirmDialog>
  );
}
