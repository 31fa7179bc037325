import { CircleX, LockKeyhole, type LucideIcon, RefreshCw } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ConnectionLost, describeError, hasCode, RESPONDS_AGAIN } from '../api/problem.ts';
import { Button } from './button.tsx';

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  /** What this is. */
  text: ReactNode;
  /** One button. */
  action?: ReactNode;
  /** It replaces a page: its title is the page's. */
  isPage?: boolean;
}

export function Empty({ icon: Icon, title, text, action, isPage = false }: EmptyProps) {
  const Title = isPage ? 'h1' : 'b';
  return (
    <div className="blank-state">
      <Icon className="icon" aria-hidden="true" />
      <Title className="font-semibold">{title}</Title>
      <p>{text}</p>
      {action}
    </div>
  );
}

interface FailedProps {
  /** "The list did not load". */
  title: string;
  error: unknown;
  onRetry: () => void;
}

/** What happened, with a retry. Without a response it is tried again by itself, as soon as the instance responds. */
export function Failed({ title, error, onRetry }: FailedProps) {
  const isLost = error instanceof ConnectionLost;
  useWhenItResponds(isLost ? onRetry : null);
  const isForbidden = hasCode(error, 'forbidden', 'owner_only');
  const Icon = isForbidden ? LockKeyhole : CircleX;
  return (
    <div className="blank-state" role="alert">
      <Icon className={`icon ${isForbidden ? '' : 'text-danger-solid'}`} aria-hidden="true" />
      <b>{isForbidden ? 'You don’t have access' : title}</b>
      <p>
        {describeError(error)}
        {isLost && ' This is tried again by itself as soon as it does.'}
      </p>
      {!isForbidden && (
        <Button icon={RefreshCw} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

function useWhenItResponds(run: (() => void) | null): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const retry = () => latest.current?.();
    window.addEventListener(RESPONDS_AGAIN, retry);
    return () => window.removeEventListener(RESPONDS_AGAIN, retry);
  }, []);
}

const SKELETON_AFTER_MS = 200;
const widths = ['62%', '74%', '50%', '80%', '66%'];

/** Placeholder rows: shown after 200 ms, without shimmer. */
export function Skeleton({ rows = 5, columns = 3 }: { rows?: number; columns?: number }) {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isDue) return <div aria-busy="true" style={{ minHeight: rows * 36 }} />;
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity, drawn once
          key={row}
          className="grid h-9 items-center gap-6 border-b border-line-soft px-4 last:border-b-0"
          style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
        >
          {Array.from({ length: columns }, (_, column) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              key={column}
              className="skeleton"
              style={{ width: widths[(row + column) % widths.length] }}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
