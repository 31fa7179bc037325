import { TextField } from '../ui/form/field.tsx';

export interface PersonText {
  name: string;
  email: string;
}

interface PersonFieldsProps {
  value: PersonText;
  onChange: (value: PersonText) => void;
  /** What the instance says of each. */
  errors: Record<keyof PersonText, string | undefined>;
  hints?: Partial<PersonText>;
  autoFocus?: boolean;
}

/** What someone is called, and the address that they sign in with. */
export function PersonFields({ value, onChange, errors, hints, autoFocus }: PersonFieldsProps) {
  return (
    <>
      <TextField
        label="Name"
        value={value.name}
        onChange={(event) => onChange({ ...value, name: event.target.value })}
        error={errors.name}
        hint={hints?.name}
        dir="auto"
        maxLength={100}
        autoFocus={autoFocus}
      />
      <TextField
        label="E-mail"
        type="email"
        value={value.email}
        onChange={(event) => onChange({ ...value, email: event.target.value })}
        error={errors.email}
        hint={hints?.email}
        maxLength={254}
        required
      />
    </>
  );
}
