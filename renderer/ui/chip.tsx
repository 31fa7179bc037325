import type { ReactNode } from 'react';
import { Verdict, type VerdictName } from './instruments/verdict.tsx';

export type ChipTone = 'neutral' | 'solid' | 'ok' | 'attention' | 'danger' | 'info' | 'accent' | 'ref';

interface ChipProps {
  tone?: ChipTone;
  verdict?: VerdictName;
  children: ReactNode;
}

/** A fact, never a button. */
export function Chip({ tone = 'neutral', verdict, children }: ChipProps) {
  return (
    <span className={`chip ${tone === 'neutral' ? '' : `chip-${tone}`}`}>
      {verdict && <Verdict name={verdict} size={12} />}
      {children}
    </span>
  );
}

interface FilterProps {
  isOn: boolean;
  onClick: () => void;
  count?: number;
  children: ReactNode;
}

/** A filter above a list: pressed or not. */
export function Filter({ isOn, onClick, count, children }: FilterProps) {
  return (
    <button type="button" className="filter" aria-pressed={isOn} onClick={onClick}>
      {children}
      {count !== undefined && <span className="n">{count.toLocaleString()}</span>}
    </button>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}
