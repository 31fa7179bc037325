import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useSessionQuery } from '../../app/session.ts';
import { formatExact } from '../../ui/time.ts';
import { backupsQuery } from '../backup-queries.ts';
import { ownerCalls } from './restore-calls.ts';
import { RestoreFlow } from './restore-flow.tsx';

/** Of a backup on the list (`#backup=…`), or of a place on this machine. Without the shell: nobody is signed in at its end. */
export function RestorePage() {
  const [wanted] = useState(() => new URLSearchParams(location.hash.slice(1)).get('backup'));
  // Once: what this page needs of a session is asked at the beginning, and gone at its end.
  const [isOwner, setOwner] = useState<boolean | null>(null);
  const session = useSessionQuery();
  if (isOwner === null) {
    if (session.isPending) return <div aria-busy="true" />;
    setOwner(session.data?.kind === 'owner');
    return null;
  }
  if (!isOwner) return <Navigate to="/backups" replace />;
  return <ForOwner wanted={wanted} />;
}

function ForOwner({ wanted }: { wanted: string | null }) {
  const backups = useQuery({
    ...backupsQuery,
    enabled: wanted !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const backup = backups.data?.find(({ id }) => id === wanted);
  if (wanted !== null && backups.isPending) return <div aria-busy="true" />;
  const chosen = backup
    ? {
        from: { backup: backup.id },
        name: `The backup of ${formatExact(backup.taken_at)} at ${backup.destination}`,
      }
    : null;
  return (
    <RestoreFlow
      calls={ownerCalls}
      chosen={chosen}
      back={
        <p className="setup-later">
          <Link to="/backups">Back to Backups</Link>
        </p>
      }
    />
  );
}
