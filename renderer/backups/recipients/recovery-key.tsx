import { Copy, Eye, EyeOff, FileDown, KeyRound } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { useHiddenFromCapture } from '../../key/copy/use-hidden.ts';
import { Button } from '../../ui/button.tsx';
import { copySecret } from '../../ui/clipboard/secret-clipboard.tsx';
import { useHiddenWhenAway } from '../../ui/cover.ts';
import { TextField } from '../../ui/form/field.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { FormDialog } from '../../ui/overlays/form-dialog.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { serverNow } from '../../ui/time.ts';

interface Created {
  id: string;
  recipient: string;
  /** SECURITY: the identity is in this array alone, which is emptied once it was kept: React keeps former states. */
  values: string[];
}

interface RecoveryKeyOfferProps {
  /** It was created, shown, and given back. */
  onVerified: (recipient: string) => void;
}

/** Creates a recovery key, shows it once, and lets it count once it was given back. */
export function RecoveryKeyOffer({ onVerified }: RecoveryKeyOfferProps) {
  const [created, setCreated] = useState<Created | null>(null);
  const [isKept, setKept] = useState(false);
  const create = useApiMutation(() => askConfirmed(() => client.POST('/backups/recovery-recipients')), {
    onDone: ({ identity, ...made }) => {
      setKept(false);
      setCreated({ ...made, values: [identity] });
    },
  });
  const close = () => {
    if (created) created.values.length = 0;
    setCreated(null);
  };
  return (
    <div className="grid justify-items-start gap-2">
      <Button isSmall icon={KeyRound} isBusy={create.isPending} onClick={() => create.mutate()}>
        Create a recovery key…
      </Button>
      <ErrorLine said={create.message} />
      {created && !isKept && (
        <KeepDialog
          created={created}
          onKept={() => {
            created.values.length = 0;
            setKept(true);
          }}
          onClose={close}
        />
      )}
      {created && isKept && (
        <VerifyDialog
          created={created}
          onVerified={() => {
            close();
            onVerified(created.recipient);
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

interface KeepDialogProps {
  created: Created;
  onKept: () => void;
  onClose: () => void;
}

/** SECURITY: as wherever a key is shown, it is hidden while the window does not have the focus, and in no capture of the screen. */
function KeepDialog({ created: { recipient, values }, onKept, onClose }: KeepDialogProps) {
  const [isShown, setShown] = useState(true);
  const [refused, setRefused] = useState<string>();
  const hide = useCallback(() => setShown(false), []);
  useHiddenWhenAway(isShown, hide);
  useHiddenFromCapture(isShown);
  const [identity = ''] = values;
  const copy = () =>
    copySecret(identity, 'The recovery key').then(
      () => setRefused(undefined),
      () => setRefused('The browser does not allow clipboard access. Save it as a file, or write it down.'),
    );
  return (
    <Dialog
      isAlert
      onClose={onClose}
      width={560}
      title="Your recovery key, shown only once"
      text="It decrypts backups without the key of this instance: names, accounts and plain values, but no secret. Keep it apart from this computer and from the backups: whoever has both reads them."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <span className="grow" />
          <Button kind="main" onClick={onKept}>
            I have kept it
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <output
          aria-label="Recovery key"
          className="rounded-2 border border-line bg-inset px-3 py-2 font-mono text-13 break-all select-all"
        >
          {isShown ? identity : '•'.repeat(identity.length)}
        </output>
        <div className="flex flex-wrap gap-2">
          <Button icon={isShown ? EyeOff : Eye} onClick={() => setShown(!isShown)}>
            {isShown ? 'Hide' : 'Show'}
          </Button>
          <Button icon={Copy} onClick={() => void copy()}>
            Copy
          </Button>
          <Button
            icon={FileDown}
            onClick={() => saveFile(nameFile(recipient), formatFile(recipient, identity), 'text/plain')}
          >
            Save as a file
          </Button>
        </div>
        <ErrorLine said={refused} />
        <p className="text-12 text-text-3">
          The file is not encrypted: put it on a drive of its own, or into a password manager. Hidden as soon
          as you switch to another window.
        </p>
      </div>
    </Dialog>
  );
}

const nameFile = (recipient: string) => `temps-recovery-key-${recipient.slice(-8)}.txt`;

/** As age-keygen writes it: age and a restore take it as it is. */
const formatFile = (recipient: string, identity: string) =>
  [
    '# Recovery key of backups of Temps: temps-desktop restore FROM --key THIS-FILE',
    `# created: ${new Date(serverNow()).toISOString()}`,
    `# public key: ${recipient}`,
    identity,
    '',
  ].join('\n');

interface VerifyDialogProps {
  created: Created;
  onVerified: () => void;
  onClose: () => void;
}

/** The end of it is enough: its last letters are a checksum over all of it. */
function VerifyDialog({ created: { id }, onVerified, onClose }: VerifyDialogProps) {
  // SECURITY: what is typed, which may be all of it, is only in the browser's own field, which is emptied when it goes: a field
  // that is gone may be kept for long.
  const field = useRef<HTMLInputElement>(null);
  const holdField = useCallback((input: HTMLInputElement) => {
    field.current = input;
    return () => {
      input.value = '';
    };
  }, []);
  const [isReady, setReady] = useState(false);
  const verify = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/backups/recovery-recipients/{id}/verify', {
          params: { path: { id } },
          body: { identity: field.current?.value ?? '' },
        }),
      ),
    { onDone: onVerified },
  );
  return (
    <FormDialog
      title="Verify the recovery key"
      text="It is not shown any more. Take it from where you keep it: it counts once its end is right."
      action="Verify"
      mutation={verify}
      failure={null}
      isReady={isReady}
      onClose={onClose}
    >
      <TextField
        label="Its last 8 letters and digits"
        ref={holdField}
        onChange={(event) => setReady(event.target.value.trim() !== '')}
        error={verify.message}
        hint="Or all of it, pasted."
        autoCapitalize="characters"
        maxLength={1000}
        isMono
        autoFocus
      />
    </FormDialog>
  );
}
