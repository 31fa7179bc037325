import { useState } from 'react';
import { useIsOwner } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Choices, Segmented } from '../../ui/form/choices.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import { BecomeOwner } from '../../vault-state/become-owner.tsx';
import { type CopyFormat, formats, type KeepWay, ways } from './copy-formats.ts';

interface FormatStepProps {
  offered: readonly KeepWay[];
  onChoose: (way: KeepWay, format: CopyFormat, place: string, unprotectedConfirmed: boolean) => void;
}

/** Choice of the copy's format. */
export function FormatStep({ offered, onChoose }: FormatStepProps) {
  const isOwner = useIsOwner();
  const [way, setWay] = useState<KeepWay | null>(offered[0] ?? null);
  const [format, setFormat] = useState<CopyFormat>('age');
  const [isSure, setSure] = useState(false);
  const [place, setPlace] = useState('');
  const choose = (next: KeepWay) => {
    setWay(next);
    setFormat(formatsOf(next)[0] ?? 'age');
    setSure(false);
    setPlace('');
  };
  const isReady = way !== null && (way !== 'plain' || isSure);
  // What shows the key in the open is the owner's.
  const formatsOf = (each: KeepWay) =>
    ways[each].formats.filter((one) => isOwner || formats[one].hasPassphrase);
  const isForOwner = (each: KeepWay) => formatsOf(each).length === 0;
  return (
    <Form
      className="mt-2 grid grid-cols-1 gap-3"
      onSubmit={() => way && isReady && onChoose(way, format, place.trim(), isSure)}
    >
      <Choices
        label="How to keep the copy"
        value={way}
        onChange={choose}
        options={offered.map((each) => ({
          value: each,
          title: ways[each].title,
          text: isForOwner(each) ? 'Only for the owner of this machine.' : ways[each].text,
          icon: ways[each].icon,
          aside: <span className="max-phone:hidden">{ways[each].time}</span>,
          disabled: isForOwner(each),
          more:
            ways[each].formats.length > 1 ? (
              <div className="grid grid-cols-1 gap-3">
                <FormatChoice among={formatsOf(each)} value={format} onChange={setFormat} />
                <TextField
                  label="Where you will keep it"
                  hint="Shown in the list of copies. Optional."
                  placeholder={each === 'paper' ? 'Desk drawer' : 'Family vault'}
                  dir="auto"
                  maxLength={200}
                  value={place}
                  onChange={(event) => setPlace(event.target.value)}
                />
              </div>
            ) : each === 'plain' ? (
              <Checkbox checked={isSure} onChange={setSure}>
                I understand that anyone who finds this file can decrypt every secret.
              </Checkbox>
            ) : undefined,
        }))}
      />
      {offered.some(isForOwner) && <BecomeOwner />}
      <Button kind="main" className="justify-self-start" type="submit" disabled={!isReady}>
        Continue{' '}
      </Button>
    </Form>
  );
}

interface FormatChoiceProps {
  among: readonly CopyFormat[];
  value: CopyFormat;
  onChange: (format: CopyFormat) => void;
}

/** The formats of one option, with descriptions. */
export function FormatChoice({ among, value, onChange }: FormatChoiceProps) {
  return (
    <div className="grid gap-2">
      <div className="max-w-full overflow-x-auto">
        <Segmented
          label="Format"
          value={value}
          onChange={onChange}
          options={among.map((each) => ({ value: each, label: formats[each].name }))}
        />
      </div>
      <p className="text-12 text-text-3">{formats[value].fact}</p>
    </div>
  );
}
