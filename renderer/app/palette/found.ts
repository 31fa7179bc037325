import { keepPreviousData, useQueries } from '@tanstack/react-query';
import type { LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { hasWords } from '../../ui/text.ts';
import type { Finds, Found } from '../area.ts';
import { useAreas } from '../areas-context.ts';
import { heldBy } from '../offered.ts';
import { useSession } from '../session.ts';

/** What matches, with its kind. */
export interface FoundRow extends Found {
  group: string;
  icon: LucideIcon;
}

/** Fewer characters match almost everything. */
const LEAST_TYPED = 2;
/** After the last key: an answer to each of them is nobody's. */
const SETTLE_MS = 150;

/**
 * What the areas find for a typed text, of what the caller may see.
 *
 * @param limit of each kind.
 */
export function useFound(typed: string, limit: number): { rows: FoundRow[]; isSearching: boolean } {
  const { permissions, somewhere } = heldBy(useSession());
  const finds = useAreas().flatMap((area) => area.finds ?? []);
  const asked = useSettled(typed.trim());
  const isAsked = asked.length >= LEAST_TYPED;
  const queries = useQueries({
    queries: finds.map((each) => ({
      queryKey: 'list' in each ? each.queryKey : [...each.queryKey, asked, limit],
      queryFn: () => ('list' in each ? each.list() : each.search(asked, limit)),
      enabled:
        (each.isSomewhere ? somewhere : permissions).includes(each.permission) && ('list' in each || isAsked),
      // The rows stay until there are others.
      placeholderData: keepPreviousData,
    })),
  });
  const rows = finds.flatMap((each, at) =>
    choose(each, queries[at]?.data ?? [], typed, isAsked)
      .slice(0, limit)
      .map((found) => ({ ...found, group: each.group, icon: each.icon })),
  );
  return { rows, isSearching: asked !== typed.trim() || queries.some(({ isFetching }) => isFetching) };
}

/** A search has its own rules: a plain value may match, too. */
function choose(each: Finds, found: readonly Found[], typed: string, isAsked: boolean): readonly Found[] {
  if ('search' in each) return isAsked ? found : [];
  return found.filter(({ label, aside = '' }) => hasWords(`${label} ${aside}`, typed.trim()));
}

/** A text once it has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
