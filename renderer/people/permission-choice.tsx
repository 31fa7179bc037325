import { useId } from 'react';
import { Checkbox } from '../ui/form/choices.tsx';
import { permissionWords } from './permission-words.ts';

interface PermissionChoiceProps {
  /** What the role has. */
  all: readonly string[];
  /** What the key gets of it; null for all. */
  value: readonly string[] | null;
  onChange: (value: readonly string[] | null) => void;
  error?: string | undefined;
}

/** A role narrowed to some of what it may do. */
export function PermissionChoice({ all, value, onChange, error }: PermissionChoiceProps) {
  const id = useId();
  return (
    <fieldset className="grid gap-2" aria-labelledby={id}>
      <span id={id} className="sr">
        Permissions
      </span>
      <Checkbox checked={value !== null} onChange={(isOn) => onChange(isOn ? all : null)}>
        Only some of what the role may do
      </Checkbox>
      {value && (
        <div className="grid max-h-56 gap-2 overflow-y-auto rounded-2 border border-line bg-inset p-3">
          {all.map((permission) => (
            <Checkbox
              key={permission}
              checked={value.includes(permission)}
              onChange={(isOn) =>
                onChange(isOn ? [...value, permission] : value.filter((each) => each !== permission))
              }
            >
              {permissionWords(permission)}
            </Checkbox>
          ))}
        </div>
      )}
      {(error || value?.length === 0) && (
        <span className="text-12 text-text-3">{error ?? 'Choose at least one.'}</span>
      )}
    </fieldset>
  );
}
