import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { ApiProblem, hasCode } from '../../api/problem.ts';
import { sayAllSecrets } from '../../secrets/secret-words.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import type { VaultStatus } from '../../vault-state/vault.ts';

/** What will happen, and the button for the first step. */
export function StartRotation({ vault, wasUndone }: { vault: VaultStatus; wasUndone: boolean }) {
  const [passphrase, setPassphrase] = useState('');
  const asksPassphrase = vault.custody.name === 'passphrase';
  const stage = useApiMutation(
    () =>
      askConfirmed(() => client.POST('/vault/key/rotation', { body: asksPassphrase ? { passphrase } : {} })),
    { changes: ['vault'], onDone: () => setPassphrase('') },
  );
  const isPassphrase = hasCode(stage.error, 'passphrase_wrong', 'passphrase_required');
  return (
    <Form
      className="card grid max-w-180 gap-4 p-6"
      mutation={stage}
      onSubmit={() => {
        stage.mutate();
      }}
    >
      {wasUndone && <Banner tone="info">The rotation was undone. The key has not changed.</Banner>}
      <h2 className="t16">A new key for {sayAllSecrets(vault.secrets)}</h2>
      <ol className="grid list-decimal gap-1 pl-5 text-text-2">
        <li>
          Every value is decrypted once as a check. If one cannot be decrypted, the rotation stops here and
          names it.
        </li>
        <li>The new key is created and stored next to the old one. Nothing is encrypted with it yet.</li>
        <li>You make a copy of the new key, and it is verified.</li>
        <li>
          Every value is encrypted with the new key. Everything stays usable meanwhile, and after a power cut
          the rotation continues where it stopped.
        </li>
        <li>
          The old key decrypts old backups until you shred it. Copies of the old key cannot decrypt anything
          newer.
        </li>
      </ol>
      {asksPassphrase && (
        <PasswordField
          label="Passphrase"
          hint="The passphrase you type after a start. It also protects the new key."
          autoComplete="current-password"
          value={passphrase}
          onChange={(event) => setPassphrase(event.target.value)}
          error={isPassphrase ? stage.message : undefined}
        />
      )}
      {!isPassphrase && <Refusal error={stage.error} said={stage.message} />}
      <Button
        kind="main"
        type="submit"
        className="justify-self-start"
        isBusy={stage.isPending}
        disabled={asksPassphrase && passphrase === ''}
      >
        Create the new key
      </Button>
    </Form>
  );
}

interface Unreadable {
  id: string;
  kind: string;
  title: string | null;
}

const SHOWN = 8;

/** Why it cannot start, with the names of values that cannot be decrypted. */
function Refusal({ error, said }: { error: unknown; said: string | undefined }) {
  if (said === undefined) return null;
  const unreadable =
    error instanceof ApiProblem && Array.isArray(error.details.unreadable)
      ? (error.details.unreadable as Unreadable[])
      : [];
  return (
    <div className="grid gap-2">
      <Banner
        tone="danger"
        action={
          unreadable.length > 0 && (
            <Link to="/secrets" className={buttonClass()}>
              Show them
            </Link>
          )
        }
      >
        {said}
      </Banner>
      {unreadable.length > 0 && (
        <ul className="grid list-disc gap-1 pl-5 text-text-2" aria-label="Values that cannot be decrypted">
          {unreadable.slice(0, SHOWN).map(({ id, kind, title }) => (
            <li key={id} className="[overflow-wrap:anywhere]">
              {title ?? `An unused value of the kind ${kind}`}
            </li>
          ))}
          {unreadable.length > SHOWN && <li>and {unreadable.length - SHOWN} more</li>}
        </ul>
      )}
    </div>
  );
}
