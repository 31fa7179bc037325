import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { Archive } from 'lucide-react';
import { Suspense } from 'react';
import { useSessionQuery } from '../app/session.ts';
import { showToast } from '../ui/overlays/toasts.tsx';
import { SetupFrame } from '../ui/setup-frame.tsx';
import { useVault } from '../vault-state/vault.ts';
import { describeFirstBackup, FirstBackup } from './first-backup.tsx';
import { LaterText } from './later.tsx';
import { useFirstBackup } from './use-first-backup.ts';

/** The last step of the first run by itself, for those who left it for later: Home leads here. */
export function DatabasePage() {
  const session = useSessionQuery();
  const vault = useVault();
  if (session.isPending || vault.isPending) return <div aria-busy="true" />;
  if (!session.data?.permissions.includes('backups:write')) return <Navigate to="/" replace />;
  // No backup is made without the key: that page says so.
  if (vault.data?.state === 'locked') return <Navigate to="/backups" replace />;
  return (
    <Suspense fallback={<div aria-busy="true" />}>
      <FromHome />
    </Suspense>
  );
}

function FromHome() {
  const navigate = useNavigate();
  const backup = useFirstBackup((said) => {
    showToast({ icon: Archive, ...said });
    return navigate({ to: '/', replace: true });
  });
  const { destination, making } = backup;
  return (
    <SetupFrame
      {...describeFirstBackup(backup)}
      prefix="Backups"
      label="The first backup"
      current={destination === null ? 0 : making.isPending ? 2 : 1}
      steps={[
        {
          title: 'A place for the database',
          said: destination?.name ?? 'Somewhere other than this computer.',
        },
        { title: 'How often', said: 'Every day, unless you choose otherwise.' },
        { title: 'The first backup', said: 'Verified, and restored in a drill.' },
      ]}
      plate={null}
    >
      <FirstBackup
        backup={backup}
        later={
          <p className="setup-later">
            <Link to="/">Later</Link>
            <LaterText />
          </p>
        }
      />
    </SetupFrame>
  );
}
