import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { TextField } from '../ui/form/field.tsx';
import { QrCode } from '../ui/instruments/qr-code.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';

export interface SecondFactorSetup {
  secret_key: string;
  otpauth_url: string;
  recovery_codes: string[];
}

interface SetUpDialogProps {
  setup: SecondFactorSetup;
  onClose: () => void;
  onVerified: () => void;
}

/** The new secret for an authenticator, and its first code to prove that it has it. */
export function SetUpDialog({ setup, onClose, onVerified }: SetUpDialogProps) {
  const [code, setCode] = useState('');
  const digits = code.replace(/\D/g, '');
  const verify = useApiMutation(() => ask(client.POST('/users/me/mfa/verify', { body: { code: digits } })), {
    changes: ['session', 'users'],
    onDone: onVerified,
  });
  return (
    <FormDialog
      title="Set up the second factor"
      text="Scan this with an authenticator: a password manager, an app on a telephone. Nothing changes before its first code came."
      action="Switch it on"
      mutation={verify}
      isReady={digits.length === 6}
      width={640}
      onClose={onClose}
    >
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
            <span className="text-12 text-text-3">Time based, six digits, thirty seconds.</span>
          </div>
          <TextField
            label="The code it shows"
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
