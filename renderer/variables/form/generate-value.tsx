import { Dices } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import type { components } from '../../api/schema.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';

type Kind = components['schemas']['GenerateValue']['kind'];

/** In the words of people, with the length that most take; null for what has one length alone. */
const kinds: readonly { value: Kind; label: string; unit: string | null; usual: string }[] = [
  { value: 'characters', label: 'Letters and digits', unit: 'Characters', usual: '32' },
  { value: 'symbols', label: 'Letters, digits and signs', unit: 'Characters', usual: '32' },
  { value: 'hex', label: 'Hexadecimal', unit: 'Bytes', usual: '32' },
  { value: 'base64', label: 'Base64', unit: 'Bytes', usual: '32' },
  { value: 'base64url', label: 'Base64 for URLs', unit: 'Bytes', usual: '32' },
  { value: 'words', label: 'Words', unit: 'Words', usual: '6' },
  { value: 'uuid', label: 'UUID', unit: null, usual: '' },
  { value: 'ed25519_key', label: 'Private key (Ed25519)', unit: null, usual: '' },
];

/**
 * Makes a value that nobody can guess, for the box above.
 *
 * SECURITY: it goes straight to the box, and is kept nowhere here.
 */
export function GenerateValue({ onMade }: { onMade: (value: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState<Kind>('characters');
  const [length, setLength] = useState('32');
  const chosen = kinds.find(({ value }) => value === kind);
  const make = useApiMutation(
    () =>
      ask(
        client.POST('/generated-values', {
          body: { kind, ...(chosen?.unit ? { length: Number(length) || 0 } : {}) },
        }),
      ),
    { onDone: ({ value }) => onMade(value) },
  );
  if (!isOpen)
    return (
      <Button
        isSmall
        kind="plain"
        icon={Dices}
        className="-ml-2.5 justify-self-start"
        onClick={() => setOpen(true)}
      >
        Generate a value
      </Button>
    );
  return (
    <fieldset className="flex flex-wrap items-end gap-3" aria-label="Generate a value">
      <span className="w-56 max-phone:w-full">
        <Select
          label="Made of"
          value={kind}
          onChange={(next) => {
            setKind(next);
            setLength(kinds.find(({ value }) => value === next)?.usual ?? '');
          }}
          options={kinds}
        />
      </span>
      {chosen?.unit && (
        <span className="w-28">
          <TextField
            label={chosen.unit}
            inputMode="numeric"
            maxLength={4}
            value={length}
            onChange={(event) => setLength(event.target.value.replaceAll(/\D/g, ''))}
            error={make.fieldError('length')}
          />
        </span>
      )}
      <Button icon={Dices} isBusy={make.isPending} onClick={() => make.mutate()}>
        Generate
      </Button>
    </fieldset>
  );
}
