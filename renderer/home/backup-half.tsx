import { Link } from '@tanstack/react-router';
import { Archive, Plus } from 'lucide-react';
import { useApiMutation } from '../api/mutation.ts';
import { useMay } from '../app/session.ts';
import { makeBackups } from '../backups/make-backup.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { BackupDial } from '../ui/instruments/dial.tsx';
import { Level } from '../ui/instruments/level.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { formatDay, formatExact, serverNow } from '../ui/time.ts';
import { CHOOSE_PLACE, WHERE_DATABASE, WHY_DATABASE } from '../vault-state/database-place.ts';
import { reasonsOf, reasonWords } from '../vault-state/health-words.ts';
import type { VaultStatus } from '../vault-state/vault.ts';

export interface HalfProps {
  vault: VaultStatus;
  hasButton: boolean;
  /** Whether its button is the blue one. */
  isMain: boolean;
}

/** The backup that would be restored. */
export function BackupHalf({ vault, hasButton, isMain }: HalfProps) {
  const { recovery, halves } = vault.health;
  const [worst] = reasonsOf(vault, 'backup');
  const at = recovery?.backup_at ?? null;
  return (
    <div className="half">
      <BackupDial
        ageMs={at === null ? null : Math.max(0, serverNow() - at)}
        lateMs={at === null || !recovery?.late_at ? null : recovery.late_at - at}
      />
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <h2>
          Backup{' '}
          <Level level={halves.backup}>
            {worst ? reasonWords[worst.code].title : at === null ? 'None yet' : 'Verified, drilled'}
          </Level>
        </h2>
        {at === null ? (
          <p>{sayNone(recovery)}</p>
        ) : (
          <p title={formatExact(at)}>
            <span dir="auto">{recovery?.destination}</span>, {formatDay(at)}
          </p>
        )}
        <p className="quiet text-12">{sayMore(recovery, worst?.message)}</p>
      </div>
      {hasButton && <Way recovery={recovery} isMain={isMain} isLocked={vault.state === 'locked'} />}
    </div>
  );
}

type Recovery = VaultStatus['health']['recovery'];

function sayNone(recovery: Recovery): string {
  if (recovery === null) return 'What there is could not be read.';
  return recovery.has_destinations ? 'None that counts.' : WHERE_DATABASE;
}

function sayMore(recovery: Recovery, reason: string | undefined): string {
  if (recovery?.has_destinations === false) return WHY_DATABASE;
  if (reason !== undefined && recovery !== null) return reason;
  const at = recovery?.drilled_at ?? null;
  return at === null ? '' : `Restored in a drill ${formatDay(at)}: every secret was decrypted.`;
}

function Way({ recovery, isMain, isLocked }: { recovery: Recovery; isMain: boolean; isLocked: boolean }) {
  const mayWrite = useMay('backups:write');
  const make = useApiMutation(() => makeBackups(), {
    changes: ['backups'],
    onDone: (said) => showToast({ icon: Archive, ...said }),
    onFailed: (text) => showToast({ icon: Archive, title: 'No backup was made', text }, null),
  });
  if (!mayWrite || recovery === null) return null;
  if (!recovery.has_destinations)
    return (
      <Link to="/first-run/database" className={buttonClass(isMain ? 'main' : 'normal', true)}>
        <Plus className="icon" aria-hidden="true" />
        {CHOOSE_PLACE}
      </Link>
    );
  return (
    <Button
      kind={isMain ? 'main' : 'normal'}
      isSmall
      icon={Archive}
      isBusy={make.isPending}
      disabled={isLocked}
      title={isLocked ? 'Waits for the key' : undefined}
      onClick={() => make.mutate()}
    >
      Back up now
    </Button>
  );
}
