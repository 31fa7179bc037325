import { Link } from '@tanstack/react-router';
import { CircleUser, PanelLeft, Search } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Kbd } from '../ui/chip.tsx';
import { SmallBlade } from '../ui/instruments/blade.tsx';
import { Level } from '../ui/instruments/level.tsx';
import { Mark } from '../ui/instruments/mark.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { healthWords } from '../vault-state/health-words.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { openPalette } from './palette-state.ts';
import { type Place, places } from './places.ts';
import { useSession } from './session.ts';

const STORAGE_KEY = 'sidebar';
const listeners = new Set<() => void>();
const readNarrow = () => localStorage.getItem(STORAGE_KEY) === 'narrow';

function toggleNarrow(): void {
  localStorage.setItem(STORAGE_KEY, readNarrow() ? 'wide' : 'narrow');
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
  const vault = useVault().data;
  const isNarrow = useNarrow();
  const isMac = navigator.platform.startsWith('Mac');
  return (
    <aside className={`side ${isNarrow ? 'is-narrow' : ''}`} aria-label="Navigation">
      <div className="side-top">
        <Mark />
        <span className="instance cut">{session.instance_name}</span>
        <button
          type="button"
          className="icon-btn icon-btn-small"
          aria-label={isNarrow ? 'Widen the sidebar' : 'Collapse the sidebar'}
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
        title="Go to or do…"
        aria-keyshortcuts="Control+K"
      >
        <Search className="icon" aria-hidden="true" />
        <span>Go to or do…</span>
        <Kbd>{isMac ? '⌘ K' : 'Ctrl K'}</Kbd>
      </button>
      <nav aria-label="Pages">
        {places.map((group) => {
          const allowed = group.places.filter(
            ({ permission }) => !permission || session.permissions.includes(permission as never),
          );
          return (
            allowed.length > 0 && (
              <div className="nav-group" key={group.title}>
                <div className="nav-head">{group.title}</div>
                {allowed.map((place) => (
                  <NavItem key={place.to} place={place} vault={vault} />
                ))}
              </div>
            )
          );
        })}
      </nav>
      {vault && <KeyPlate vault={vault} />}
      <Link to="/account" className="nav-item side-account" title="Your account">
        <CircleUser className="icon" aria-hidden="true" />
        <span className="cut">{session.user?.name || session.user?.email || 'Owner of this machine'}</span>
      </Link>
    </aside>
  );
}

function NavItem({ place, vault }: { place: Place; vault: VaultStatus | undefined }) {
  const Icon = place.icon;
  return (
    <Link
      to={place.to}
      className="nav-item"
      title={place.label}
      activeOptions={{ exact: place.to === '/' }}
      activeProps={{ 'aria-current': 'page' }}
    >
      <Icon className="icon" aria-hidden="true" />
      <span className="nav-word">{place.label}</span>
      <NavSign place={place} vault={vault} />
    </Link>
  );
}

/** What needs someone, where it is. */
function NavSign({ place, vault }: { place: Place; vault: VaultStatus | undefined }) {
  if (!vault) return null;
  if (vault.state === 'locked' && (place.to === '/secrets' || place.to === '/key'))
    return <Verdict name="locked" size={14} label="Locked" className="nav-sign text-danger-solid" />;
  if (place.to === '/key' && vault.health.level === 'at_risk')
    return <Verdict name="risk" size={14} label="Needs you" className="nav-sign text-attention-solid" />;
  return null;
}

/** Which key, and how it is: always in sight. */
function KeyPlate({ vault }: { vault: VaultStatus }) {
  const isLocked = vault.state === 'locked';
  const words = healthWords(vault);
  return (
    <Link to="/key" className="key-plate" aria-label={`Encryption key: ${words.level}, ${words.more}`}>
      <SmallBlade fingerprint={vault.fingerprint} state={isLocked ? 'missing' : 'active'} />
      <Level level={isLocked ? 'broken' : vault.health.level} isLocked={isLocked}>
        {words.level}
        <span className="more">· {words.more}</span>
      </Level>
    </Link>
  );
}
