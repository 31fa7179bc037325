import { LifeBuoy } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { ConfirmationDeclined, describeError, hasCode } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { CopyInput } from '../key/copy-input/copy-input.tsx';
import { type HandedCopy, toUnlockBody } from '../key/copy-input/handed-copy.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { formatCount } from '../ui/time.ts';

interface RescueDialogProps {
  remaining: number;
  fingerprints: readonly string[];
  onClose: () => void;
}

interface Outcome {
  rescued: number;
  unreadable: string[];
}

/** The old key turned up: what was not replaced is opened with it and sealed under the key of today. */
export function RescueDialog({ remaining, fingerprints, onClose }: RescueDialogProps) {
  // SECURITY: what was handed over lives in this ref alone, and is dropped once it was taken.
  const copy = useRef<HandedCopy | null>(null);
  const [isReady, setReady] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const note = useCallback((handed: HandedCopy | null) => {
    copy.current = handed;
    setReady(handed !== null);
    setError(null);
  }, []);
  const rescue = async () => {
    const handed = copy.current;
    if (!handed) return;
    setBusy(true);
    setError(null);
    try {
      setOutcome(
        await askConfirmed(() => client.POST('/vault/recovery/rescue', { body: toUnlockBody(handed) })),
      );
      copy.current = null;
      await queryClient.invalidateQueries();
    } catch (thrown) {
      setError(thrown instanceof ConfirmationDeclined ? null : thrown);
    } finally {
      setBusy(false);
    }
  };
  if (outcome) return <Rescued outcome={outcome} onClose={onClose} />;
  const isPassphrase = hasCode(error, 'passphrase_wrong', 'passphrase_required');
  return (
    <Dialog
      isOpen
      onClose={() => !isBusy && onClose()}
      width={860}
      title="Rescue with the old key"
      text={`Hand over a copy of ${fingerprints.join(' or ')}. ${formatCount(remaining, 'value')} would come back; what you replaced stays as it is.`}
    >
      <div className="grid grid-cols-1 gap-3 pb-5">
        <CopyInput
          title="A copy of the old key"
          purpose="unlock"
          firstWay="words"
          onReady={note}
          passphraseError={isPassphrase ? describeError(error) : undefined}
          action={
            <Button
              kind="main"
              icon={LifeBuoy}
              disabled={!isReady}
              isBusy={isBusy}
              onClick={() => void rescue()}
            >
              Rescue
            </Button>
          }
        />
        {error !== null && !isPassphrase && <Banner tone="danger">{describeError(error)}</Banner>}
      </div>
    </Dialog>
  );
}

function Rescued({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  const { rescued, unreadable } = outcome;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`${formatCount(rescued, 'value')} came back`}
      text={
        unreadable.length === 0
          ? 'They are sealed under the key of today.'
          : `They are sealed under the key of today. ${formatCount(unreadable.length, 'value')} did not open with this key and stay on the list.`
      }
      foot={
        <Button className="ml-auto" onClick={onClose} autoFocus>
          Close
        </Button>
      }
    />
  );
}
