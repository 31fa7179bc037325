import { KeyRound, LockKeyholeOpen } from 'lucide-react';
import { useRef } from 'react';
import { hasCode } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import { FormError } from '../../ui/form/form-error.tsx';
import { findIn, nameCustody } from '../../vault-state/custody-words.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { useUnlock } from './unlock.ts';

/** After "Lock now": unlocks with the key in its custody, with one click. */
export function CustodyUnlock({ custody }: { custody: VaultStatus['custody'] }) {
  const unlock = useUnlock();
  return (
    <section className="card locked-first" aria-label="Unlock with the stored key">
      <KeyRound className="icon icon-20" aria-hidden="true" />
      <div className="min-w-0">
        <h2>Use the key in {nameCustody(custody)}</h2>
        <p className="[overflow-wrap:anywhere]">{findIn(custody)}</p>
      </div>
      <Button
        kind="main"
        icon={LockKeyholeOpen}
        isBusy={unlock.isPending}
        onClick={() => unlock.mutate({ method: 'custody' })}
        autoFocus
      >
        Unlock
      </Button>
      <div className="col-span-full empty:hidden">
        <FormError mutation={unlock} />
      </div>
    </section>
  );
}

/** Passphrase custody: asks for the passphrase of the key file. */
export function PassphraseUnlock() {
  const form = useRef<HTMLFormElement>(null);
  const unlock = useUnlock(() => form.current?.reset());
  const isWrong = hasCode(unlock.error, 'passphrase_wrong', 'passphrase_required');
  return (
    <section className="card card-pad" aria-label="Unlock with the passphrase">
      <Form
        ref={form}
        className="grid gap-3"
        mutation={unlock}
        onSubmit={(form) => {
          const passphrase = String(new FormData(form).get('passphrase') ?? '');
          unlock.mutate({ method: 'passphrase', passphrase });
        }}
      >
        <PasswordField
          label="Passphrase of the key"
          name="passphrase"
          autoComplete="off"
          maxLength={1024}
          required
          autoFocus
          error={isWrong ? unlock.message : undefined}
          hint="Decrypting the file takes about a second, which slows down guessing."
        />
        {!isWrong && <FormError mutation={unlock} />}
        <Button
          kind="main"
          type="submit"
          icon={LockKeyholeOpen}
          isBusy={unlock.isPending}
          className="justify-self-end"
        >
          Unlock
        </Button>
      </Form>
    </section>
  );
}
