import { Choices } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';
import type { ToldPlace } from '../copy/make-copy.ts';

interface ToldPlaceFieldsProps {
  value: ToldPlace;
  onChange: (value: ToldPlace) => void;
  errors: { on: string | undefined; at: string | undefined };
}

/** Where a downloaded file lies. The instance cannot see it: whoever verifies it says it, and the copy is marked so. */
export function ToldPlaceFields({ value, onChange, errors }: ToldPlaceFieldsProps) {
  return (
    <div className="grid grid-cols-1 gap-3">
      <p className="text-text-2">
        Choose the file from where you will keep it, not from your downloads. This instance cannot see where
        that is, so the copy counts by your word, and the list says so.
      </p>
      <Choices
        label="What it is on"
        value={value.on}
        onChange={(on) => onChange({ ...value, on })}
        options={[
          {
            value: 'other_device',
            title: 'This device',
            text: 'It is not the machine that the instance runs on.',
          },
          {
            value: 'drive',
            title: 'A drive that I keep apart',
            text: 'A USB stick or disk that does not stay in the machine of the instance.',
          },
        ]}
      />
      {errors.on && (
        <p className="text-danger-text" role="alert">
          {errors.on}
        </p>
      )}
      <TextField
        label="Where it lies"
        hint="Such as “stick in the desk drawer”. Shown in the list of copies."
        dir="auto"
        maxLength={200}
        value={value.at}
        onChange={(event) => onChange({ ...value, at: event.target.value })}
        error={errors.at}
      />
    </div>
  );
}
