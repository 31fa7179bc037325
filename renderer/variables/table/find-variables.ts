import type { Variable } from '../variable-scope.ts';

const collator = new Intl.Collator('en', { numeric: true });

/** Sorted by name; optionally of one environment and with this text in the name, note or plain value. */
export function findVariables(
  all: readonly Variable[],
  environmentId: number | null,
  search: string,
): Variable[] {
  const wanted = search.trim().toLowerCase();
  return all
    .filter(
      ({ key, value, note, environments }) =>
        (environmentId === null || environments.some(({ id }) => id === environmentId)) &&
        (wanted === '' ||
          key.toLowerCase().includes(wanted) ||
          (note?.toLowerCase().includes(wanted) ?? false) ||
          (value?.toLowerCase().includes(wanted) ?? false)),
    )
    .sort((a, b) => collator.compare(a.key, b.key) || a.id - b.id);
}
