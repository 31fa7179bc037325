import { CodeXml, History, Table } from 'lucide-react';
import type { Environment } from '../../projects/project-queries.ts';
import { IconButton } from '../../ui/button.tsx';
import { Segmented, Select } from '../../ui/form/choices.tsx';
import { SearchField } from '../../ui/form/search-field.tsx';

export const variablesViews = ['table', 'raw'] as const;
export type VariablesView = (typeof variablesViews)[number];

/** Environments shown as segments; more become a select. */
const MOST_SEGMENTS = 4;
const ALL = 'all';

interface VariableToolbarProps {
  environments: readonly Environment[];
  /** Null for all. */
  environmentId: number | null;
  onEnvironment: (environmentId: number | null) => void;
  search: string;
  onSearch: (search: string) => void;
  view: VariablesView;
  /** Null if the caller may not see values. */
  onView: ((view: VariablesView) => void) | null;
  onHistory: () => void;
}

export function VariableToolbar(props: VariableToolbarProps) {
  const { environments, environmentId, onEnvironment, search, onSearch, view, onView, onHistory } = props;
  const isRaw = view === 'raw';
  return (
    <div className="toolbar">
      {!isRaw && (
        <SearchField label="Search variables" className="search" value={search} onChange={onSearch} />
      )}
      <EnvironmentPick
        environments={environments}
        // The text view needs one environment.
        hasAll={!isRaw}
        environmentId={environmentId}
        onEnvironment={onEnvironment}
      />
      <span className="grow max-tablet:hidden" />
      <IconButton icon={History} label="Environment history" onClick={onHistory} />
      {onView && (
        <Segmented
          label="View"
          value={view}
          onChange={onView}
          options={[
            { value: 'table', label: 'Table', icon: Table },
            { value: 'raw', label: 'Raw', icon: CodeXml },
          ]}
        />
      )}
    </div>
  );
}

interface EnvironmentPickProps {
  environments: readonly Environment[];
  hasAll: boolean;
  environmentId: number | null;
  onEnvironment: (environmentId: number | null) => void;
}

function EnvironmentPick({ environments, hasAll, environmentId, onEnvironment }: EnvironmentPickProps) {
  if (environments.length === 0 || (environments.length === 1 && !hasAll)) return null;
  const options = [
    ...(hasAll ? [{ value: ALL, label: 'All' }] : []),
    ...environments.map(({ id, name }) => ({ value: String(id), label: name })),
  ];
  const pick = {
    value: environmentId === null ? ALL : String(environmentId),
    onChange: (value: string) => onEnvironment(value === ALL ? null : Number(value)),
  };
  const isLong = environments.some(({ name }) => name.length > 20);
  if (environments.length > MOST_SEGMENTS || isLong)
    return (
      <span className="w-48 min-w-0">
        <Select label="Environment" {...pick} options={options} />
      </span>
    );
  return (
    <>
      <span className="max-tablet:hidden">
        <Segmented label="Environment" {...pick} options={options} />
      </span>
      <span className="w-40 min-w-0 tablet:hidden">
        <Select label="Environment" {...pick} options={options} />
      </span>
    </>
  );
}
