import { useQuery } from '@tanstack/react-query';
import { RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../api/mutation.ts';
import { hasCode } from '../api/problem.ts';
import { mayIn, type Permission, useSession } from '../app/session.ts';
import { Actor } from '../ui/actor.tsx';
import { Empty } from '../ui/blank-state.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { TextField } from '../ui/form/field.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Page } from '../ui/page.tsx';
import { nameApart } from '../ui/rows/names-apart.ts';
import { actionsColumn, RowName, Table } from '../ui/table.tsx';
import { shorten } from '../ui/text.ts';
import { formatAgo, formatCount, formatDay, formatExact } from '../ui/time.ts';
import { StillHeld } from './still-held.tsx';
import {
  deleteForGood,
  nameEntry,
  nameInSentence,
  restoreEntry,
  type TrashEntry,
  trashChanges,
  trashQuery,
} from './trash-queries.ts';
import { typedFor } from './typed-for.tsx';

type Open = { what: 'rename' | 'delete'; entry: TrashEntry } | null;

/** What was deleted, by whom and when; each deletion can be taken back. */
export function TrashPage() {
  const trash = useQuery(trashQuery);
  const [open, setOpen] = useState<Open>(null);
  const rights = useRights();
  const close = () => setOpen(null);
  const nameOf = nameApart(
    trash.data ?? [],
    nameEntry,
    (entry) => `, ${describeContent(entry)}, deleted ${formatExact(entry.deleted_at)}`,
  );
  return (
    <Page
      title="Trash"
      crumbs={[{ label: 'Projects', to: '/projects' }]}
      under="What was deleted can be restored for 30 days. Deployment tokens of a deleted project, and the roles of its members, end at once and do not come back."
    >
      <Table
        query={trash}
        label="Trash"
        className="table-tall"
        rows={trash.data ?? []}
        rowKey={({ id }) => id}
        empty={
          <Empty
            icon={Trash2}
            title="The trash is empty"
            text="Variables, environments and projects that are deleted are here for 30 days."
          />
        }
        columns={[
          {
            name: 'What',
            isRowHeader: true,
            title: ({ names }) => names.join(', '),
            cell: (entry) => <RowName name={nameEntry(entry)} below={describeContent(entry)} />,
          },
          {
            name: 'Deleted',
            width: 'w-52',
            className: 'max-tablet:hidden',
            title: ({ deleted_at }) => formatExact(deleted_at),
            cell: ({ deleted_at, deleted_by_actor }) => (
              <span className="two-lines">
                <span className="block truncate">{formatAgo(deleted_at)}</span>
                <small>
                  by <Actor actor={deleted_by_actor} />
                </small>
              </span>
            ),
          },
          {
            name: 'Kept until',
            width: 'w-36',
            className: 'max-phone:hidden',
            title: ({ kept_until }) => formatExact(kept_until),
            cell: ({ kept_until }) => formatDay(kept_until),
          },
          actionsColumn<TrashEntry>(
            (entry) => (
              <Actions
                entry={entry}
                name={nameOf(entry)}
                mayRestore={rights.mayRestore(entry)}
                onTaken={() => setOpen({ what: 'rename', entry })}
                onDelete={rights.mayDelete(entry) ? () => setOpen({ what: 'delete', entry }) : undefined}
              />
            ),
            'w-44',
          ),
        ]}
      />
      {open?.what === 'rename' && <RestoreAsDialog entry={open.entry} onClose={close} />}
      {open?.what === 'delete' && <DeleteForGoodDialog entry={open.entry} onClose={close} />}
    </Page>
  );
}

/** A project needs what projects need, beside what its variables do. */
function useRights() {
  const session = useSession();
  const may =
    (forVariables: Permission, forProject: Permission) =>
    ({ kind, project }: TrashEntry) => {
      const everywhere = session.permissions.includes(forVariables);
      if (kind === 'project') return everywhere && session.permissions.includes(forProject);
      if (everywhere || project === null) return everywhere;
      return (
        mayIn(session, project.slug, forVariables) &&
        (kind !== 'environment' || mayIn(session, project.slug, 'projects:write'))
      );
    };
  return {
    mayRestore: may('environments:write', 'projects:write'),
    mayDelete: may('environments:delete', 'projects:delete'),
  };
}

function describeContent({
  kind,
  name,
  names,
  project,
  environments,
  variable_count,
  waits_for,
}: TrashEntry): string {
  const place = [
    waits_for === null ? null : 'restore its project first',
    kind === 'project' ? null : project === null ? 'shared variables' : `of ${project.name}`,
    kind === 'variables' ? environments.join(', ') : formatCount(variable_count, 'variable'),
    kind === 'variables' && name === null ? names.join(', ') : null,
  ];
  return place.filter(Boolean).join(' · ');
}

interface ActionsProps {
  entry: TrashEntry;
  name: string;
  mayRestore: boolean;
  /** Its name is in use by now. */
  onTaken: () => void;
  onDelete: (() => void) | undefined;
}

function Actions({ entry, name, mayRestore, onTaken, onDelete }: ActionsProps) {
  const restore = useApiMutation(() => restoreEntry(entry.id), {
    changes: trashChanges,
    onDone: () => showToast({ title: `${nameEntry(entry)} restored` }),
    onFailed: (message, error) => {
      const isNamed = entry.kind !== 'variables' || entry.name !== null;
      if (hasCode(error, 'name_taken') && isNamed) onTaken();
      else showToast({ title: 'Not restored', text: message }, null);
    },
  });
  return (
    <>
      {mayRestore && (
        <Button
          icon={RotateCcw}
          isBusy={restore.isPending}
          disabled={entry.waits_for !== null}
          onClick={() => restore.mutate()}
        >
          Restore<span className="sr"> {name}</span>
        </Button>
      )}
      {onDelete && <IconButton icon={Trash2} label={`Delete ${name} for good`} onClick={onDelete} />}
    </>
  );
}

interface EntryDialogProps {
  entry: TrashEntry;
  onClose: () => void;
}

/** The name of what was deleted is in use by now: it comes back under another. */
function RestoreAsDialog({ entry, onClose }: EntryDialogProps) {
  const old = entry.name ?? '';
  const [name, setName] = useState(entry.kind === 'variables' ? `${old}_RESTORED` : `${old} (restored)`);
  const restore = useApiMutation(() => restoreEntry(entry.id, name.trim()), {
    changes: trashChanges,
    onDone: () => {
      onClose();
      showToast({ title: `${name.trim()} restored` });
    },
  });
  return (
    <FormDialog
      title="Restore under another name"
      text={`${shorten(old)} is in use by now. Nothing that exists is changed.`}
      action="Restore"
      mutation={restore}
      isReady={name.trim() !== ''}
      onClose={onClose}
    >
      <TextField
        label="Name"
        isMono={entry.kind === 'variables'}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={restore.fieldError('name', 'This name is in use, too') ?? restore.fieldError('key')}
      />
    </FormDialog>
  );
}

function DeleteForGoodDialog({ entry, onClose }: EntryDialogProps) {
  const what = nameEntry(entry);
  const remove = useApiMutation(() => deleteForGood(entry.id), {
    changes: trashChanges,
    onDone: () => {
      onClose();
      showToast({ title: `${what} deleted for good` });
    },
  });
  const isLarge = entry.kind !== 'variables';
  return (
    <ConfirmDialog
      title={`Delete ${shorten(nameInSentence(entry), 80)} for good?`}
      action="Delete for good"
      keep="Keep it"
      mutation={remove}
      {...typedFor(isLarge ? entry.name : entry.variable_count)}
      onClose={onClose}
    >
      <p>
        <b>{formatCount(entry.variable_count, 'variable')}</b>
        {entry.secret_count > 0 && ` (${entry.secret_count.toLocaleString()} secret)`} with all earlier values{' '}
        {entry.variable_count === 1 ? 'is' : 'are'} lost.
        {isLarge && ' So is what was deleted in it before.'}
      </p>
      <StillHeld since={entry.created_at} />
    </ConfirmDialog>
  );
}
