import { ShieldCheck, ShieldOff } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { CannotSeal, useCanSeal } from '../vault-state/sealing.tsx';
import { type SecondFactorSetup, SetUpDialog } from './set-up-dialog.tsx';

/** A code beside the password: set up, or switched off again. */
export function SecondFactorSection({ isOn }: { isOn: boolean }) {
  // SECURITY: the new secret and its recovery codes live here, and go when they are stored or given up.
  const [setup, setSetup] = useState<SecondFactorSetup | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  const canSeal = useCanSeal();
  const begin = useApiMutation(() => askConfirmed(() => client.POST('/users/me/mfa/setup')), {
    onDone: setSetup,
  });
  const finish = () => {
    setCodes(setup?.recovery_codes ?? null);
    setSetup(null);
  };
  return (
    <Section title="Second factor">
      <div className="card card-pad grid gap-3">
        <div className="flex flex-wrap items-center gap-3">
          <span className="min-w-0 flex-1 basis-60">
            {isOn ? (
              <span className="row font-medium text-ok-text">
                <Verdict name="ok" className="text-ok-solid" />
                On
              </span>
            ) : (
              <span className="font-medium">Off</span>
            )}
            <span className="block text-text-2">
              {isOn
                ? 'Signing in asks for a code of your authenticator as well.'
                : 'With it, a password that leaked is not enough to come in.'}
            </span>
          </span>
          {isOn ? (
            <Button icon={ShieldOff} onClick={() => setLeaving(true)}>
              Switch off…
            </Button>
          ) : (
            <Button
              icon={ShieldCheck}
              isBusy={begin.isPending}
              disabled={!canSeal}
              onClick={() => begin.mutate()}
            >
              Set up
            </Button>
          )}
        </div>
        {!canSeal && <CannotSeal what={isOn ? lockedWords.on : lockedWords.off} />}
        <FormError mutation={begin} />
      </div>
      {setup && <SetUpDialog setup={setup} onClose={() => setSetup(null)} onVerified={finish} />}
      {codes && (
        <ShownOnce name="Your recovery codes" values={codes} onStored={() => setCodes(null)}>
          The second factor is on. Each of these codes works once in place of your authenticator, when the
          telephone is lost. Keep them apart from the password.
        </ShownOnce>
      )}
      {isLeaving && <SwitchOffDialog onClose={() => setLeaving(false)} />}
    </Section>
  );
}

function SwitchOffDialog({ onClose }: { onClose: () => void }) {
  const switchOff = useApiMutation(() => askConfirmed(() => client.DELETE('/users/me/mfa')), {
    changes: ['session', 'users'],
    onDone: () => {
      onClose();
      showToast({ title: 'The second factor is off' });
    },
  });
  return (
    <ConfirmDialog
      title="Switch the second factor off?"
      action="Switch it off"
      keep="Keep it on"
      mutation={switchOff}
      onClose={onClose}
    >
      <p>
        From then on the password alone lets anyone in as you. The secret in your authenticator and every
        recovery code become worthless; setting it up again makes new ones.
      </p>
    </ConfirmDialog>
  );
}

const lockedWords = {
  on: 'Codes of your authenticator cannot be checked now. Your recovery codes work.',
  off: 'The new secret could not be sealed.',
};
