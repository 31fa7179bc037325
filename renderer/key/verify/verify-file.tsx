import { Check, Circle, CircleX, FolderOpen, LoaderCircle, type LucideIcon } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { desktop } from '../../desktop.ts';
import { Button } from '../../ui/button.tsx';
import { formatClock, serverNow } from '../../ui/time.ts';
import type { KeyCopy } from '../copy/copy-formats.ts';
import { CopyProgress, useProgressId } from '../copy/copy-progress.tsx';
import { verifyCopy } from '../copy/make-copy.ts';
import { usePlaces } from '../copy/places.ts';

interface VerifyFileProps {
  copyId: number;
  /** Where the file was written. */
  path: string;
  /** "KINGSTON 16G" */
  label: string;
  /** Known for a removable drive: the same drive must be plugged in again. */
  volumeId: string | null;
  isRemovable: boolean;
  passphrase: string | null;
  onVerified: (copy: KeyCopy) => void;
}

type Phase = 'plugged' | 'unplugged' | 'reading' | 'failed' | 'equal';

/**
 * Reads the file again and compares it. A removable drive should be unplugged first: until then the data may come
 * from the system's cache.
 */
export function VerifyFile({
  copyId,
  path,
  label,
  volumeId,
  isRemovable,
  passphrase,
  onVerified,
}: VerifyFileProps) {
  const mayReplug = isRemovable && volumeId !== null;
  const [phase, setPhase] = useState<Phase>(mayReplug ? 'plugged' : 'reading');
  const [times, setTimes] = useState<{ unplugged?: number; again?: number }>({});
  const places = usePlaces(mayReplug && (phase === 'plugged' || phase === 'unplugged'));
  const found = places.data?.places.find((place) => place.volume_id === volumeId);
  const isThere = found !== undefined;
  const progressId = useProgressId();
  const verify = useApiMutation(
    (from: string) =>
      verifyCopy(
        copyId,
        { kind: 'path', path: from, ...(passphrase === null ? {} : { passphrase }) },
        progressId,
      ),
    {
      onDone: (copy) => {
        setPhase('equal');
        onVerified(copy);
      },
      onFailed: () => setPhase('failed'),
    },
  );
  const read = (from: string) => {
    setPhase('reading');
    verify.mutate(from);
  };
  const reader = useRef(read);
  reader.current = read;

  useEffect(() => {
    if (!mayReplug) reader.current(path);
  }, [mayReplug, path]);
  useEffect(() => {
    if (!mayReplug || !places.isSuccess) return;
    if (phase === 'plugged' && !isThere) {
      setTimes({ unplugged: serverNow() });
      setPhase('unplugged');
    } else if (phase === 'unplugged' && found) {
      setTimes((known) => ({ ...known, again: serverNow() }));
      reader.current(`${found.path}/${path.split('/').at(-1)}`);
    }
  }, [mayReplug, places.isSuccess, phase, isThere, found, path]);

  const isRead = phase === 'reading' || phase === 'equal' || phase === 'failed';
  return (
    <div className="card now" aria-live="polite">
      <ul className="checks">
        {mayReplug && (!isRead || times.unplugged !== undefined) && (
          <>
            <CheckLine state={times.unplugged ? 'done' : 'now'} when={times.unplugged}>
              {times.unplugged ? `You unplugged ${label}` : `Unplug ${label}`}
            </CheckLine>
            <CheckLine state={times.again ? 'done' : times.unplugged ? 'now' : 'next'} when={times.again}>
              {times.again ? `You plugged it in again: same drive, volume ${volumeId}` : 'Plug it in again'}
            </CheckLine>
          </>
        )}
        <CheckLine
          state={
            phase === 'equal' ? 'done' : phase === 'reading' ? 'now' : phase === 'failed' ? 'failed' : 'next'
          }
        >
          {passphrase === null ? 'Reading the file' : 'Decrypting the file with your passphrase'}
        </CheckLine>
        <CheckLine state={phase === 'equal' ? 'done' : 'next'}>
          {phase === 'equal' ? 'The fingerprints match' : 'Comparing fingerprints'}
        </CheckLine>
      </ul>
      {phase === 'reading' && passphrase !== null && <SlowOnPurpose id={progressId} />}
      {(phase === 'plugged' || phase === 'unplugged') && (
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <p className="min-w-0 flex-1 basis-60 text-12 text-text-3">
            {phase === 'plugged'
              ? 'This makes sure the file is read from the drive, not from the computer’s memory. Eject it first.'
              : 'It is detected automatically within two seconds.'}
          </p>
          {phase === 'plugged' && (
            <Button isSmall onClick={() => read(path)}>
              Verify without unplugging
            </Button>
          )}
        </div>
      )}
      {phase === 'equal' && desktop && (
        <div className="mt-3">
          <Button isSmall icon={FolderOpen} onClick={() => void desktop?.showInFolder({ path })}>
            Show in folder
          </Button>
        </div>
      )}
      {phase === 'failed' && (
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <p className="min-w-0 flex-1 basis-60 text-danger-text" role="alert">
            {verify.message}
          </p>
          <Button isSmall onClick={() => read(path)}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

type LineState = 'done' | 'now' | 'next' | 'failed';
const signs: Record<LineState, LucideIcon> = {
  done: Check,
  now: LoaderCircle,
  next: Circle,
  failed: CircleX,
};

function CheckLine({
  state,
  when,
  children,
}: {
  state: LineState;
  when?: number | undefined;
  children: ReactNode;
}) {
  const Icon = signs[state];
  return (
    <li className={`is-${state}`}>
      <Icon
        className={`icon ${state === 'now' ? 'turning' : ''} ${state === 'failed' ? 'text-danger-solid' : ''}`}
        aria-hidden="true"
      />
      <span>{children}</span>
      <span className="when">{when !== undefined && formatClock(when)}</span>
    </li>
  );
}

function SlowOnPurpose({ id }: { id: string }) {
  return (
    <div className="mt-3 grid gap-2">
      <CopyProgress id={id} />
      <p className="text-12 text-text-3">
        Leave the drive plugged in. Checking the passphrase is slow on purpose.
      </p>
    </div>
  );
}
