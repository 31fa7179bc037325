import { type ReactNode, useCallback, useRef, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { hasCode } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/form/choices.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import type { KeyCopy } from '../copy/copy-formats.ts';
import { CopyProgress, useProgressId } from '../copy/copy-progress.tsx';
import { verifyCopy } from '../copy/make-copy.ts';
import { CopyInput, type CopyWay } from '../copy-input/copy-input.tsx';
import type { HandedCopy } from '../copy-input/handed-copy.ts';
import { ThreeWords } from './three-words.tsx';

interface GiveBackProps {
  copyId: number;
  title: string;
  ways: readonly CopyWay[];
  button: string;
  onVerified: (copy: KeyCopy) => void;
}

/** Verification by sending the copy back: the downloaded file, the pasted entry, the QR code. */
export function GiveBack({ copyId, title, ways, button, onVerified }: GiveBackProps) {
  const handed = useRef<HandedCopy | null>(null);
  const [isReady, setReady] = useState(false);
  const progressId = useProgressId();
  const verify = useApiMutation((copy: HandedCopy) => verifyCopy(copyId, copy, progressId), {
    onDone: onVerified,
  });
  const { reset } = verify;
  const onReady = useCallback(
    (copy: HandedCopy | null) => {
      handed.current = copy;
      setReady(copy !== null);
      reset();
    },
    [reset],
  );
  const isPassphrase = hasCode(verify.error, 'passphrase_wrong', 'passphrase_required');
  return (
    <div className="grid gap-2">
      <CopyInput
        title={title}
        purpose="verify"
        ways={ways}
        onReady={onReady}
        passphraseError={isPassphrase ? verify.message : undefined}
        onSubmit={() => handed.current && verify.mutate(handed.current)}
        action={
          <Button kind="main" isBusy={verify.isPending} disabled={!isReady} type="submit">
            {button}
          </Button>
        }
      />
      {verify.isPending && <CopyProgress id={progressId} />}
      {!isPassphrase && <ErrorLine said={verify.message} />}
    </div>
  );
}

interface VerifyPaperProps {
  copyId: number;
  positions: readonly number[];
  onVerified: (copy: KeyCopy) => void;
  /** Shows the sheet again. */
  back: ReactNode;
}

/** Verification of a printed kit: three of its words, or its QR code from a camera or a photo. */
export function VerifyPaper({ copyId, positions, onVerified, back }: VerifyPaperProps) {
  const [by, setBy] = useState<'words' | 'code'>('words');
  return (
    <div className="mt-2 grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented
          label="Verify it with"
          value={by}
          onChange={setBy}
          options={[
            { value: 'words', label: 'Three words' },
            { value: 'code', label: 'The QR code' },
          ]}
        />
        <span className="flex-1" />
        {back}
      </div>
      {by === 'words' ? (
        <ThreeWords copyId={copyId} positions={positions} onVerified={onVerified} />
      ) : (
        <GiveBack
          copyId={copyId}
          title="QR code on your paper copy"
          ways={['qr']}
          button="Verify"
          onVerified={onVerified}
        />
      )}
    </div>
  );
}
