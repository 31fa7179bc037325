import { LoaderCircle } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';

/** So long an instance takes at most to start again. */
const LONG_MS = 10_000;

/** While the instance answers nobody. */
export function Restoring() {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="grid grid-cols-1 gap-4">
      <p className="card backup-running" role="status">
        <LoaderCircle className="icon turning" aria-hidden="true" />
        <span>Waiting for the instance. Keep this page open.</span>
      </p>
      {isLong && (
        <Banner tone="info" action={<Reload label="Open Temps" />}>
          It takes longer than usual. If this browser was asked to trust the certificate of a new instance, it
          is asked again: the restored one has its former certificate.
        </Banner>
      )}
    </div>
  );
}

interface RestoreResultProps {
  isDone: boolean;
  /** Why not, or what is left to do. */
  said: readonly string[];
  onAgain: () => void;
}

export function RestoreResult({ isDone, said, onAgain }: RestoreResultProps) {
  return (
    <div className="grid grid-cols-1 gap-4">
      {said.map((line) => (
        <Banner key={line} tone={isDone ? 'info' : 'danger'}>
          {line}
        </Banner>
      ))}
      {isDone && (
        <p className="text-text-2">
          Everybody signs in again: sessions and one-time links are not in a backup. Passwords are as they
          were.
        </p>
      )}
      <div className="setup-end">
        {isDone ? <Reload label="Sign in" isMain /> : <Button onClick={onAgain}>Try again</Button>}
        {!isDone && <Reload label="Back to Temps" />}
      </div>
    </div>
  );
}

/** As after a first load: nothing that this page knew of the former database is used any more. */
function Reload({ label, isMain = false }: { label: string; isMain?: boolean }) {
  return (
    <Button kind={isMain ? 'main' : 'normal'} onClick={() => location.assign('/')}>
      {label}
    </Button>
  );
}
