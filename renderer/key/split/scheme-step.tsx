import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/form/choices.tsx';
import { Field } from '../../ui/form/field.tsx';
import { formatCount } from '../../ui/time.ts';
import { MAX_SHARES } from './split-requests.ts';

export interface Scheme {
  shares: number;
  threshold: number;
}

interface SchemeStepProps {
  isBusy: boolean;
  onChoose: (scheme: Scheme) => void;
}

/** How many shares there will be, and how many of them open the key. */
export function SchemeStep({ isBusy, onChoose }: SchemeStepProps) {
  const [shares, setShares] = useState(3);
  const [threshold, setThreshold] = useState(2);
  const change = (count: number) => {
    setShares(count);
    setThreshold(Math.min(threshold, count));
  };
  return (
    <div className="card now grid grid-cols-1 gap-4">
      <div className="grid grid-cols-1 gap-3 phone:grid-cols-2">
        <Field label="Shares">
          {(ids) => (
            <Select
              {...ids}
              value={String(shares)}
              onChange={(value) => change(Number(value))}
              options={numbers(MAX_SHARES)}
            />
          )}
        </Field>
        <Field label="Needed to open the key">
          {(ids) => (
            <Select
              {...ids}
              value={String(threshold)}
              onChange={(value) => setThreshold(Number(value))}
              options={numbers(shares)}
            />
          )}
        </Field>
      </div>
      <p className="text-text-2">
        {shares === threshold
          ? `All ${shares} are needed: if one is lost, the shares open nothing.`
          : `You may lose ${formatCount(shares - threshold, 'share')} and still open the key.`}{' '}
        {threshold === 2 ? 'One share alone says' : `Any ${threshold - 1} shares alone say`} nothing about the
        key.
      </p>
      <Button
        kind="main"
        className="justify-self-start"
        isBusy={isBusy}
        onClick={() => onChoose({ shares, threshold })}
      >
        Split the key
      </Button>
    </div>
  );
}

/** 2 to `last`, as options. */
const numbers = (last: number) =>
  Array.from({ length: last - 1 }, (_, at) => ({ value: String(at + 2), label: String(at + 2) }));
