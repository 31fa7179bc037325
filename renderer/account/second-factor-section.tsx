import { ShieldCheck, ShieldOff } from 'lucide-react';
import { useState } from 'react';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/form/field.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { QrCode } from '../ui/instruments/qr-code.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { Section } from '../ui/page.tsx';
import { CannotEncrypt, useCanEncrypt } from '../vault-state/can-encrypt.tsx';

/** Turns the second factor (a code in addition to the password) on or off. */
export function SecondFactorSection({ isOn }: { isOn: boolean }) {
  // SECURITY: the new secret and its recovery codes are only in this state, and cleared once stored or cancelled.
  const [setup, setSetup] = useState<SecondFactorSetup | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  const canEncrypt = useCanEncrypt();
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
                ? 'Signing in also asks for a code from your authenticator.'
                : 'With a second factor, a leaked password is not enough to sign in.'}
            </span>
          </span>
          {isOn ? (
            <Button icon={ShieldOff} onClick={() => setLeaving(true)}>
              Turn off…
            </Button>
          ) : (
            <Button
              icon={ShieldCheck}
              isBusy={begin.isPending}
              disabled={!canEncrypt}
              onClick={() => begin.mutate()}
            >
              Set up
            </Button>
          )}
        </div>
        {!canEncrypt && <CannotEncrypt what={isOn ? lockedWords.on : lockedWords.off} />}
        <FormError mutation={begin} />
      </div>
      {setup && <SetUpDialog setup={setup} onClose={() => setSetup(null)} onVerified={finish} />}
      {codes && (
        <ShownOnce name="Your recovery codes" values={codes} onStored={() => setCodes(null)}>
          The second factor is on. If you lose your phone, each of these codes works once instead of your
          authenticator. Keep them separate from your password.
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
      title="Turn off the second factor?"
      action="Turn it off"
      keep="Keep it on"
      mutation={switchOff}
      onClose={onClose}
    >
      <p>
        After that, the password alone is enough to sign in as you. The secret in your authenticator and all
        recovery codes stop working; setting it up again creates new ones.
      </p>
    </ConfirmDialog>
  );
}

const lockedWords = {
  on: 'Authenticator codes cannot be checked now. Your recovery codes still work.',
  off: 'The new secret could not be encrypted.',
};

interface SecondFactorSetup {
  secret_key: string;
  otpauth_url: string;
  recovery_codes: string[];
  /** What to know before it is on. */
  note: string | null;
}

interface SetUpDialogProps {
  setup: SecondFactorSetup;
  onClose: () => void;
  onVerified: () => void;
}

/** Shows the new secret for an authenticator and asks for its first code. */
function SetUpDialog({ setup, onClose, onVerified }: SetUpDialogProps) {
  const [code, setCode] = useState('');
  const digits = code.replace(/\D/g, '');
  const verify = useApiMutation(() => ask(client.POST('/users/me/mfa/verify', { body: { code: digits } })), {
    changes: ['session', 'users'],
    onDone: onVerified,
  });
  return (
    <FormDialog
      title="Set up the second factor"
      text="Scan this with an authenticator: a password manager or a phone app. Nothing changes until you enter its first code."
      action="Turn it on"
      mutation={verify}
      isReady={digits.length === 6}
      width={640}
      onClose={onClose}
    >
      {setup.note && <Banner tone="attention">{setup.note}</Banner>}
      <div className="grid items-start gap-5 phone:grid-cols-[auto_minmax(0,1fr)]">
        <QrCode
          text={setup.otpauth_url}
          label="QR code for your authenticator"
          className="size-48 rounded-2 border border-line"
        />
        <div className="grid gap-4">
          <div className="grid gap-1">
            <span className="label">Or type the secret</span>
            <output className="rounded-2 border border-line bg-inset px-3 py-2 font-mono text-13 select-all [overflow-wrap:anywhere]">
              {setup.secret_key.match(/.{1,4}/g)?.join(' ')}
            </output>
            <span className="text-12 text-text-3">Time-based (TOTP), 6 digits, 30 seconds.</span>
          </div>
          <TextField
            label="Code from the authenticator"
            value={code}
            onChange={(event) => setCode(event.target.value)}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={10}
            isMono
            autoFocus
          />
        </div>
      </div>
    </FormDialog>
  );
}
