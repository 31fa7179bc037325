import { type ReactNode, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { hasCode } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/form/choices.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import type { KeyCopy } from '../copy/copy-formats.ts';
import { CopyProgress, useProgressId } from '../copy/copy-progress.tsx';
import { type ToldPlace, verifyCopy } from '../copy/make-copy.ts';
import { CopyInput, type CopyWay } from '../copy-input/copy-input.tsx';
import type { HandedCopy } from '../copy-input/handed-copy.ts';
import { useHandedCopy } from '../copy-input/use-handed-copy.ts';
import { ThreeWords } from './three-words.tsx';
import { ToldPlaceFields } from './told-place.tsx';

interface GiveBackProps {
  copyId: number;
  title: string;
  ways: readonly CopyWay[];
  button: string;
  /** The file was downloaded: where it lies is asked, too. */
  isTold?: boolean;
  onVerified: (copy: KeyCopy) => void;
}

/** Verification by sending the copy back: the downloaded file, the pasted entry, the QR code. */
export function GiveBack({ copyId, title, ways, button, isTold = false, onVerified }: GiveBackProps) {
  const progressId = useProgressId();
  const [told, setTold] = useState<ToldPlace>({ on: 'other_device', at: '' });
  const verify = useApiMutation(
    (copy: HandedCopy) => verifyCopy(copyId, copy, progressId, isTold ? told : null),
    { onDone: onVerified },
  );
  const errors = { on: verify.fieldError('kept_on'), at: verify.fieldError('kept_at') };
  const isBeside = errors.on !== undefined || errors.at !== undefined;
  const { copy: handed, isReady, note } = useHandedCopy(verify.reset);
  const isPassphrase = hasCode(verify.error, 'passphrase_wrong', 'passphrase_required');
  return (
    <div className="grid grid-cols-1 gap-2">
      {isTold && (
        <ToldPlaceFields
          value={told}
          errors={errors}
          onChange={(next) => {
            verify.reset();
            setTold(next);
          }}
        />
      )}
      <CopyInput
        title={title}
        purpose="verify"
        ways={ways}
        onReady={note}
        passphraseError={isPassphrase ? verify.message : undefined}
        onSubmit={() => handed.current && verify.mutate(handed.current)}
        action={
          <Button
            kind="main"
            isBusy={verify.isPending}
            disabled={!isReady || (isTold && told.at.trim() === '')}
            type="submit"
          >
            {button}
          </Button>
        }
      />
      {verify.isPending && <CopyProgress id={progressId} />}
      {!isPassphrase && !isBeside && <ErrorLine said={verify.message} />}
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
