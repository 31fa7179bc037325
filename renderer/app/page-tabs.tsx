import { Link, useLocation, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Page, PageTab } from './area.ts';
import { useAreas } from './areas-context.ts';
import { mayOpen } from './offered.ts';
import { useSession } from './session.ts';

interface PageTabsProps {
  /** The title the tabs are declared under. */
  of: PageTab['of'];
  label: string;
  className?: string;
}

/** The tabs of several pages under one title, without pages the caller may not open. */
export function PageTabs({ of, label, className = '' }: PageTabsProps) {
  const session = useSession();
  const { project } = useParams({ strict: false });
  const pages = useAreas()
    .flatMap((area) => area.pages)
    .filter(({ guard }) => mayOpen(session, guard, project));
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // On a telephone not all of them fit.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has another tab
  useEffect(() => {
    nav.current
      ?.querySelector('[aria-current="page"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  return (
    <nav className={`tabs ${className}`} aria-label={label} ref={nav}>
      {pages.map(({ path, tab }) => tab?.of === of && <Tab key={path} path={path} tab={tab} />)}
    </nav>
  );
}

const useNoCount = () => undefined;

function Tab({ path, tab: { label, useCount = useNoCount } }: { path: Page['path']; tab: PageTab }) {
  const { project = '' } = useParams({ strict: false });
  const count = useCount(project);
  return (
    <Link to={path as '/projects/$project'} params={{ project }} activeOptions={{ exact: true }}>
      {label}
      {count !== undefined && <span className="count">{count.toLocaleString()}</span>}
    </Link>
  );
}
