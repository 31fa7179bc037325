import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LifeBuoy, RefreshCw } from 'lucide-react';
import { useRef, useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import { useIsOwner } from '../../app/session.ts';
import { countToLose, listToLose } from '../../secrets/secret-words.ts';
import { Button } from '../../ui/button.tsx';
import { Choices } from '../../ui/form/choices.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { formatCount, formatTime } from '../../ui/time.ts';
import { hadKey } from '../../vault-state/case-words.ts';
import { custodyChoice, nameCustody } from '../../vault-state/custody-words.ts';
import { type VaultStatus, vaultQuery } from '../../vault-state/vault.ts';
import { keyVersionsQuery } from '../key-queries.ts';
import { useUnlock } from './unlock.ts';

interface OtherWaysProps {
  vault: VaultStatus;
  /** False if the page already offers the custody above. */
  isCustodyOffered: boolean;
}

/** Without a copy: try the custody again or, as a last resort, start over. */
export function OtherWays({ vault, isCustodyOffered }: OtherWaysProps) {
  if (!isCustodyOffered && !hadKey(vault)) return null;
  return (
    <section className="card ways" aria-label="Other ways">
      {isCustodyOffered && <AskAgain vault={vault} />}
      {hadKey(vault) && <NoCopyAtAll vault={vault} />}
    </section>
  );
}

/** While waiting, the instance retries automatically; its status is polled as often. */
const LOOK_AGAIN_MS = 3000;

function AskAgain({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const isWaiting = vault.case === 'waiting';
  useQuery({ ...vaultQuery, refetchInterval: isWaiting ? LOOK_AGAIN_MS : false });
  const unlock = useUnlock();
  const place = nameCustody(vault.custody);
  const last = vault.custody_asked_at === null ? '' : formatTime(vault.custody_asked_at);
  return (
    <div>
      <RefreshCw className="icon" aria-hidden="true" />
      <div className="min-w-0">
        <b>{vault.custody.name === 'keychain' ? `Try ${place} again` : `Check ${place} again`}</b>
        <p>
          {isWaiting
            ? `It is checked automatically every few seconds, last at ${last}.`
            : `Last checked at ${last}.`}
          {!isOwner && ' Only the owner of this machine can unlock with the key stored there.'}
        </p>
        <ErrorLine said={unlock.message} />
      </div>
      {isOwner && (
        <Button isSmall isBusy={unlock.isPending} onClick={() => unlock.mutate({ method: 'custody' })}>
          Try again
        </Button>
      )}
    </div>
  );
}

function NoCopyAtAll({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const [isOpen, setOpen] = useState(false);
  const lost = countToLose(vault.secrets);
  return (
    <div>
      <LifeBuoy className="icon" aria-hidden="true" />
      <div className="min-w-0">
        <b>No copy at all</b>
        <p>
          {isOwner
            ? `Start over with a new key. ${formatCount(lost, 'secret')} would be lost or entered again.`
            : 'Only the owner of this machine can start over with a new key.'}
        </p>
      </div>
      {isOwner && (
        <Button isSmall onClick={() => setOpen(true)}>
          Start over…
        </Button>
      )}
      {isOpen && <StartOver vault={vault} onClose={() => setOpen(false)} />}
    </div>
  );
}

const offered = ['keychain', 'passphrase', 'file'] as const;

/** The last resort: a new key; what the old one encrypted stays unreadable. Needs the instance's name typed. */
function StartOver({ vault, onClose }: { vault: VaultStatus; onClose: () => void }) {
  const navigate = useNavigate();
  const current = vault.custody.name;
  const [custody, setCustody] = useState<(typeof offered)[number]>(current === 'external' ? 'file' : current);
  // SECURITY: only in the fields, never in state that outlives them.
  const fields = useRef<HTMLDivElement>(null);
  const [isPassphraseGood, setPassphraseGood] = useState(false);
  const versions = useQuery(keyVersionsQuery).data?.epochs;
  const version = versions?.find(({ fingerprint }) => fingerprint === vault.fingerprint);
  const lost = countToLose(vault.secrets);
  const secrets = formatCount(lost, 'secret');
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
      title={lost === 0 ? 'Start over with a new key?' : `Start over and give up ${secrets}?`}
      action={lost === 0 ? 'Start over' : `Give up ${secrets}`}
      keep="Cancel"
      mutation={startOver}
      isReady={custody !== 'passphrase' || isPassphraseGood}
      fields={
        <div ref={fields} className="grid gap-1.5">
          <span className="label">Where the new key is stored</span>
          <Choices
            label="Where the new key is stored"
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
          Lost with the key: <b className="text-text">{listToLose(vault.secrets)}</b>. You get a list so that
          you can enter them again or create new ones.
        </p>
      )}
      {version && version.backups + version.former_databases.length > 0 && (
        <p>Secrets in backups made with this key need it, too. {version.backups_said}</p>
      )}
      <p>
        Nothing is deleted: if you find the key {vault.fingerprint} later, it can recover what was not entered
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
        hint="Several unrelated words. Asked for after every start."
      />
      <PasswordField
        label="Confirm passphrase"
        data-passphrase
        autoComplete="new-password"
        maxLength={1024}
        onChange={onChange}
      />
    </div>
  );
}
