import { KeyRound, LockKeyholeOpen } from 'lucide-react';
import { useRef } from 'react';
import { ask, client } from '../../api/client.ts';
import { describeError, hasCode } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { SubmitError, useSubmit } from '../../ui/form/submit.tsx';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { findIn } from '../custody-words.ts';
import { nameCustody } from './locked-words.ts';
import { unlocked } from './unlock.ts';

const unlockFromCustody = () => ask(client.POST('/vault/unlock', { body: { method: 'custody' } }));

/** After "Lock now": the key is where it was, one press away. */
export function CustodyUnlock({ custody }: { custody: VaultStatus['custody'] }) {
  const submit = useSubmit(async () => unlocked(await unlockFromCustody()));
  return (
    <section className="card locked-first" aria-label="Unlock from where the key is kept">
      <KeyRound className="icon icon-20" aria-hidden="true" />
      <div className="min-w-0">
        <h2>Take the key from {nameCustody(custody)}</h2>
        <p className="[overflow-wrap:anywhere]">{findIn(custody)}</p>
      </div>
      <Button
        kind="main"
        icon={LockKeyholeOpen}
        isBusy={submit.isBusy}
        onClick={() => void submit.run()}
        autoFocus
      >
        Unlock
      </Button>
      <div className="col-span-full empty:hidden">
        <SubmitError submit={submit} />
      </div>
    </section>
  );
}

/** Passphrase custody: the key's own file, opened by what only a person knows. */
export function PassphraseUnlock() {
  const form = useRef<HTMLFormElement>(null);
  const submit = useSubmit(async () => {
    const passphrase = String(new FormData(form.current ?? undefined).get('passphrase') ?? '');
    const answer = await ask(client.POST('/vault/unlock', { body: { method: 'passphrase', passphrase } }));
    form.current?.reset();
    await unlocked(answer);
  });
  const isWrong = hasCode(submit.error, 'passphrase_wrong', 'passphrase_required');
  return (
    <section className="card card-pad" aria-label="Unlock with the passphrase">
      <form
        ref={form}
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void submit.run();
        }}
      >
        <PasswordField
          label="Passphrase of the key"
          name="passphrase"
          autoComplete="off"
          maxLength={1024}
          required
          autoFocus
          error={isWrong ? describeError(submit.error) : undefined}
          hint="Opening the file takes about a second: that is what makes guessing slow."
        />
        {!isWrong && <SubmitError submit={submit} />}
        <Button
          kind="main"
          type="submit"
          icon={LockKeyholeOpen}
          isBusy={submit.isBusy}
          className="justify-self-end"
        >
          Unlock
        </Button>
      </form>
    </section>
  );
}
