/** How far back the activity is shown. */
export const ranges = [
  { value: 'any', label: 'Any time' },
  { value: 'today', label: 'Today' },
  { value: 'week', label: 'Last 7 days' },
  { value: 'month', label: 'Last 30 days' },
  { value: 'custom', label: 'From … to …' },
] as const;
export type Range = (typeof ranges)[number]['value'];

const daysBack: Partial<Record<Range, number>> = { today: 0, week: 6, month: 29 };

/** Midnight of its first day, in the zone of whoever reads; null for no beginning. Stays the same all day long. */
export function startOf(range: Range, nowMs: number): number | null {
  const days = daysBack[range];
  if (days === undefined) return null;
  const start = new Date(nowMs);
  start.setHours(0, 0, 0, 0);
  start.setDate(start.getDate() - days);
  return start.getTime();
}
