import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/session.ts';
import { apiKeysQuery, displayName, peopleQuery } from '../people/people-queries.ts';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/form/choices.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { type ActivityFilter, noFilter, operationsQuery } from './activity-query.ts';

interface ActivityFiltersProps {
  filter: ActivityFilter;
  onChange: (filter: ActivityFilter) => void;
}

/** Radix selects do not allow an empty value. */
const ALL = '*';

export function ActivityFilters({ filter, onChange }: ActivityFiltersProps) {
  const known = useQuery(operationsQuery).data;
  const actors = useActors();
  const [range, setRange] = useState<Range>('any');
  const isOn = JSON.stringify(filter) !== JSON.stringify(noFilter) || range === 'custom';
  const clear = () => {
    setRange('any');
    onChange(noFilter);
  };
  const chooseRange = (next: Range) => {
    setRange(next);
    onChange({ ...filter, from: startOf(next, Date.now()), to: null });
  };
  const titles = new Map(Object.entries(known?.titles ?? {}));
  const operations = (known?.operations ?? [])
    .map((value) => ({ value, label: titles.get(value) ?? value }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  return (
    <div className="toolbar flex-wrap">
      <SearchField
        label="Search the activity"
        value={filter.search}
        onChange={(search) => onChange({ ...filter, search })}
      />
      <span className="w-44 max-phone:w-full">
        <Select
          label="Operation"
          value={filter.operation || ALL}
          onChange={(next) => onChange({ ...filter, operation: next === ALL ? '' : next })}
          options={[{ value: ALL, label: 'All operations' }, ...operations]}
        />
      </span>
      <span className="w-44 max-phone:w-full">
        <Select
          label="Person"
          value={filter.actor || ALL}
          onChange={(next) => onChange({ ...filter, actor: next === ALL ? '' : next })}
          options={[{ value: ALL, label: 'Everyone' }, ...actors]}
        />
      </span>
      <span className="w-36 max-phone:w-full">
        <Select label="Time" value={range} onChange={chooseRange} options={ranges} />
      </span>
      {range === 'custom' && (
        <>
          <DayInput label="From" isEnd={false} onChange={(from) => onChange({ ...filter, from })} />
          <DayInput label="To" isEnd onChange={(to) => onChange({ ...filter, to })} />
        </>
      )}
      {isOn && (
        <Button kind="plain" icon={X} onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

/** Possible actors, by the names the log uses: the machine, people, API keys. */
function useActors(): { value: string; label: string }[] {
  const people = useQuery({ ...peopleQuery, enabled: useMay('users:read') }).data ?? [];
  const keys = useQuery({ ...apiKeysQuery, enabled: useMay('api_keys:read') }).data ?? [];
  const all = [
    { value: 'owner', label: 'Owner of this machine' },
    { value: 'instance', label: 'The instance' },
    ...people.map((person) => ({ value: person.user.email, label: displayName(person) })),
    ...keys.map(({ name }) => ({ value: `api key ${name}`, label: `API key ${name}` })),
  ];
  // An e-mail address may have belonged to someone else earlier.
  return [...new Map(all.map((actor) => [actor.value, actor])).values()];
}

interface DayInputProps {
  label: string;
  /** Use the end of the day instead of its start. */
  isEnd: boolean;
  onChange: (ms: number | null) => void;
}

function DayInput({ label, isEnd, onChange }: DayInputProps) {
  return (
    <span className="input">
      <span className="quiet" aria-hidden="true">
        {label}
      </span>
      <input
        type="date"
        aria-label={label}
        onChange={({ target }) => {
          const day = target.value === '' ? null : new Date(`${target.value}T00:00:00`);
          if (day && isEnd) day.setHours(23, 59, 59, 999);
          onChange(day && !Number.isNaN(day.getTime()) ? day.getTime() : null);
        }}
      />
    </span>
  );
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
