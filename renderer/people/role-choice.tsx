import { useId } from 'react';
import { Checkbox } from '../ui/form/choices.tsx';

interface RoleChoiceProps {
  value: readonly Role[];
  onChange: (roles: readonly Role[]) => void;
}

/** A person may have several roles; the strongest applies. */
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
        {value.length === 0
          ? 'Without a role they can only read.'
          : 'With several roles, the strongest applies.'}
      </span>
    </fieldset>
  );
}

/** Roles from strongest to weakest, in words. */
export const roles = [
  {
    name: 'admin',
    label: 'Administrator',
    text: 'Everything: people, settings, the key, every project.',
  },
  {
    name: 'user',
    label: 'User',
    text: 'Projects, their variables and secret values, tokens and API keys.',
  },
  {
    name: 'reader',
    label: 'Reader',
    text: 'Sees projects and variable names. No secret values, no changes.',
  },
  {
    name: 'member',
    label: 'Member',
    text: 'No project by itself: only those in whose settings they are made a member.',
  },
] as const;

export type Role = (typeof roles)[number]['name'];

/** Whether the strongest of these roles may less than the strongest of those; without a role one can only read. */
export function isWeaker(next: readonly Role[], before: readonly Role[]): boolean {
  const strength = (held: readonly Role[]) => {
    const rank = roles.findIndex(({ name }) => held.includes(name));
    return rank === -1 ? roles.findIndex(({ name }) => name === 'reader') : rank;
  };
  return strength(next) > strength(before);
}

export function roleLabel(name: string): string {
  return roles.find((role) => role.name === name)?.label ?? name;
}
