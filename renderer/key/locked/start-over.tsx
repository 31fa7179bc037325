import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import { countToLose, listToLose } from '../../secrets/secret-words.ts';
import { Choices } from '../../ui/form/choices.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { formatCount } from '../../ui/time.ts';
import { custodyChoice } from '../../vault-state/custody-words.ts';
import { type VaultStatus, vaultQuery } from '../../vault-state/vault.ts';

const offered = ['keychain', 'passphrase', 'file'] as const;

/** The last way: a new key, and what the old one sealed stays unreadable. Behind the instance's name, typed. */
export function StartOver({ vault, onClose }: { vault: VaultStatus; onClose: () => void }) {
  const navigate = useNavigate();
  const current = vault.custody.name;
  const [custody, setCustody] = useState<(typeof offered)[number]>(current === 'external' ? 'file' : current);
  // SECURITY: in the fields themselves, never in state that outlives them.
  const fields = useRef<HTMLDivElement>(null);
  const [isPassphraseGood, setPassphraseGood] = useState(false);
  const lost = countToLose(vault.secrets.at_stake);
  const values = formatCount(lost, 'value');
  const typed = () =>
    [...(fields.current?.querySelectorAll<HTMLInputElement>('input[data-passphrase]') ?? [])].map(
      ({ value }) => value,
    );
  const judge = () => {
    const [first = '', second] = typed();
    setPassphraseGood(first !== '' && first === second);
  };
  const startOver = useApiMutation(
    () => {
      const [passphrase] = typed();
      return askConfirmed(() =>
        client.POST('/vault/start-over', {
          body: {
            instance_name: vault.instance.name,
            custody,
            ...(custody === 'passphrase' && passphrase ? { passphrase } : {}),
          },
        }),
      );
    },
    {
      changes: 'everything',
      onDone: (status) => {
        queryClient.setQueryData(vaultQuery.queryKey, status);
        return navigate({ to: '/recovery' });
      },
    },
  );
  return (
    <ConfirmDialog
      title={lost === 0 ? 'Start over with a new key?' : `Start over and give up ${values}?`}
      action={lost === 0 ? 'Start over' : `Give up ${values}`}
      keep="Keep looking"
      mutation={startOver}
      isReady={custody !== 'passphrase' || isPassphraseGood}
      fields={
        <div ref={fields} className="grid gap-1.5">
          <span className="label">Where the new key is kept</span>
          <Choices
            label="Where the new key is kept"
            value={custody}
            onChange={setCustody}
            options={offered.map((value) => ({
              value,
              ...custodyChoice(value),
              more: value === 'passphrase' ? <Passphrases onChange={judge} /> : undefined,
            }))}
          />
        </div>
      }
      typed={{
        label: (
          <>
            Type <b>{vault.instance.name}</b> to start over
          </>
        ),
        name: vault.instance.name,
      }}
      onClose={onClose}
    >
      {lost > 0 && (
        <p>
          Lost with the key: <b className="text-text">{listToLose(vault.secrets.at_stake)}</b>. You get a list
          to enter them again or make new ones.
        </p>
      )}
      <p>
        Nothing is deleted: if the key {vault.fingerprint} turns up later, it rescues what was not entered
        again.
      </p>
    </ConfirmDialog>
  );
}

function Passphrases({ onChange }: { onChange: () => void }) {
  return (
    <div className="grid gap-3">
      <PasswordField
        label="Passphrase"
        data-passphrase
        autoComplete="new-password"
        maxLength={1024}
        onChange={onChange}
        hint="Several words that do not belong together. It is asked for after each start."
      />
      <PasswordField
        label="The same again"
        data-passphrase
        autoComplete="new-password"
        maxLength={1024}
        onChange={onChange}
      />
    </div>
  );
}
