import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { describeError } from '../api/problem.ts';
import { showChanged } from '../projects/undo-toast.tsx';
import { Choices } from '../ui/form/choices.tsx';
import { TextField } from '../ui/form/field.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { formatBytes, formatCount, formatExact } from '../ui/time.ts';
import type { Destination } from './backup-queries.ts';
import { describeRetention, firstRetention, type Retention, retentionFields } from './retention-words.ts';

interface RetentionDialogProps {
  destination: Destination;
  onClose: () => void;
}

/** How many backups a destination keeps, with what that would remove now. */
export function RetentionDialog({ destination, onClose }: RetentionDialogProps) {
  const { id, name } = destination;
  const params = { path: { id } };
  const [keeps, setKeeps] = useState<'all' | 'some'>(destination.retention ? 'some' : 'all');
  const [retention, setRetention] = useState(destination.retention ?? firstRetention);
  const keep = (wanted: Retention | null) =>
    askConfirmed(() =>
      client.PUT('/backups/destinations/{id}/retention', { params, body: { retention: wanted } }),
    );
  const keepsAny = Object.values(retention).some((count) => count > 0);
  const save = useApiMutation(
    async () => ({
      was: destination.retention,
      changed: await keep(keeps === 'all' ? null : retention),
    }),
    {
      changes: ['backups'],
      onDone: ({ was, changed }) => {
        onClose();
        showChanged(
          `${name} ${describeRetention(changed)}`,
          { undo: () => keep(was), changes: ['backups'], failed: 'What is kept was not changed back' },
          changed.retention === null
            ? 'Nothing is removed by itself.'
            : 'What is not kept is removed after the next backup by schedule.',
        );
      },
    },
  );
  return (
    <FormDialog
      title="What is kept?"
      text={`Of the backups at ${name}. What is not kept is removed after each backup by schedule.`}
      action="Keep these"
      mutation={save}
      isReady={keeps === 'all' || keepsAny}
      onClose={onClose}
    >
      <Choices
        label="What is kept"
        value={keeps}
        onChange={setKeeps}
        options={[
          { value: 'all', title: 'All', text: 'Nothing is removed by itself.' },
          {
            value: 'some',
            title: 'So many',
            text: 'Of each of the last days, weeks, months and years the newest.',
            more: <Counts retention={retention} onChange={setRetention} />,
          },
        ]}
      />
      {keeps === 'some' && keepsAny && <Preview id={id} retention={retention} />}
    </FormDialog>
  );
}

interface CountsProps {
  retention: Retention;
  onChange: (retention: Retention) => void;
}

function Counts({ retention, onChange }: CountsProps) {
  return (
    <div className="grid grid-cols-3 gap-3 max-phone:grid-cols-2">
      {retentionFields.map(({ field, label }) => (
        <TextField
          key={field}
          label={label}
          type="number"
          min={0}
          max={9999}
          value={String(retention[field])}
          onChange={(event) => {
            const count = Math.min(9999, Math.max(0, Math.floor(Number(event.target.value)) || 0));
            onChange({ ...retention, [field]: count });
          }}
        />
      ))}
    </div>
  );
}

/** As the destination is now. */
function Preview({ id, retention }: { id: number; retention: Retention }) {
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['backups', 'retention', id, retention],
    queryFn: () =>
      ask(
        client.POST('/backups/destinations/{id}/retention/preview', {
          params: { path: { id } },
          body: { retention },
        }),
      ),
    retry: false,
    placeholderData: keepPreviousData,
  });
  if (error)
    return <p className="text-12 text-text-2">What it would remove is not known: {describeError(error)}</p>;
  if (!data) return <p className="text-12 text-text-2">Looking at what is there…</p>;
  const { kept, removed, is_steady } = data;
  return (
    <div
      className="text-12 text-text-2 grid gap-1"
      aria-live="polite"
      aria-busy={isPlaceholderData || undefined}
    >
      <p>
        Of {formatCount(kept.length + removed.length, 'backup')} there now{' '}
        <b>{removed.length === 0 ? 'none would be removed' : `${removed.length} would be removed`}</b>
        {removed.length === 0 ? '.' : ', the oldest first:'}
      </p>
      {removed.length > 0 && (
        <ul aria-label="Would be removed" className="max-h-32 overflow-y-auto">
          {removed.map(({ id: backup, taken_at, size_bytes }) => (
            <li key={backup}>
              {formatExact(taken_at)}
              {size_bytes !== null && `, ${formatBytes(size_bytes)}`}
            </li>
          ))}
        </ul>
      )}
      {!is_steady && removed.length > 0 && (
        <p>
          They are weeks older than the newest, and it may be the clock that is wrong: none is removed before
          a few more were made.
        </p>
      )}
      <p>The newest that was verified and the newest that passed a drill always stay.</p>
    </div>
  );
}
