import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { sharedScope, type Variable, type VariableScope } from '../variable-scope.ts';

/** What a value of this scope may refer to, as it is written: `HOST`, `shared.SMTP_URL`. Not itself. */
export function useReferenceNames(scope: VariableScope, variable: Variable | null): readonly string[] {
  const { data: own } = useQuery({ queryKey: scope.queryKey, queryFn: scope.list });
  const { data: shared } = useQuery({ queryKey: sharedScope.queryKey, queryFn: sharedScope.list });
  return useMemo(() => {
    const sorted = (names: string[]) => [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en'));
    const names = (own ?? []).filter(({ id }) => id !== variable?.id).map(({ key }) => key);
    const others = scope.project === null ? [] : (shared ?? []).map(({ key }) => `shared.${key}`);
    return [...sorted(names), ...sorted(others)];
  }, [own, shared, scope, variable]);
}
