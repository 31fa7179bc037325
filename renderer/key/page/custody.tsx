import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { useIsOwner } from '../../app/session.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Choices } from '../../ui/form/choices.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { Section } from '../../ui/page.tsx';
import {
  type CustodyName,
  custodyChoice,
  custodyWords,
  findIn,
  inCustody,
} from '../../vault-state/custody-words.ts';
import { isRotating, type VaultStatus } from '../../vault-state/vault.ts';
import { PassphrasePair } from '../copy/passphrase-pair.tsx';
import { useDesktopKeychain } from '../use-keychain.ts';

/** Where the running instance reads its key from. */
export function Custody({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const [isMoving, setMoving] = useState(false);
  const { custody } = vault;
  return (
    <Section title="Where it is stored">
      <div className="card key-lives">
        <div className="flex items-center gap-2">
          <b className="min-w-0 flex-1">{custody.label}</b>
          {isOwner && (
            <Button isSmall onClick={() => setMoving(true)}>
              Move…
            </Button>
          )}
        </div>
        <p>
          {custodyWords[custody.name].opens}{' '}
          <span className="mono [overflow-wrap:anywhere]">{findIn(custody)}</span>
        </p>
      </div>
      {isMoving && <MoveDialog vault={vault} onClose={() => setMoving(false)} />}
    </Section>
  );
}

const order = ['keychain', 'passphrase', 'file', 'external'] as const;

/** The keychain's name, and whether the key can be moved there now. */
function sayKeychain({ name, state }: { name: string; state: 'ready' | 'locked' | 'refused' }) {
  const said = {
    ready: custodyWords.keychain.opens,
    locked: 'It is locked: unlock it first, then move the key.',
    refused: 'It does not respond on this computer.',
  };
  return { title: name, text: said[state] };
}

/** Moves the key: it is written to the new place, verified, then removed from the old one. */
function MoveDialog({ vault, onClose }: { vault: VaultStatus; onClose: () => void }) {
  const from = vault.custody.name;
  const [to, setTo] = useState<CustodyName>(from === 'keychain' ? 'passphrase' : 'keychain');
  const [passphrase, setPassphrase] = useState<string | null>(null);
  const keychain = useDesktopKeychain();
  const move = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/vault/custody', {
          body: { custody: to, ...(to === 'passphrase' && passphrase ? { passphrase } : {}) },
        }),
      ),
    {
      changes: ['vault'],
      onDone: ({ custody, note }) => {
        onClose();
        showToast(
          { icon: KeyRound, title: `The key is now stored ${inCustody(custody)}`, text: note ?? undefined },
          note ? null : undefined,
        );
      },
    },
  );
  return (
    <FormDialog
      width={640}
      title="Move the key"
      text="It is written to the new place and verified there. Only then is it removed from the old one."
      action="Move the key"
      cancel="Cancel"
      mutation={move}
      failure={move.message && <Banner tone="danger">{move.message} The key stays where it is.</Banner>}
      isReady={!isRotating(vault) && (to !== 'passphrase' || passphrase !== null)}
      onClose={onClose}
    >
      {isRotating(vault) && (
        <Banner tone="info">A rotation is in progress: finish or undo it, then move the key.</Banner>
      )}
      <Choices
        label="Where the key is stored"
        value={to}
        onChange={(next) => {
          move.reset();
          setTo(next);
        }}
        options={order.map((value) => ({
          value,
          ...custodyChoice(value),
          ...(value === 'keychain' && keychain ? sayKeychain(keychain) : {}),
          disabled: value === from,
          aside: value === from ? 'current' : undefined,
          more:
            value === 'passphrase' ? (
              <PassphrasePair hint="Asked for after every start." onReady={setPassphrase} />
            ) : undefined,
        }))}
      />
    </FormDialog>
  );
}
