import { ExternalLink } from 'lucide-react';
import { useRef } from 'react';
import type { App } from './app-queries.ts';
import { CopyButton } from './copy-button.tsx';

/** Where people reach an app: opens beside the console. */
export function AddressLink({ app }: { app: Pick<App, 'url' | 'host'> }) {
  if (app.url === null) return <span className="quiet">{app.host}, not reachable yet</span>;
  return (
    <a href={app.url} target="_blank" rel="noreferrer" className="app-address" title={app.url}>
      <span>
        <span className="min-w-0 truncate">{app.url.replace(/^https:\/\//, '')}</span>
        <ExternalLink className="icon icon-14" aria-hidden="true" />
        <span className="sr">, opens in a new tab</span>
      </span>
    </a>
  );
}

/** The same, with a button that copies it. */
export function Address({ app }: { app: Pick<App, 'url' | 'host' | 'environment'> }) {
  const shown = useRef<HTMLSpanElement>(null);
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1">
      <span ref={shown} className="min-w-0">
        <AddressLink app={app} />
      </span>
      {app.url !== null && (
        <CopyButton text={app.url} what={`the address of ${app.environment.name}`} shown={shown} />
      )}
    </span>
  );
}
