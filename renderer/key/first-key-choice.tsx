import { FileKey2, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../api/mutation.ts';
import type { components } from '../api/schema.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Choices } from '../ui/form/choices.tsx';
import { Form } from '../ui/form/form.tsx';
import { custodyChoice, keeperOf } from '../vault-state/custody-words.ts';
import { PassphrasePair } from './copy/passphrase-pair.tsx';

type FirstKey = components['schemas']['FirstKey'];
type FirstCustody = Exclude<FirstKey['custody'], 'external'>;

/** Request body: where to store the first key. */
export interface ChosenCustody {
  custody: FirstCustody;
  passphrase?: string;
  use_found?: boolean;
}

interface FirstKeyChoiceProps {
  /** The custody that was tried first, and its name. */
  asked: Pick<FirstKey, 'custody' | 'label'>;
  /** A key file that already exists. */
  found?: FirstKey['found'];
  /** Creates the key there, or uses the existing one. */
  onChoose: (chosen: ChosenCustody) => Promise<unknown>;
}

/** Shown when no first key was created automatically: the owner chooses which key to use and where to store it. */
export function FirstKeyChoice({ asked, found = null, onChoose }: FirstKeyChoiceProps) {
  const [usesFound, setUsesFound] = useState(found !== null);
  const [custody, setCustody] = useState<FirstCustody>(found ? 'keychain' : 'passphrase');
  const [passphrase, setPassphrase] = useState<string | null>(null);
  const make = useApiMutation(onChoose, { changes: ['vault'] });
  // A new key cannot go where the other one is.
  const order = found
    ? (['keychain', 'passphrase', 'file'] as const)
    : (['passphrase', 'file', 'keychain'] as const);
  const offered = order.filter((name) => name !== 'file' || found === null || usesFound);
  const isReady = custody !== 'passphrase' || passphrase !== null;
  const change = (next: { custody?: FirstCustody; usesFound?: boolean }) => {
    make.reset();
    if (next.custody) setCustody(next.custody);
    if (next.usesFound === undefined) return;
    setUsesFound(next.usesFound);
    if (!next.usesFound && custody === 'file') setCustody('keychain');
  };
  return (
    <Form
      className="grid grid-cols-1 gap-4"
      aria-label="The first key"
      mutation={make}
      onSubmit={() => {
        if (isReady)
          make.mutate({
            custody,
            ...(custody === 'passphrase' && passphrase ? { passphrase } : {}),
            ...(found ? { use_found: usesFound } : {}),
          });
      }}
    >
      {found && (
        <Choices
          label="Which key"
          value={usesFound ? 'found' : 'new'}
          onChange={(next) => change({ usesFound: next === 'found' })}
          options={[
            {
              value: 'found',
              title: 'Use the existing key',
              text: `${found.fingerprint}, in ${found.path}. It can decrypt what it encrypted elsewhere.`,
              icon: FileKey2,
            },
            {
              value: 'new',
              title: 'Create a new key',
              text: 'The file stays unchanged and is not used here.',
              icon: KeyRound,
            },
          ]}
        />
      )}
      {found && <h2>Where it is stored</h2>}
      <Choices
        label="Where the key is stored"
        value={custody}
        onChange={(next) => change({ custody: next })}
        options={offered.map((value) => ({
          value,
          ...custodyChoice(value),
          ...(value === 'keychain' && asked.custody === 'keychain'
            ? { title: keeperOf({ name: value, label: asked.label }) }
            : {}),
          aside: found === null && value === asked.custody ? 'returned no key' : undefined,
          more:
            value === 'passphrase' ? (
              <PassphrasePair hint="Asked for after every start." onReady={setPassphrase} />
            ) : undefined,
        }))}
      />
      {make.message && <Banner tone="danger">{make.message} No key was created.</Banner>}
      <Button
        kind="main"
        type="submit"
        className="justify-self-start"
        isBusy={make.isPending}
        disabled={!isReady}
      >
        {found && usesFound
          ? 'Use this key'
          : found === null && custody === asked.custody
            ? 'Try again'
            : 'Create the key'}
      </Button>
    </Form>
  );
}
