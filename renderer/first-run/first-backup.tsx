import { Check, Cloud, FolderPlus, LoaderCircle, Minus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useIsOwner } from '../app/session.ts';
import { AddFolderDialog } from '../backups/backup-dialogs.tsx';
import type { Destination, Schedule } from '../backups/backup-queries.ts';
import { describePlace } from '../backups/backup-words.ts';
import { AddBucketDialog } from '../backups/bucket-dialogs.tsx';
import { toCron } from '../backups/schedule-choices.ts';
import { HowOften, SchedulePreview, useHowOften } from '../backups/schedule-dialog.tsx';
import { usePlaces } from '../key/copy/places.ts';
import { Banner } from '../ui/banner.tsx';
import { Failed } from '../ui/blank-state.tsx';
import { Button } from '../ui/button.tsx';
import { Choices } from '../ui/form/choices.tsx';
import { Form } from '../ui/form/form.tsx';
import { WHERE_DATABASE, WHY_DATABASE } from '../vault-state/database-place.ts';
import type { FirstBackupState, FirstBackupStep } from './use-first-backup.ts';

/** Title and lead of the page that shows `FirstBackup`. */
export function describeFirstBackup({ destination, making }: FirstBackupState) {
  if (destination === null) return { title: WHERE_DATABASE, lead: WHY_DATABASE };
  return making.isPending
    ? { title: 'Making the first backup', lead: 'It continues if you leave this page.' }
    : {
        title: 'How often, and the first one now',
        lead: 'The first backup is made now and verified where it is. Then a drill restores it beside the live data and decrypts every secret in it: from then on it counts.',
      };
}

interface FirstBackupProps {
  backup: FirstBackupState;
  /** The way past it. */
  later: ReactNode;
}

/** A place for the database, when backups are made, and the first one. */
export function FirstBackup({ backup, later }: FirstBackupProps) {
  const { error, isPending, destination, schedule, making } = backup;
  if (error !== null) return <Failed title="The backups did not load" error={error} onRetry={backup.retry} />;
  if (isPending) return <div aria-busy="true" />;
  if (destination === null) return <ChoosePlace onAdded={backup.onAdded} later={later} />;
  if (making.isPending) return <Progress destination={destination} step={backup.step} />;
  return <Plan backup={backup} destination={destination} schedule={schedule} later={later} />;
}

type Kind = 'folder' | 'bucket';

function ChoosePlace({ onAdded, later }: { onAdded: () => void; later: ReactNode }) {
  const places = usePlaces(useIsOwner());
  const drive = places.data?.places.find((place) => place.separate && place.writable);
  const [kind, setKind] = useState<Kind>('folder');
  const [open, setOpen] = useState<Kind | null>(null);
  const close = () => {
    setOpen(null);
    onAdded();
  };
  return (
    <>
      <Choices
        label="Where backups go"
        value={kind}
        onChange={setKind}
        options={[
          {
            value: 'folder',
            title: 'A folder on another drive',
            text: drive
              ? `${drive.label} is there. It is a separate drive: good.`
              : 'On a second disk, a network drive or a stick: any folder that is there.',
            icon: FolderPlus,
            aside: <span className="max-phone:hidden">1 minute</span>,
          },
          {
            value: 'bucket',
            title: 'A bucket (S3)',
            text: 'At Amazon S3, or any store that works as it does.',
            icon: Cloud,
            aside: <span className="max-phone:hidden">2 minutes</span>,
          },
        ]}
      />
      <div className="setup-end">
        <Button kind="main" onClick={() => setOpen(kind)}>
          {kind === 'folder' ? 'Choose the folder…' : 'Choose the bucket…'}
        </Button>
        {later}
      </div>
      {open === 'folder' && (
        <AddFolderDialog
          suggested={drive ? { name: drive.label, path: drive.path } : undefined}
          onClose={close}
        />
      )}
      {open === 'bucket' && <AddBucketDialog onClose={close} />}
    </>
  );
}

interface PlanProps extends FirstBackupProps {
  destination: Destination;
  /** The one that is there already. */
  schedule: Schedule | null;
}

function Plan({ backup, destination, schedule, later }: PlanProps) {
  const { making, failed } = backup;
  const howOften = useHowOften(destination);
  const { choice } = howOften;
  const cron = toCron(choice);
  const beside = describePlace(destination);
  return (
    <Form
      className="grid grid-cols-1 gap-4"
      mutation={making}
      onSubmit={() => {
        making.mutate({ destination, schedule, choice });
      }}
    >
      <p className="[overflow-wrap:anywhere]">
        To <b dir="auto">{destination.name}</b> <span className="mono text-text-3">{destination.path}</span>
      </p>
      {beside !== null && (
        <Banner tone="attention">
          <b>This place does not count as separate.</b> {beside}
        </Banner>
      )}
      {schedule ? (
        <p>
          A backup <b>{schedule.summary}</b>.
        </p>
      ) : (
        <>
          <HowOften {...howOften} error={making.fieldError('schedule_expression')} />
          {cron !== null && <SchedulePreview cron={cron} />}
        </>
      )}
      {failed !== null && (
        <Banner tone="danger">
          <b>{failed}</b> {making.message}
        </Banner>
      )}
      <div className="setup-end">
        <Button kind="main" type="submit" disabled={schedule === null && cron === null}>
          {failed === null ? 'Back up now' : 'Try again'}
        </Button>
        <Button onClick={backup.addAnother}>Add another place</Button>
        {later}
      </div>
    </Form>
  );
}

const steps: readonly FirstBackupStep[] = ['schedule', 'backup', 'drill'];

function Progress({ destination: { name }, step }: { destination: Destination; step: FirstBackupStep }) {
  const words: Record<FirstBackupStep, string> = {
    schedule: 'The schedule',
    backup: `The first backup, written to ${name} and verified there`,
    drill: 'The drill: it is restored beside the live data, and every secret decrypted',
  };
  const now = steps.indexOf(step);
  return (
    <ul className="card checks px-4 py-2" role="status" aria-label="Progress">
      {steps.map((each, at) => {
        const state = at < now ? 'done' : at === now ? 'now' : 'next';
        const Icon = { done: Check, now: LoaderCircle, next: Minus }[state];
        return (
          <li key={each} className={`is-${state}`}>
            <Icon className={`icon ${state === 'now' ? 'turning' : ''}`} aria-hidden="true" />
            <span className="py-1.5 [overflow-wrap:anywhere]">{words[each]}</span>
          </li>
        );
      })}
    </ul>
  );
}
