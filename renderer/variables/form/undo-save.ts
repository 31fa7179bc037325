import type { Variable, VariableScope } from '../variable-scope.ts';
import type { FormFields } from './variable-form.tsx';

/**
 * How a variable is what it was before it was saved; null where it cannot be: a secret does not become plain, and an unreadable value
 * stays gone. SECURITY: an earlier value is named by its version, and never here.
 *
 * @param was null for one that was added.
 */
export function undoOf(
  scope: VariableScope,
  was: Variable | null,
  saved: Variable,
  { references }: Pick<FormFields, 'references'>,
  mayDelete: boolean,
) {
  const changes = [scope.queryKey[0], 'projects', 'trash'] as const;
  if (was === null) return mayDelete ? { undo: () => scope.remove([saved]), changes } : null;
  if (was.is_secret !== saved.is_secret || was.state === 'unreadable') return null;
  const { key, include_in_preview, note, expires_from, expires_at } = was;
  return {
    undo: () =>
      scope.update(saved.id, {
        ...{ key, include_in_preview, note: note ?? '' },
        environment_ids: was.environments.map(({ id }) => id),
        expires_at: expires_from === 'by_hand' ? (expires_at ?? 'never') : null,
        ...(was.version === saved.version ? { keep_value: true } : { value_of_version: was.version }),
        ...(key === saved.key || references === undefined ? {} : { references }),
        // As it was then, it was allowed.
        allow_unresolved: true,
        expected_updated_at: saved.updated_at,
      }),
    changes,
  };
}
