import { type Ends, foundWords, sayFoundEnd } from '../../projects/end-words.ts';
import { Select } from '../../ui/form/choices.tsx';
import { Field, TextField } from '../../ui/form/field.tsx';
import { formatDate, formatFileDay } from '../../ui/time.ts';

/** As the API takes it: a time, never, or, null, as the value says; undefined where nothing was chosen. */
export type SaidEnd = number | 'never' | null | undefined;

/** What the fields show. */
export interface EndChoice {
  way: 'found' | 'day' | 'never';
  /** As the browser's field has it: `2027-03-01`. */
  day: string;
  isChosen: boolean;
}

export function choiceOf(ends: Ends | null): EndChoice {
  const at = ends?.expires_from === 'by_hand' ? ends.expires_at : null;
  const way = ends?.expires_from !== 'by_hand' ? 'found' : at === null ? 'never' : 'day';
  return { way, day: at === null ? '' : formatFileDay(at), isChosen: false };
}

/** A day is meant at noon in UTC: so it is that day wherever it is read. */
export function readChoice({ way, day, isChosen }: EndChoice): SaidEnd {
  if (!isChosen) return undefined;
  if (way !== 'day') return way === 'never' ? 'never' : null;
  const at = Date.parse(`${day}T12:00:00Z`);
  return Number.isFinite(at) ? at : undefined;
}

/** Why a choice cannot be sent. */
export const describeChoice = ({ way, day, isChosen }: EndChoice): string | undefined =>
  isChosen && way === 'day' && day === '' ? 'Choose a day, or that its value says it.' : undefined;

interface EndFieldProps {
  /** Of the variable as it is; null for a new one. */
  ends: Ends | null;
  choice: EndChoice;
  onChange: (choice: EndChoice) => void;
  error: string | undefined;
}

/** When the value ends: as it says itself, or as is said here. */
export function EndField({ ends, choice, onChange, error }: EndFieldProps) {
  const { way, day } = choice;
  const choose = (change: Partial<EndChoice>) => onChange({ ...choice, ...change, isChosen: true });
  const hint = way === 'found' ? sayWhatIsFound(ends) : sayByHand(way, ends);
  return (
    <div className="flex flex-wrap items-start gap-3">
      <div className="min-w-0 flex-1 basis-60">
        <Field label="Ends" hint={hint} error={way === 'day' ? undefined : error}>
          {({ id }) => (
            <Select
              id={id}
              value={way}
              onChange={(next) => choose({ way: next })}
              options={[
                { value: 'found', label: labelFound(ends) },
                { value: 'day', label: 'On a day…' },
                { value: 'never', label: 'Never' },
              ]}
            />
          )}
        </Field>
      </div>
      {way === 'day' && (
        <TextField
          label="Day"
          type="date"
          error={error}
          defaultValue={day}
          onChange={({ target }) => choose({ day: target.value })}
        />
      )}
    </div>
  );
}

function labelFound(ends: Ends | null): string {
  if (ends?.found_expires_at == null || ends.found_expires_from === null)
    return 'As the value says, if it does';
  return `As the ${foundWords[ends.found_expires_from]} says: ${formatDate(ends.found_expires_at)}`;
}

const sayWhatIsFound = (ends: Ends | null): string =>
  ends?.found_expires_at == null
    ? 'Certificates, JSON Web Tokens, OpenSSH certificates and OpenPGP keys say it.'
    : 'Read from the value when it was stored.';

function sayByHand(way: 'day' | 'never', ends: Ends | null): string {
  const stays = way === 'day' ? 'It stays with a new value.' : 'Until it gets a new value.';
  const found = ends === null ? '' : sayFoundEnd({ ...ends, expires_from: 'by_hand', expires_at: null });
  return [stays, found].filter((text) => text !== '').join(' ');
}
