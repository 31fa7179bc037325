import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { sayActor } from '../ui/actor.tsx';
import { choiceOf, type Texts, useAddress } from '../ui/address.ts';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/form/choices.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { type ActivityFilter, actorsQuery, operationsQuery } from './activity-query.ts';

const names = ['search', 'operation', 'actor', 'time', 'from', 'to'] as const;
/** As the address has it: `time` is a range of this page, `from` and `to` are days, `2026-06-01`. */
type ActivityChoice = Texts<(typeof names)[number]>;

export const noChoice: ActivityChoice = {
  search: '',
  operation: '',
  actor: '',
  time: '',
  from: '',
  to: '',
};

export const useActivityChoice = () => useAddress(names);

/** @param nowMs the result is constant during one day. */
export function toFilter(
  { search, operation, actor, time, from, to }: ActivityChoice,
  nowMs: number,
): ActivityFilter {
  const range = rangeOf(time);
  const limits =
    range === 'custom'
      ? { from: toMs(from, false), to: toMs(to, true) }
      : { from: startOf(range, nowMs), to: null };
  return { search, operation, actor, ...limits };
}

interface ActivityFiltersProps {
  choice: ActivityChoice;
  onChange: (change: Partial<ActivityChoice>) => void;
}

/** Radix selects do not allow an empty value. */
const ALL = '*';

export function ActivityFilters({ choice, onChange }: ActivityFiltersProps) {
  const known = useQuery(operationsQuery).data;
  const actors = (useQuery(actorsQuery).data ?? []).map((actor) => ({
    value: actor.who,
    label: sayActor(actor),
  }));
  const range = rangeOf(choice.time);
  const isOn = Object.values(choice).some((text) => text !== '');
  const chooseRange = (next: Range) => onChange({ time: next === 'any' ? '' : next, from: '', to: '' });
  const titles = new Map(Object.entries(known?.titles ?? {}));
  const operations = (known?.operations ?? [])
    .map((value) => ({ value, label: titles.get(value) ?? value }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  return (
    <div className="toolbar flex-wrap">
      <SearchField
        label="Search the activity"
        value={choice.search}
        onChange={(search) => onChange({ search })}
      />
      <span className="w-44 max-phone:w-full">
        <Select
          label="Operation"
          value={choice.operation || ALL}
          onChange={(next) => onChange({ operation: next === ALL ? '' : next })}
          options={[{ value: ALL, label: 'All operations' }, ...operations]}
        />
      </span>
      <span className="w-44 max-phone:w-full">
        <Select
          label="Who"
          value={choice.actor || ALL}
          onChange={(next) => onChange({ actor: next === ALL ? '' : next })}
          options={[{ value: ALL, label: 'Everyone' }, ...actors]}
        />
      </span>
      <span className="w-36 max-phone:w-full">
        <Select label="Time" value={range} onChange={chooseRange} options={ranges} />
      </span>
      {range === 'custom' && (
        <>
          <DayInput label="From" day={choice.from} onChange={(from) => onChange({ from })} />
          <DayInput label="To" day={choice.to} onChange={(to) => onChange({ to })} />
        </>
      )}
      {isOn && (
        <Button kind="plain" icon={X} onClick={() => onChange(noChoice)}>
          Clear
        </Button>
      )}
    </div>
  );
}

interface DayInputProps {
  label: string;
  /** `2026-06-01`; '' for none. */
  day: string;
  onChange: (day: string) => void;
}

function DayInput({ label, day, onChange }: DayInputProps) {
  return (
    <span className="input">
      <span className="quiet" aria-hidden="true">
        {label}
      </span>
      <input
        type="date"
        aria-label={label}
        // Not controlled: a day that is half typed has no value yet.
        defaultValue={day}
        onChange={({ target }) => onChange(target.value)}
      />
    </span>
  );
}

/** The local midnight that a day begins or ends with; null for what is no day. */
function toMs(day: string, isEnd: boolean): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const at = new Date(`${day}T00:00:00`);
  if (isEnd) at.setHours(23, 59, 59, 999);
  const ms = at.getTime();
  return Number.isNaN(ms) ? null : ms;
}

/** Time ranges offered by the filter. */
const ranges = [
  { value: 'any', label: 'Any time' },
  { value: 'today', label: 'Today' },
  { value: 'week', label: 'Last 7 days' },
  { value: 'month', label: 'Last 30 days' },
  { value: 'custom', label: 'From … to …' },
] as const;
type Range = (typeof ranges)[number]['value'];
const rangeOf = (time: string): Range => choiceOf(['any', ...ranges.map(({ value }) => value)], time);

const daysBack: Partial<Record<Range, number>> = { today: 0, week: 6, month: 29 };

/** Local midnight of the range's first day; null for no start. Constant during one day. */
function startOf(range: Range, nowMs: number): number | null {
  const days = daysBack[range];
  if (days === undefined) return null;
  const start = new Date(nowMs);
  start.setHours(0, 0, 0, 0);
  start.setDate(start.getDate() - days);
  return start.getTime();
}
