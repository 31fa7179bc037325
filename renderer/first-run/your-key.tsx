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
  /** Without a key: creates it where it should be stored. */
  onChoose: (chosen: ChosenCustody) => Promise<unknown>;
  onDone: () => void;
  /** To what there was before, instead of something new. */
  onRestore: () => void;
}

/** Step 1: which key it is, where it is stored, and what that means. */
export function YourKey({ firstKey, facts, onChoose, onDone, onRestore }: YourKeyProps) {
  const { fingerprint, adopted, custody, label, place, detail, found } = firstKey;
  if (fingerprint === null) {
    return (
      <FirstRunFrame
        current={0}
        facts={facts}
        fingerprint={null}
        title={found ? 'A key already exists here' : 'Where should your key be stored?'}
        lead={
          found
            ? 'It was left by an earlier Temps or by the upstream server. One key encrypts all secrets: choose whether to use this one.'
            : 'One key encrypts all secrets. It has not been created yet: it is stored only where you choose.'
        }
      >
        <div className="grid grid-cols-1 gap-4">
          {!found && <Banner tone="attention">{detail ?? `${label} returned no key.`}</Banner>}
          <FirstKeyChoice asked={firstKey} found={found} onChoose={onChoose} />
          <div className="setup-end">
            <Button kind="plain" onClick={onDone}>
              Continue without a key for now
            </Button>
            <Restore onRestore={onRestore} />
          </div>
        </div>
      </FirstRunFrame>
    );
  }
  return (
    <FirstRunFrame
      current={0}
      facts={facts}
      fingerprint={fingerprint}
      title={adopted ? 'Your existing key is in use' : 'Your key was created'}
      lead="One key encrypts every secret of this instance. It never leaves this machine on its own, and it is not in any database, backup or log."
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
            {adopted ? 'Found' : 'Stored'}: <b>{label}</b>{' '}
            <span className="mono text-text-3">{findIn({ name: custody, place })}</span>
          </span>
        </li>
        <li>
          <Info className="icon text-icon" aria-hidden="true" />
          <span className="py-1.5">
            {custodyWords[custody].opens}
            {custody === 'file' &&
              ' No keychain is used. You can move it to a keychain or protect it with a passphrase later.'}
          </span>
        </li>
      </ul>
      {found && (
        <p className="mb-6 text-text-2 [overflow-wrap:anywhere]">
          The file {found.path} was not changed
          {adopted
            ? ': an upstream server may still need it. Once nothing does, delete it: anyone who can read it has this key.'
            : ': it holds the other key.'}
        </p>
      )}
      {adopted && (
        <p className="mb-6 text-text-2">
          It is used unchanged, so it still decrypts what it encrypted elsewhere. If you did not expect a key
          there, stop here and check that location first.
        </p>
      )}
      <div className="setup-end">
        <Button kind="main" onClick={onDone} autoFocus>
          Start new
        </Button>
        <Restore onRestore={onRestore} />
      </div>
    </FirstRunFrame>
  );
}

function Restore({ onRestore }: { onRestore: () => void }) {
  return (
    <p className="setup-later">
      <Button onClick={onRestore}>Restore from a backup</Button>
      <span>Bring an instance back that was elsewhere before, with a copy of its key.</span>
    </p>
  );
}
