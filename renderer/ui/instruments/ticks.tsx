export type TicksTone = 'accent' | 'ok' | 'attention' | 'danger' | 'quiet';

interface TicksProps {
  /** 0 to 100. */
  value: number;
  /** That many percent from the end are bad. */
  bad?: number;
  tone?: TicksTone;
  isSmall?: boolean;
  /** What is measured; without it the ticks are drawn only, and the words beside them say it. */
  label?: string;
}

/** Sixty divisions, every fifth taller, always with a figure in words beside it. Moves in steps. */
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
