import { Link, lazyRouteComponent, useNavigate } from '@tanstack/react-router';
import { CircleUser, Ellipsis, PanelLeft, Search } from 'lucide-react';
import { Suspense, useState, useSyncExternalStore } from 'react';
import { areas } from '../areas.ts';
import { keptInBrowser } from '../ui/browser-storage.ts';
import { Kbd } from '../ui/chip.tsx';
import { Mark } from '../ui/instruments/mark.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { ariaKeys, sayKeys } from '../ui/shortcuts.ts';
import type { Area, NavEntry, NavSign } from './area.ts';
import { heldBy, offeredNavigation } from './offered.ts';
import { openPalette } from './palette/palette-state.ts';
import { useSession } from './session.ts';

const declared: readonly Area[] = areas;
const STORAGE_KEY = 'sidebar';
const listeners = new Set<() => void>();
const readNarrow = () => keptInBrowser.read(STORAGE_KEY) === 'narrow';

function toggleNarrow(): void {
  keptInBrowser.write(STORAGE_KEY, readNarrow() ? 'wide' : 'narrow');
  for (const listener of listeners) listener();
}

function useNarrow(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readNarrow);
}

export function Sidebar() {
  const session = useSession();
  const isNarrow = useNarrow();
  return (
    <aside className={`side ${isNarrow ? 'is-narrow' : ''}`} aria-label="Navigation">
      <div className="side-top">
        <Mark />
        <span className="instance cut">{session.instance_name}</span>
        <button
          type="button"
          className="icon-btn icon-btn-small"
          aria-label={isNarrow ? 'Expand the sidebar' : 'Collapse the sidebar'}
          aria-expanded={!isNarrow}
          onClick={toggleNarrow}
        >
          <PanelLeft className="icon" aria-hidden="true" />
        </button>
      </div>
      <button
        type="button"
        className="side-find"
        onClick={openPalette}
        title="Search pages and commands"
        aria-keyshortcuts={ariaKeys('palette')}
      >
        <Search className="icon" aria-hidden="true" />
        <span>Search…</span>
        <Kbd>{sayKeys('palette')}</Kbd>
      </button>
      <nav aria-label="Pages">
        {offeredNavigation(declared, heldBy(session)).map(({ group, entries }) => (
          <div className="nav-group" key={group}>
            <div className="nav-head">{group}</div>
            {entries.map((entry) => (
              <NavItem key={entry.to} entry={entry} />
            ))}
          </div>
        ))}
        <More />
      </nav>
      {declared.map(({ foot: Foot, pages }) => Foot && <Foot key={pages[0]?.path} />)}
    </aside>
  );
}

/** Loaded when it is opened: wide windows have no such menu. */
const Menu = lazyRouteComponent(() => import('../ui/overlays/menu.tsx'), 'Menu');

/** On a telephone: what its foot has no room for. */
function More() {
  const session = useSession();
  const navigate = useNavigate();
  const [isWanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      className="nav-item nav-more"
      aria-haspopup="menu"
      onClick={isWanted ? undefined : () => setWanted(true)}
    >
      <Ellipsis className="icon" aria-hidden="true" />
      <span className="nav-foot">More</span>
    </button>
  );
  if (!isWanted) return button;
  const rest = offeredNavigation(declared, heldBy(session))
    .flatMap(({ entries }) => entries)
    .filter(({ foot }) => foot === undefined);
  const go = (to: string) => () => void navigate({ to: to as '/' });
  return (
    <Suspense fallback={button}>
      <Menu
        isOpenAtFirst
        trigger={button}
        groups={[
          rest.map(({ to, label, icon }) => ({ label, icon, onSelect: go(to) })),
          [
            { label: 'Search', icon: Search, onSelect: openPalette },
            { label: 'Your account', icon: CircleUser, onSelect: go('/account') },
          ],
        ]}
      />
    </Suspense>
  );
}

const useNoSign = () => null;

function NavItem({ entry: { to, label, foot, icon: Icon, useSign = useNoSign } }: { entry: NavEntry }) {
  const sign = useSign();
  return (
    <Link
      to={to as '/'}
      className={foot === undefined ? 'nav-item nav-rest' : 'nav-item'}
      title={label}
      activeOptions={{ exact: to === '/' }}
      activeProps={{ 'aria-current': 'page' }}
    >
      <Icon className="icon" aria-hidden="true" />
      <span className="nav-word">{label}</span>
      <span className="nav-foot" aria-hidden="true">
        {foot}
      </span>
      {sign && <Sign sign={sign} />}
    </Link>
  );
}

/** Sign that something needs attention, at its entry. */
function Sign({ sign }: { sign: NavSign }) {
  return sign === 'locked' ? (
    <Verdict name="locked" size={14} label="Locked" className="nav-sign text-danger-solid" />
  ) : (
    <Verdict name="risk" size={14} label="Needs attention" className="nav-sign text-attention-solid" />
  );
}
