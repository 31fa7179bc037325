import { useState } from 'react';
import type { components } from '../api/schema.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Choices } from '../ui/choices.tsx';
import { PassphrasePair } from './copy/passphrase-pair.tsx';
import { custodyChoices } from './custody-choices.ts';
import { useAction } from './use-action.ts';

type Custody = components['schemas']['FirstKey']['custody'];
type FirstCustody = Exclude<Custody, 'external'>;

/** Where the first key is to be kept, as it is sent. */
export interface ChosenCustody {
  custody: FirstCustody;
  passphrase?: string;
}

interface FirstKeyChoiceProps {
  /** Which custody gave no key, and what it is called. */
  asked: { custody: Custody; label: string };
  /** Makes the key there. */
  onChoose: (chosen: ChosenCustody) => Promise<unknown>;
}

const order = ['passphrase', 'file', 'keychain'] as const;

/** No custody took a first key by itself: its owner says where it is kept, and knows what that means. */
export function FirstKeyChoice({ asked, onChoose }: FirstKeyChoiceProps) {
  const [custody, setCustody] = useState<FirstCustody>('passphrase');
  const [passphrase, setPassphrase] = useState<string | null>(null);
  const action = useAction();
  const isReady = custody !== 'passphrase' || passphrase !== null;
  const isAgain = custody === asked.custody;
  const make = () =>
    action.run(() =>
      onChoose({ custody, ...(custody === 'passphrase' && passphrase ? { passphrase } : {}) }),
    );
  return (
    <form
      className="grid grid-cols-1 gap-4"
      aria-label="Where the key is kept"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void make();
      }}
    >
      <Choices
        label="Where the key is kept"
        value={custody}
        onChange={(next) => {
          action.clear();
          setCustody(next);
        }}
        options={order.map((value) => ({
          value,
          ...custodyChoices[value],
          ...(value === 'keychain' && asked.custody === 'keychain' ? { title: capitalize(asked.label) } : {}),
          aside: value === asked.custody ? 'gave no key' : undefined,
          more:
            value === 'passphrase' ? (
              <PassphrasePair hint="Asked for after every start." onReady={setPassphrase} />
            ) : undefined,
        }))}
      />
      {action.said && <Banner tone="danger">{action.said} No key was made.</Banner>}
      <Button
        kind="main"
        type="submit"
        className="justify-self-start"
        isBusy={action.isBusy}
        disabled={!isReady}
      >
        {isAgain ? 'Try it again' : 'Make the key'}
      </Button>
    </form>
  );
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
