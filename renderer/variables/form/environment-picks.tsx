import { CircleX } from 'lucide-react';
import { useId } from 'react';
import type { Environment } from '../../projects/project-queries.ts';
import { Checkbox } from '../../ui/form/choices.tsx';

interface EnvironmentPicksProps {
  environments: readonly Environment[];
  picked: ReadonlySet<number>;
  onChange: (picked: ReadonlySet<number>) => void;
  error?: string | undefined;
}

/** Choice of a variable's environments. */
export function EnvironmentPicks({ environments, picked, onChange, error }: EnvironmentPicksProps) {
  const id = useId();
  const toggle = (environmentId: number, isPicked: boolean) => {
    const next = new Set(picked);
    if (isPicked) next.add(environmentId);
    else next.delete(environmentId);
    onChange(next);
  };
  return (
    <fieldset className="field" aria-describedby={error ? id : undefined}>
      <legend className="label mb-1.5">Environments</legend>
      <div className="flex max-h-44 flex-wrap gap-x-5 gap-y-2 overflow-y-auto p-0.5">
        {environments.map((environment) => (
          <Checkbox
            key={environment.id}
            checked={picked.has(environment.id)}
            onChange={(isPicked) => toggle(environment.id, isPicked)}
          >
            <span className="cut block max-w-64" dir="auto" title={environment.name}>
              {environment.name}
            </span>
          </Checkbox>
        ))}
      </div>
      {error ? (
        <span className="error" id={id} role="alert">
          <CircleX className="icon icon-14" aria-hidden="true" />
          {error}
        </span>
      ) : (
        picked.size === 0 && <span className="hint">Without an environment it is stored but not used.</span>
      )}
    </fieldset>
  );
}
