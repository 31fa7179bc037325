import { formatCount } from '../ui/time.ts';
import type { Destination } from './backup-queries.ts';

export type Retention = NonNullable<Destination['retention']>;

/** What the dialog begins with where nothing was said: a year in eighteen backups. */
export const firstRetention: Retention = {
  last: 0,
  daily: 7,
  weekly: 4,
  monthly: 6,
  yearly: 1,
  within_days: 0,
};

export const retentionFields: readonly { field: keyof Retention; label: string }[] = [
  { field: 'last', label: 'Last' },
  { field: 'daily', label: 'Daily' },
  { field: 'weekly', label: 'Weekly' },
  { field: 'monthly', label: 'Monthly' },
  { field: 'yearly', label: 'Yearly' },
  { field: 'within_days', label: 'All within days' },
];

/** "keeps 7 daily, 4 weekly", "keeps all". */
export function describeRetention({ retention }: Pick<Destination, 'retention'>): string {
  if (retention === null) return 'keeps all';
  const { within_days: days, ...counts } = retention;
  const said = Object.entries(counts).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
  if (days > 0) said.push(`all of ${formatCount(days, 'day')}`);
  return `keeps ${said.join(', ')}`;
}
