import { Link, useNavigate } from '@tanstack/react-router';
import { LockKeyhole, X } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../api/mutation.ts';
import { countToLose } from '../secrets/secret-words.ts';
import { Banner } from '../ui/banner.tsx';
import { Skeleton } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { Page } from '../ui/page.tsx';
import { formatCount } from '../ui/time.ts';
import { sayWhatCopyOpens } from '../vault-state/copy-promise.ts';
import { inCustody } from '../vault-state/custody-words.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { isCounting, type KeepWay, type KeyCopy } from './copy/copy-formats.ts';
import { CopySteps } from './copy/copy-steps.tsx';
import { forgetCopy } from './copy/make-copy.ts';
import { type CopyWizard, useCopyWizard } from './copy/use-copy-wizard.ts';
import { LockedPage } from './locked/locked-page.tsx';
import { CompareKeys } from './verify/compare-keys.tsx';

const OFFERED: readonly KeepWay[] = ['drive', 'manager', 'paper', 'plain'];
const crumbs = [{ label: 'Encryption key', to: '/key' as const }];

export function CopyPage() {
  const vault = useVault();
  if (!vault.data)
    return (
      <Page title="Make a copy" crumbs={crumbs}>
        <Skeleton rows={6} />
      </Page>
    );
  if (vault.data.state === 'locked') return <LockedPage />;
  return <MakeCopy vault={vault.data} />;
}

function MakeCopy({ vault }: { vault: VaultStatus }) {
  const wizard = useCopyWizard('active');
  const navigate = useNavigate();
  const [isStopping, setStopping] = useState(false);
  const isUnverified = wizard.made !== null && wizard.stage !== 'done' && wizard.made.proof.needed !== null;
  const stop = () => {
    if (isUnverified) setStopping(true);
    else void navigate({ to: '/key' });
  };
  return (
    <Page
      title={titleOf(wizard)}
      name="Make a copy"
      crumbs={crumbs}
      actions={wizard.stage !== 'done' && <Button onClick={stop}>Cancel</Button>}
    >
      <div className="copy-cols">
        <div className="grid min-w-0 grid-cols-1 gap-4">
          {wizard.stage === 'done' && <Done wizard={wizard} total={countToLose(vault.secrets)} />}
          <CopySteps wizard={wizard} offered={OFFERED} />
        </div>
        <div className="grid grid-cols-1 gap-4">
          <CompareKeys
            kept={`The key ${inCustody(vault.custody)}`}
            fingerprint={vault.fingerprint}
            copied={`The key ${placeOf(wizard)}`}
            read={wizard.verified?.fingerprint ?? null}
            worthWords={wizard.verified?.worth_words ?? null}
          />
          <Opens vault={vault} />
        </div>
      </div>
      {isStopping && wizard.made && (
        <StopDialog
          copy={wizard.made.copy}
          onClose={() => setStopping(false)}
          onStopped={() => void navigate({ to: '/key' })}
        />
      )}
    </Page>
  );
}

function titleOf({ chosen }: CopyWizard): string {
  switch (chosen?.way) {
    case 'drive':
      return chosen.target?.kind === 'path'
        ? `Copy the key to ${chosen.target.label}`
        : 'Copy the key to a drive';
    case 'manager':
      return 'Copy the key to a password manager';
    case 'paper':
      return 'Copy the key to paper';
    case undefined:
      return 'Make a copy of the key';
    default:
      return 'Copy the key to a file';
  }
}

function placeOf({ chosen }: CopyWizard): string {
  if (!chosen) return 'on the copy';
  if (chosen.target?.kind === 'path') return `on ${chosen.target.label}`;
  return {
    drive: 'in the file',
    file: 'in the file',
    plain: 'in the file',
    manager: 'in the manager',
    paper: 'on paper',
  }[chosen.way];
}

function Done({ wizard, total }: { wizard: CopyWizard; total: number }) {
  const { verified } = wizard;
  if (!verified) return null;
  return (
    <Banner
      tone={isCounting(verified) ? 'ok' : 'attention'}
      action={
        <span className="flex flex-wrap gap-2">
          <Button onClick={wizard.restart}>Make another</Button>
          <Link to="/key" className={buttonClass('main')}>
            Done
          </Link>
        </span>
      }
    >
      <bdi>{sayWhatCopyOpens(`Your copy “${verified.place}”`, total)}</bdi> {verified.worth_words}
      {wizard.chosen?.way === 'manager' &&
        wizard.chosen.format !== 'text' &&
        wizard.chosen.format !== 'kdbx' && (
          <> Import {verified.place} into your manager now, then delete the file.</>
        )}
    </Banner>
  );
}

function Opens({ vault }: { vault: VaultStatus }) {
  const total = countToLose(vault.secrets);
  return (
    <section className="card copy-opens" aria-label="What this copy can decrypt">
      <h2>What this copy can decrypt</h2>
      <ul>
        <li>
          <LockKeyhole className="icon text-icon" aria-hidden="true" />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            {total === 0 ? 'Every secret' : `All ${formatCount(total, 'secret')}`} of {vault.instance.name}
          </span>
        </li>
        {(vault.epoch ?? 1) > 1 && (
          <li>
            <X className="icon text-icon" aria-hidden="true" />
            <span>Not what was encrypted with an older key</span>
          </li>
        )}
        <li>
          <X className="icon text-icon" aria-hidden="true" />
          <span>Nothing without the database or a backup of it</span>
        </li>
      </ul>
    </section>
  );
}

interface StopDialogProps {
  copy: KeyCopy;
  onClose: () => void;
  onStopped: () => void;
}

/** Shown when leaving with a copy that was created but not verified: keep or forget it. */
function StopDialog({ copy, onClose, onStopped }: StopDialogProps) {
  const forget = useApiMutation(() => forgetCopy(copy.id), { onDone: onStopped });
  return (
    <Dialog
      onClose={onClose}
      title="Leave without verifying the copy?"
      text="The copy was created but not verified, so it does not count. If you kept it, leave it in the list and verify it later. If you did not, forget it."
      foot={
        <span className="ml-auto flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Continue</Button>
          <Button isBusy={forget.isPending} onClick={() => forget.mutate()}>
            Leave and forget it
          </Button>
          <Button onClick={onStopped}>Leave, I have it</Button>
        </span>
      }
    >
      <ErrorLine said={forget.message} />
    </Dialog>
  );
}
