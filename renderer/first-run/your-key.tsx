import { Check, Info } from 'lucide-react';
import type { components } from '../api/schema.ts';
import { type ChosenCustody, FirstKeyChoice } from '../key/first-key-choice.tsx';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { custodyWords, findIn } from '../vault-state/custody-words.ts';
import { FirstRunFrame } from './first-run-frame.tsx';

export type FirstKey = components['schemas']['FirstKey'];

interface YourKeyProps {
  firstKey: FirstKey;
  facts: { key: string; you: string };
  /** There is none: makes it where it is to be kept. */
  onChoose: (chosen: ChosenCustody) => Promise<unknown>;
  onDone: () => void;
}

/** Step 1: the key is there. Which one, where it is kept, and what that means. */
export function YourKey({ firstKey, facts, onChoose, onDone }: YourKeyProps) {
  const { fingerprint, adopted, custody, label, place, detail, found } = firstKey;
  if (fingerprint === null) {
    return (
      <FirstRunFrame
        current={0}
        facts={facts}
        fingerprint={null}
        title={found ? 'There is a key here already' : 'Where is your key to be kept?'}
        lead={
          found
            ? 'An earlier Temps, or upstream’s server, left it. Secrets need one key that seals them: say whether it is this one.'
            : 'Secrets need one key that seals them. None was made yet: it is kept nowhere that you did not choose.'
        }
      >
        <div className="grid grid-cols-1 gap-4">
          {!found && <Banner tone="attention">{detail ?? `${label} gave no key.`}</Banner>}
          <FirstKeyChoice asked={firstKey} found={found} onChoose={onChoose} />
          <Button kind="plain" className="justify-self-start" onClick={onDone}>
            Go on without a key for now
          </Button>
        </div>
      </FirstRunFrame>
    );
  }
  return (
    <FirstRunFrame
      current={0}
      facts={facts}
      fingerprint={fingerprint}
      title={adopted ? 'Your key was here already' : 'Your key is made'}
      lead="One key seals every secret of this instance. It never leaves this machine by itself, and is in no database, backup or log."
    >
      <ul className="card checks mb-6 px-4 py-2">
        <li className="is-done">
          <Check className="icon" aria-hidden="true" />
          <span>
            Fingerprint <b className="font-mono">{fingerprint}</b>
          </span>
        </li>
        <li className="is-done">
          <Check className="icon" aria-hidden="true" />
          <span className="min-w-0 py-1.5 [overflow-wrap:anywhere]">
            {adopted ? 'Found' : 'Kept'}: <b>{label}</b>{' '}
            <span className="mono text-text-3">{findIn({ name: custody, place })}</span>
          </span>
        </li>
        <li>
          <Info className="icon text-icon" aria-hidden="true" />
          <span className="py-1.5">
            {custodyWords[custody].opens}
            {custody === 'file' &&
              ' No keychain is asked. You can move it to a keychain or under a passphrase later.'}
          </span>
        </li>
      </ul>
      {found && (
        <p className="mb-6 text-text-2 [overflow-wrap:anywhere]">
          The file {found.path} was left as it is
          {adopted
            ? ': an upstream server may need it. Once nothing does, remove it: whoever reads it has this key.'
            : ', with the other key in it.'}
        </p>
      )}
      {adopted && (
        <p className="mb-6 text-text-2">
          It is used as it is: what it sealed elsewhere stays readable with it. If you did not expect a key
          there, stop here and look at that place first.
        </p>
      )}
      <Button kind="main" onClick={onDone} autoFocus>
        Go on
      </Button>
    </FirstRunFrame>
  );
}
