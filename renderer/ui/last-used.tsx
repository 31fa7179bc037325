import { formatAgo, formatExact } from './time.ts';

/** When a key or token was last used; RFC 3339, null for never. */
export function LastUsed({ at }: { at: string | null }) {
  if (at === null) return <span className="quiet">never</span>;
  const ms = Date.parse(at);
  return <span title={formatExact(ms)}>{formatAgo(ms)}</span>;
}
