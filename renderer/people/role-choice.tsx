import { useId } from 'react';
import { Checkbox } from '../ui/form/choices.tsx';
import { type Role, roles } from './roles.ts';

interface RoleChoiceProps {
  value: readonly Role[];
  onChange: (roles: readonly Role[]) => void;
}

/** Someone may have several roles; the strongest counts. */
export function RoleChoice({ value, onChange }: RoleChoiceProps) {
  const id = useId();
  return (
    <fieldset className="grid gap-2" aria-labelledby={id}>
      <span id={id} className="label">
        Roles
      </span>
      {roles.map(({ name, label, text }) => (
        <Checkbox
          key={name}
          checked={value.includes(name)}
          onChange={(isOn) => onChange(isOn ? [...value, name] : value.filter((role) => role !== name))}
        >
          {label} <span className="text-text-3">{text}</span>
        </Checkbox>
      ))}
      <span className="text-12 text-text-3">
        {value.length === 0 ? 'Without a role they only read.' : 'With several, the strongest counts.'}
      </span>
    </fieldset>
  );
}
