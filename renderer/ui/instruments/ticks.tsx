export type TicksTone = 'accent' | 'ok' | 'attention' | 'danger' | 'quiet';

interface TicksProps {
  /** 0 to 100. */
  value: number;
  /** Percentage at the end shown as bad. */
  bad?: number;
  tone?: TicksTone;
  isSmall?: boolean;
  /** Accessible name; without it the ticks are decorative, and nearby text says the value. */
  label?: string;
}

/** Progress as sixty divisions, every fifth taller, always next to a number in text. Moves in steps. */
export function Ticks({ value, bad = 0, tone = 'accent', isSmall = false, label }: TicksProps) {
  const shown = Math.max(0, Math.min(100, value));
  const meter = label
    ? {
        role: 'progressbar',
        'aria-label': label,
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': Math.round(shown),
      }
    : { 'aria-hidden': true };
  return (
    <span
      className={`ticks ${isSmall ? 'ticks-small' : ''} ${tone === 'accent' ? '' : `ticks-${tone}`}`}
      style={{ '--value': shown, '--bad': bad } as React.CSSProperties}
      {...meter}
    />
  );
}
