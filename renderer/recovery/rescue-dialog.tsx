import { LifeBuoy } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { hasCode } from '../api/problem.ts';
import { CopyInput } from '../key/copy-input/copy-input.tsx';
import { type HandedCopy, toUnlockBody } from '../key/copy-input/handed-copy.ts';
import { useHandedCopy } from '../key/copy-input/use-handed-copy.ts';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { formatCount } from '../ui/time.ts';

interface RescueDialogProps {
  /** "3 secrets (12 earlier versions)". */
  lost: string;
  fingerprints: readonly string[];
  onClose: () => void;
}

interface Outcome {
  rescued: number;
  unreadable: string[];
}

/** Recovers values that were not replaced with the old key, and encrypts them with the current one. */
export function RescueDialog({ lost, fingerprints, onClose }: RescueDialogProps) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const rescue = useApiMutation(
    (handed: HandedCopy) =>
      askConfirmed(() => client.POST('/vault/recovery/rescue', { body: toUnlockBody(handed) })),
    {
      changes: 'everything',
      onDone: (answer) => {
        copy.current = null;
        setOutcome(answer);
      },
    },
  );
  const { copy, isReady, note } = useHandedCopy(rescue.reset);
  if (outcome) return <Rescued outcome={outcome} onClose={onClose} />;
  const isPassphrase = hasCode(rescue.error, 'passphrase_wrong', 'passphrase_required');
  return (
    <Dialog
      onClose={onClose}
      isPending={rescue.isPending}
      width={860}
      title="Rescue with the old key"
      text={`Enter a copy of ${fingerprints.join(' or ')}. ${lost} can be recovered; secrets you replaced are not changed.`}
    >
      <div className="grid grid-cols-1 gap-3 pb-5">
        <CopyInput
          title="A copy of the old key"
          purpose="unlock"
          firstWay="words"
          onReady={note}
          passphraseError={isPassphrase ? rescue.message : undefined}
          onSubmit={() => copy.current && rescue.mutate(copy.current)}
          action={
            <Button kind="main" icon={LifeBuoy} disabled={!isReady} isBusy={rescue.isPending} type="submit">
              Rescue
            </Button>
          }
        />
        {!isPassphrase && <FormError mutation={rescue} />}
      </div>
    </Dialog>
  );
}

function Rescued({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  const { rescued, unreadable } = outcome;
  return (
    <Dialog
      onClose={onClose}
      title={`${formatCount(rescued, 'value')} recovered`}
      text={
        unreadable.length === 0
          ? 'They are now encrypted with the current key.'
          : `They are now encrypted with the current key. ${formatCount(unreadable.length, 'value')} could not be decrypted with this key and ${unreadable.length === 1 ? 'stays' : 'stay'} on the list.`
      }
      foot={
        <Button className="ml-auto" onClick={onClose} autoFocus>
          Close
        </Button>
      }
    />
  );
}
