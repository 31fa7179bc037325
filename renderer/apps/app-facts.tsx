import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatAgo, formatBytes, formatCount, formatDay, formatExact } from '../ui/time.ts';
import { Address } from './address.tsx';
import { type App, statsQuery } from './app-queries.ts';

/** What an app is and uses now. */
export function AppFacts({ app }: { app: App }) {
  const { release, since, restarts, image } = app;
  return (
    <dl className="app-facts">
      <Fact name="Release" isBig said={release ? release.number : 'none yet'}>
        {since === null ? (
          release && (
            <span title={formatExact(release.created_at)}>deployed {formatAgo(release.created_at)}</span>
          )
        ) : (
          <span title={formatExact(since)}>
            started {formatDay(since)}
            {restarts > 0 && `, restarted ${formatCount(restarts, 'time')}`}
          </span>
        )}
      </Fact>
      <Usage app={app} />
      <Fact name="Address" said={<Address app={app} />}>
        on this machine
      </Fact>
      <Fact
        name="Image"
        said={
          <span className="font-mono text-12 [overflow-wrap:anywhere]" title={release?.image_digest ?? image}>
            {image}
          </span>
        }
      >
        port {app.port ?? (release ? `${release.port}, as found` : 'as the image says')}
      </Fact>
    </dl>
  );
}

interface FactProps {
  name: string;
  said: ReactNode;
  isBig?: boolean;
  children?: ReactNode;
}

function Fact({ name, said, isBig = false, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className={isBig ? 'big' : 'flex min-w-0'}>{said}</span>
        {children && <small>{children}</small>}
      </dd>
    </div>
  );
}

/** CPU and memory now: asked for only while the page is visible. */
function Usage({ app }: { app: App }) {
  const isRunning = app.since !== null && app.state === 'serving';
  const stats = useQuery({
    ...statsQuery(app.project.slug, String(app.environment.id)),
    enabled: isRunning,
  }).data;
  const known = isRunning ? stats : undefined;
  return (
    <>
      <Fact name="CPU" isBig said={known ? formatPercent(known.cpu_percent) : '–'}>
        {known ? 'of one core, now' : isRunning ? 'measuring' : 'not running'}
      </Fact>
      <Fact name="Memory" isBig said={known ? formatBytes(known.memory_bytes) : '–'}>
        {known
          ? known.memory_limit_bytes === null
            ? 'no limit'
            : `of ${formatBytes(known.memory_limit_bytes)}`
          : isRunning
            ? 'measuring'
            : 'not running'}
      </Fact>
    </>
  );
}

const formatPercent = (percent: number) =>
  `${percent.toLocaleString(undefined, { maximumFractionDigits: percent < 10 ? 1 : 0 })} %`;
