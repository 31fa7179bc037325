import { Link, useParams } from '@tanstack/react-router';
import type { Page, PageTab } from './area.ts';
import { useAreas } from './areas-context.ts';
import { useSession } from './session.ts';

interface PageTabsProps {
  /** The title the tabs are declared under. */
  of: PageTab['of'];
  label: string;
  className?: string;
}

/** The tabs of several pages under one title, without pages the caller may not open. */
export function PageTabs({ of, label, className = '' }: PageTabsProps) {
  const { permissions } = useSession();
  const pages = useAreas()
    .flatMap((area) => area.pages)
    .filter(({ guard }) => !guard || permissions.includes(guard.permission));
  return (
    <nav className={`tabs ${className}`} aria-label={label}>
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
