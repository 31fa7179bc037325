import { CopyInput } from '../../key/copy-input/copy-input.tsx';
import { useHandedCopy } from '../../key/copy-input/use-handed-copy.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import type { GivenKey } from './restore-calls.ts';

export interface KeyStepProps {
  /** Why the key is asked for, or the copy that was given is refused. */
  message: string | null;
  /** The same, of the passphrase. */
  passphraseError: string | undefined;
  /** Whether the key is here, behind a passphrase. */
  isBehindPassphrase: boolean;
  isBusy: boolean;
  onGiven: (key: GivenKey) => void;
}

/**
 * A copy of the key that the backup needs, in any form, or an identity of age, which goes the same ways; or the passphrase of the
 * key that is here.
 */
export function KeyStep({ message, passphraseError, isBehindPassphrase, isBusy, onGiven }: KeyStepProps) {
  const { copy, isReady, note } = useHandedCopy();
  return (
    <div className="grid grid-cols-1 gap-4">
      {message !== null && <Banner tone="attention">{message}</Banner>}
      {isBehindPassphrase && (
        <Form
          className="card card-pad grid gap-4"
          onSubmit={(form) => {
            const passphrase = String(new FormData(form).get('passphrase'));
            if (passphrase !== '') onGiven({ passphrase });
          }}
        >
          <PasswordField
            label="Passphrase of the key here"
            name="passphrase"
            error={passphraseError}
            maxLength={1024}
          />
          <Button kind="main" type="submit" isBusy={isBusy} className="justify-self-start">
            Continue
          </Button>
        </Form>
      )}
      <CopyInput
        title="A copy of the key"
        purpose="restore"
        firstWay="words"
        onReady={note}
        passphraseError={isBehindPassphrase ? undefined : passphraseError}
        onSubmit={() => copy.current && onGiven({ copy: copy.current })}
        action={
          <Button
            type="submit"
            kind={isBehindPassphrase ? 'normal' : 'main'}
            disabled={!isReady}
            isBusy={isBusy}
          >
            Continue
          </Button>
        }
      />
    </div>
  );
}
