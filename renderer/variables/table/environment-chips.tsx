import type { Environment } from '../../projects/project-queries.ts';
import { Chip } from '../../ui/chip.tsx';
import type { Variable } from '../variable-scope.ts';

const SHOWN = 2;

interface EnvironmentChipsProps {
  variable: Variable;
  all: readonly Environment[];
}

/** A variable's environments: "All environments", or by name; a project's first environment is highlighted. */
export function EnvironmentChips({ variable, all }: EnvironmentChipsProps) {
  const own = variable.environments;
  const names = own.map(({ name }) => name).join(', ');
  if (own.length === 0) return <span className="text-text-3">none</span>;
  if (own.length === all.length && all.length > 1)
    return (
      <span title={names}>
        <Chip>All environments</Chip>
      </span>
    );
  return (
    <span className="chips one" title={names}>
      {own.slice(0, SHOWN).map(({ id, name }) => (
        <span key={id} dir="auto" className={`chip ${id === all[0]?.id ? 'chip-solid' : ''}`}>
          <span className="cut">{name}</span>
        </span>
      ))}
      {own.length > SHOWN && <Chip>+{own.length - SHOWN}</Chip>}
    </span>
  );
}

/** In a sentence: "production, staging and preview". */
export function joinNames(names: readonly string[], most = Number.POSITIVE_INFINITY): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest.toLocaleString()} more`;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
