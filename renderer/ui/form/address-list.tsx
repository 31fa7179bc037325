import { TextAreaField } from './field.tsx';

interface AddressListFieldProps {
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  autoFocus?: boolean;
}

/** From where a key or token may be used: as typed, see `readAddressList`. */
export function AddressListField({ value, onChange, error, autoFocus = false }: AddressListFieldProps) {
  return (
    <TextAreaField
      label="Only from these addresses"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
      hint="Addresses or networks, like 192.168.1.0/24 or fd00::/8, one on each line. Empty for any. Programs on this machine count as 127.0.0.1 and ::1; behind a reverse proxy, everyone has the proxy’s address."
      rows={2}
      autoFocus={autoFocus}
    />
  );
}

/** As the API takes it; null for any. */
export function readAddressList(typed: string): string[] | null {
  const entries = typed.split(/[\s,;]+/).filter((entry) => entry !== '');
  return entries.length === 0 ? null : entries;
}

/** For the field, of what the API gives. */
export const writeAddressList = (allowed: readonly string[] | null): string => allowed?.join('\n') ?? '';

/** In a row, below what a key may: nothing for any. */
export function AddressLimit({ allowed }: { allowed: readonly string[] | null }) {
  if (allowed === null) return null;
  const text = `only from ${allowed.join(', ')}`;
  return (
    <span className="block truncate text-12 text-text-3" title={text}>
      {text}
    </span>
  );
}
