import { queryOptions, useQuery } from '@tanstack/react-query';
import { RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ask, askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import type { components } from '../../api/schema.ts';
import { useIsOwner, useMay } from '../../app/session.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { formatBytes, formatDay, formatExact } from '../../ui/time.ts';
import { awaitOutcome } from './restore-calls.ts';

type Former = components['schemas']['FormerDatabase'];

const restoredQuery = queryOptions({
  queryKey: ['backups', 'restored'],
  queryFn: () => ask(client.GET('/backups/restored')),
});

/** After a restore, until it is answered: two computers with one identity overwrite each other’s backups. */
export function OldComputerQuestion() {
  const mayRead = useMay('backups:read');
  const mayAnswer = useMay('backups:write');
  const { data } = useQuery({ ...restoredQuery, enabled: mayRead });
  const answer = useApiMutation(
    (said: 'gone' | 'runs') =>
      askConfirmed(() => client.PUT('/backups/old-computer', { body: { answer: said } })),
    { changes: ['backups'] },
  );
  if (!data?.waits_for_old_computer || !data.restored) return null;
  const { taken_at, old_computer } = data.restored;
  const still = old_computer === 'runs';
  return (
    <Banner
      tone="attention"
      action={
        mayAnswer && (
          <span className="flex flex-wrap gap-2">
            {!still && (
              <Button isBusy={answer.isPending} onClick={() => answer.mutate('runs')}>
                It still runs
              </Button>
            )}
            <Button kind="main" isBusy={answer.isPending} onClick={() => answer.mutate('gone')}>
              It is gone
            </Button>
          </span>
        )
      }
    >
      <b>{still ? 'The old computer still runs.' : 'Is the old computer gone?'}</b> The backup of{' '}
      {formatExact(taken_at)} was restored here. Two computers with one identity would overwrite each other’s
      backups, so schedules are paused here {still ? 'until it is gone' : 'until you say'}. Its later backups
      are listed once you have answered, and retention removes none of them unless you adopt them.
      {answer.message !== undefined && ` ${answer.message}`}
    </Banner>
  );
}

const whys: Readonly<Record<Former['why'], string>> = {
  restore: 'Before a restore',
  migration: 'Before a new version',
  rotation: 'Before a rotation',
};

/**
 * Databases that restores replaced, of which the newest can come back, and safety snapshots, which all can; each can be deleted.
 */
export function FormerDatabases() {
  const isOwner = useIsOwner();
  const { data } = useQuery(restoredQuery);
  const [asked, setAsked] = useState<{ what: 'undo' | 'delete'; former: Former } | null>(null);
  const former = data?.former_databases ?? [];
  if (former.length === 0) return null;
  const undone = former.find(({ why }) => why === 'restore');
  const close = () => setAsked(null);
  return (
    <Section title="Former databases">
      <ul className="card list-rows">
        {former.map((each) => (
          <li key={each.name} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <span className="min-w-0 flex-1 basis-60">
              <b>
                {whys[each.why]}, {formatExact(each.replaced_at)}
              </b>
              <span className="block text-text-2">
                {formatBytes(each.size_bytes)}, deleted by itself on {formatDay(each.kept_until)}.{' '}
                <span className="mono [overflow-wrap:anywhere]">{each.name}</span>
              </span>
            </span>
            {isOwner && (each === undone || each.why !== 'restore') && (
              <Button icon={RotateCcw} onClick={() => setAsked({ what: 'undo', former: each })}>
                Put it back…
              </Button>
            )}
            {isOwner && (
              <Button icon={Trash2} onClick={() => setAsked({ what: 'delete', former: each })}>
                Delete…
              </Button>
            )}
          </li>
        ))}
      </ul>
      {asked?.what === 'undo' && <UndoDialog former={asked.former} onClose={close} />}
      {asked?.what === 'delete' && (
        <DeleteFormerDialog former={asked.former} isNewest={asked.former === undone} onClose={close} />
      )}
    </Section>
  );
}

interface DialogProps {
  former: Former;
  onClose: () => void;
}

function UndoDialog({ former, onClose }: DialogProps) {
  const undo = useApiMutation(
    async () => {
      const { id } = await askConfirmed(() =>
        client.POST('/backups/former-databases/{name}/restore', { params: { path: { name: former.name } } }),
      );
      const outcome = await awaitOutcome(id, () => true);
      if (outcome?.state === 'failed') throw new Error(outcome.said.join(' '));
    },
    // As after a first load: whoever was signed in then is not now.
    { onDone: () => location.assign('/') },
  );
  return (
    <ConfirmDialog
      title="Put the former database back?"
      action="Put it back"
      keep={former.why === 'restore' ? 'Keep the restored one' : 'Keep the one in use'}
      mutation={undo}
      onClose={onClose}
    >
      <p>
        Temps starts again with the database until <b>{formatExact(former.replaced_at)}</b>. What was changed
        since then goes, and is kept beside: you can come back to it here.
      </p>
    </ConfirmDialog>
  );
}

function DeleteFormerDialog({ former, isNewest, onClose }: DialogProps & { isNewest: boolean }) {
  const remove = useApiMutation(
    () =>
      askConfirmed(() =>
        client.DELETE('/backups/former-databases/{name}', { params: { path: { name: former.name } } }),
      ),
    { changes: ['backups'], onDone: onClose },
  );
  return (
    <ConfirmDialog
      title="Delete this database?"
      action="Delete database"
      keep="Keep it"
      mutation={remove}
      onClose={onClose}
    >
      <p>
        The database until <b>{formatExact(former.replaced_at)}</b> is deleted for good.
        {isNewest && ' The last restore cannot be undone then.'}
      </p>
    </ConfirmDialog>
  );
}
