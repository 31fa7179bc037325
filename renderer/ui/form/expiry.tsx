import { Chip } from '../chip.tsx';
import { daysBetween, formatDay, formatExact, serverNow } from '../time.ts';
import { Select } from './choices.tsx';
import { Field } from './field.tsx';

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 14;

const lives = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In one year' },
  { value: 'never', label: 'Never' },
] as const;
export type Life = (typeof lives)[number]['value'];
/** One that is over some day. */
export type EndingLife = Exclude<Life, 'never'>;
export const YEAR: Life = '365';
export const QUARTER: Life = '90';

/** Expiry date for something created now, as the API takes it; null for never. */
export function expiryOf(life: EndingLife, nowMs?: number): string;
export function expiryOf(life: Life, nowMs?: number): string | null;
export function expiryOf(life: Life, nowMs = serverNow()): string | null {
  return life === 'never' ? null : new Date(nowMs + Number(life) * DAY_MS).toISOString();
}

interface LifeFieldProps {
  value: Life;
  onChange: (life: Life) => void;
  error?: string | undefined;
  /** The longest it may be; any without one. */
  maxDays?: number | null;
  /** Leaves out that it never does. */
  mustEnd?: boolean;
}

/** How long a key or token is valid. */
export function LifeField({ value, onChange, error, maxDays = null, mustEnd = false }: LifeFieldProps) {
  const options = lives.filter(
    (life) => (maxDays === null || Number(life.value) <= maxDays) && !(mustEnd && life.value === 'never'),
  );
  return (
    <Field
      label="Expires"
      error={error}
      hint={value === 'never' ? 'Anyone who finds it can use it until it is deleted.' : undefined}
    >
      {({ id }) => <Select id={id} value={value} onChange={onChange} options={options} />}
    </Field>
  );
}

/** When a key or token expires, highlighted from two weeks before. */
export function Expiry({ at }: { at: string | null }) {
  if (at === null) return <span className="quiet">never</span>;
  const ms = Date.parse(at);
  const now = serverNow();
  if (ms <= now)
    return (
      <span title={formatExact(ms)}>
        <Chip tone="danger" verdict="broken">
          Expired
        </Chip>
      </span>
    );
  const days = daysBetween(now, ms);
  if (days > SOON_DAYS) return <span title={formatExact(ms)}>{formatDay(ms)}</span>;
  return (
    <span title={formatExact(ms)}>
      <Chip tone="attention" verdict="risk">
        {days === 0 ? 'today' : `${days} ${days === 1 ? 'day' : 'days'} left`}
      </Chip>
    </span>
  );
}
