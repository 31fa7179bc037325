import { ShieldCheck, ShieldOff } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { sessionQuery } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { SubmitError, useSubmit } from '../ui/form/submit.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { DangerDialog } from '../ui/overlays/dialog.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { CannotSeal, useCanSeal } from '../vault-state/sealing.tsx';
import { type SecondFactorSetup, SetUpDialog } from './set-up-dialog.tsx';

const refresh = () =>
  Promise.all([
    queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }),
    queryClient.invalidateQueries({ queryKey: ['users'] }),
  ]);

/** A code beside the password: set up, or switched off again. */
export function SecondFactorSection({ isOn }: { isOn: boolean }) {
  // SECURITY: the new secret and its recovery codes live here, and go when they are stored or given up.
  const [setup, setSetup] = useState<SecondFactorSetup | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  const canSeal = useCanSeal();
  const begin = useSubmit(async () => {
    setSetup(await askConfirmed(() => client.POST('/users/me/mfa/setup')));
  });
  const finish = async () => {
    setCodes(setup?.recovery_codes ?? null);
    setSetup(null);
    await refresh();
  };
  const switchOff = async () => {
    await askConfirmed(() => client.DELETE('/users/me/mfa'));
    await refresh();
    showToast({ title: 'The second factor is off' });
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
              isBusy={begin.isBusy}
              disabled={!canSeal}
              onClick={() => void begin.run()}
            >
              Set up
            </Button>
          )}
        </div>
        {!canSeal && <CannotSeal what={isOn ? lockedWords.on : lockedWords.off} />}
        <SubmitError submit={begin} />
      </div>
      {setup && <SetUpDialog setup={setup} onClose={() => setSetup(null)} onVerified={() => void finish()} />}
      {codes && (
        <ShownOnce name="Your recovery codes" values={codes} onStored={() => setCodes(null)}>
          The second factor is on. Each of these codes works once in place of your authenticator, when the
          telephone is lost. Keep them apart from the password.
        </ShownOnce>
      )}
      <DangerDialog
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        title="Switch the second factor off?"
        action="Switch it off"
        keep="Keep it on"
        onConfirm={switchOff}
      >
        <p>
          From then on the password alone lets anyone in as you. The secret in your authenticator and every
          recovery code become worthless; setting it up again makes new ones.
        </p>
      </DangerDialog>
    </Section>
  );
}

const lockedWords = {
  on: 'Codes of your authenticator cannot be checked now. Your recovery codes work.',
  off: 'The new secret could not be sealed.',
};
