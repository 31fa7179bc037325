import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Archive, ChevronDown, Folder, LockKeyhole } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../api/mutation.ts';
import { ApiProblem } from '../api/problem.ts';
import { useIsOwner, useMay } from '../app/session.ts';
import { Banner } from '../ui/banner.tsx';
import { Empty } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Page, Section } from '../ui/page.tsx';
import { formatCount } from '../ui/time.ts';
import { reasonsOf } from '../vault-state/health-words.ts';
import { ReasonBanner } from '../vault-state/reason-banner.tsx';
import { UnlockLink } from '../vault-state/unlock-link.tsx';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { AddFolderDialog, DeleteBackupDialog, RemoveDestinationDialog } from './backup-dialogs.tsx';
import { type Backup, backupsQuery, type Destination, destinationsQuery } from './backup-queries.ts';
import { BackupTable, type TryHow } from './backup-table.tsx';
import { describeFailedTrial, describeMade, describeTried } from './backup-words.ts';
import { AddBucketDialog, BucketDialog, ReplaceCredentialsDialog } from './bucket-dialogs.tsx';
import { Destinations } from './destinations.tsx';
import { makeBackup, tryBackup } from './make-backup.ts';
import { BackupsOfOthers, OtherWriters } from './other-writers.tsx';
import { RecipientsDialog } from './recipients/recipients-dialog.tsx';
import { ExportDialog } from './restore/export-dialog.tsx';
import { FormerDatabases, OldComputerQuestion } from './restore/restored-card.tsx';
import { RetentionDialog } from './retention-dialog.tsx';
import { Schedules } from './schedules.tsx';
import { Runs, Working } from './working.tsx';

type Open =
  | { what: 'folder' | 'add bucket' }
  | { what: 'remove' | 'keep' | 'recipients' | 'bucket' | 'credentials'; destination: Destination }
  | { what: 'delete'; backup: Backup }
  | { what: 'export'; backup: Backup }
  | null;

/** Where backups are stored, and those there are. */
export function BackupsPage() {
  const mayWrite = useMay('backups:write');
  const isOwner = useIsOwner();
  const navigate = useNavigate();
  const vault = useVault().data;
  const isLocked = vault?.state === 'locked';
  const destinations = useQuery(destinationsQuery);
  const query = useQuery(backupsQuery);
  const backups = query.data ?? [];
  const places = destinations.data ?? [];
  const [open, setOpen] = useState<Open>(null);
  // Of each its own: what failed stays said while the other runs.
  const [madeAt, setMadeAt] = useState('');
  const [triedAt, setTriedAt] = useState('');
  const close = () => setOpen(null);
  const make = useApiMutation(
    async (destination: Destination) => {
      setMadeAt(destination.name);
      return describeMade(destination, await makeBackup(destination));
    },
    { changes: ['backups'], onDone: (said) => showToast({ icon: Archive, ...said }) },
  );
  const trial = useApiMutation(
    async ({ backup, how }: { backup: Backup; how: TryHow }) => {
      setTriedAt(backup.destination);
      return describeTried(backup, how, (await tryBackup(backup, how)) !== null);
    },
    { changes: ['backups'], onDone: (said) => showToast({ icon: Archive, ...said }) },
  );
  const button = (
    <BackUpNow
      places={places}
      isBusy={make.isPending}
      disabled={isLocked}
      onMake={(destination) => make.mutate(destination)}
    />
  );
  return (
    <Page
      title="Backups"
      actions={
        <>
          {isOwner && (
            <Link to="/restore" className={buttonClass()}>
              Restore…
            </Link>
          )}
          {mayWrite && places.length > 0 && button}
        </>
      }
    >
      <div className="grid grid-cols-1 gap-6">
        <OldComputerQuestion />
        {isLocked && <WaitsForKey />}
        <OtherWriters mayWrite={mayWrite} />
        {make.message !== undefined && !isCancelled(make.error) && (
          <Banner tone="danger" action={<Button onClick={make.reset}>Dismiss</Button>}>
            <b>No backup was made at {madeAt}.</b> {make.message} Earlier backups are untouched.
          </Banner>
        )}
        {trial.isPending && (
          <Working what="Trying the backup at" place={triedAt}>
            It is read from there. Nothing here is replaced.
          </Working>
        )}
        {trial.message !== undefined && (
          <Banner tone="danger" action={<Button onClick={trial.reset}>Dismiss</Button>}>
            <b>{describeFailedTrial(triedAt, trial.error instanceof ApiProblem ? trial.error.code : null)}</b>{' '}
            {trial.message}
          </Banner>
        )}
        {vault && <Health vault={vault} />}
        <Runs mayWrite={mayWrite} />
        <Destinations
          query={destinations}
          mayWrite={mayWrite}
          onAdd={(what) => setOpen({ what: what === 'folder' ? 'folder' : 'add bucket' })}
          onAct={(what, destination) => setOpen({ what, destination })}
        />
        <Schedules destinations={places} mayWrite={mayWrite} />
        <Section title="Kept backups" said={backups.length > 0 && countVerified(backups)}>
          <BackupTable
            query={query}
            backups={backups}
            acts={
              mayWrite
                ? {
                    onDelete: (backup) => setOpen({ what: 'delete', backup }),
                    onExport: (backup) => setOpen({ what: 'export', backup }),
                    onRestore: isOwner
                      ? (backup) => void navigate({ to: '/restore', hash: `backup=${backup.id}` })
                      : null,
                    onTry: isLocked ? null : (backup, how) => trial.mutate({ backup, how }),
                    isTrying: trial.isPending,
                  }
                : undefined
            }
            empty={
              <Empty
                icon={Archive}
                title="No backups yet"
                text="Each backup is listed here with the key it needs, and whether it was verified where it is."
              />
            }
          />
          <BackupsOfOthers mayWrite={mayWrite} />
        </Section>
        <FormerDatabases />
      </div>
      {open?.what === 'folder' && <AddFolderDialog onClose={close} />}
      {open?.what === 'keep' && <RetentionDialog destination={open.destination} onClose={close} />}
      {open?.what === 'recipients' && <RecipientsDialog destination={open.destination} onClose={close} />}
      {open?.what === 'add bucket' && <AddBucketDialog onClose={close} />}
      {open?.what === 'bucket' && (
        <BucketDialog
          destination={open.destination}
          onReplace={() => setOpen({ what: 'credentials', destination: open.destination })}
          onClose={close}
        />
      )}
      {open?.what === 'credentials' && (
        <ReplaceCredentialsDialog destination={open.destination} onClose={close} />
      )}
      {open?.what === 'remove' && (
        <RemoveDestinationDialog destination={open.destination} backups={backups} onClose={close} />
      )}
      {open?.what === 'export' && <ExportDialog backup={open.backup} onClose={close} />}
      {open?.what === 'delete' && <DeleteBackupDialog backup={open.backup} all={backups} onClose={close} />}
    </Page>
  );
}

/** In the instance's words: what a verified copy of the key and these backups would bring back, and why not. */
function Health({ vault }: { vault: VaultStatus }) {
  const { recovery } = vault.health;
  return (
    <>
      {reasonsOf(vault, 'backup')
        .filter(({ code, snoozed_until }) => snoozed_until === null && code !== 'backup_waits_for_key')
        .map((reason) => (
          <ReasonBanner key={`${reason.code} ${reason.message}`} reason={reason} isHere />
        ))}
      {recovery?.has_destinations && vault.state !== 'locked' && (
        <section className="card card-pad" aria-label="If this computer is lost">
          <p className="t16">{recovery.sentence}</p>
        </section>
      )}
    </>
  );
}

/** Whoever cancelled it knows; the list says it to everyone else. */
const isCancelled = (error: unknown) => error instanceof ApiProblem && error.code === 'cancelled';

function countVerified(backups: readonly Backup[]): string {
  const verified = backups.filter(({ state }) => state === 'confirmed').length;
  return `${verified} of ${formatCount(backups.length, 'backup')} verified`;
}

interface BackUpNowProps {
  places: readonly Destination[];
  isBusy: boolean;
  disabled: boolean;
  onMake: (destination: Destination) => void;
}

/** With several places it asks which. */
function BackUpNow({ places, isBusy, disabled, onMake }: BackUpNowProps) {
  const [only] = places;
  if (only && places.length === 1)
    return (
      <Button kind="main" icon={Archive} isBusy={isBusy} disabled={disabled} onClick={() => onMake(only)}>
        Back up now
      </Button>
    );
  return (
    <Menu
      trigger={
        <Button kind="main" icon={ChevronDown} isBusy={isBusy} disabled={disabled}>
          Back up now
        </Button>
      }
      groups={[places.map((place) => ({ label: place.name, icon: Folder, onSelect: () => onMake(place) }))]}
    />
  );
}

function WaitsForKey() {
  const mayUnlock = useMay('vault:write');
  return (
    <section className="card backup-running" aria-label="Locked">
      <LockKeyhole className="icon text-danger-solid" aria-hidden="true" />
      <span className="min-w-0">
        <b>Waits for the key.</b>{' '}
        <span className="text-text-2">
          A backup is signed with the key, so none can be made while the vault is locked. Those there are stay
          as they are.
        </span>
      </span>
      {mayUnlock && <UnlockLink isSmall />}
    </section>
  );
}
