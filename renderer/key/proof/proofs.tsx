import { type ReactNode, useCallback, useRef, useState } from 'react';
import { hasCode } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/form/choices.tsx';
import { useAction } from '../../ui/use-action.ts';
import type { KeyCopy } from '../copy/copy-formats.ts';
import { proveCopy } from '../copy/make-copy.ts';
import { CopyInput, type CopyWay } from '../copy-input/copy-input.tsx';
import type { HandedCopy } from '../copy-input/handed-copy.ts';
import { ThreeWords } from './three-words.tsx';

interface GiveBackProps {
  copyId: number;
  title: string;
  ways: readonly CopyWay[];
  button: string;
  onProven: (copy: KeyCopy) => void;
}

/** Proof by giving the copy back: the downloaded file, the pasted entry, the code. */
export function GiveBack({ copyId, title, ways, button, onProven }: GiveBackProps) {
  const handed = useRef<HandedCopy | null>(null);
  const [isReady, setReady] = useState(false);
  const action = useAction();
  const onReady = useCallback((copy: HandedCopy | null) => {
    handed.current = copy;
    setReady(copy !== null);
  }, []);
  const isPassphrase = hasCode(action.error, 'passphrase_wrong', 'passphrase_required');
  const prove = () =>
    action.run(async () => {
      if (handed.current) onProven(await proveCopy(copyId, handed.current));
    });
  return (
    <div className="grid gap-2">
      <CopyInput
        title={title}
        purpose="prove"
        ways={ways}
        onReady={onReady}
        passphraseError={isPassphrase ? action.said : undefined}
        action={
          <Button kind="main" isBusy={action.isBusy} disabled={!isReady} onClick={() => void prove()}>
            {button}
          </Button>
        }
      />
      {action.said && !isPassphrase && (
        <p className="text-danger-text" role="alert">
          {action.said}
        </p>
      )}
    </div>
  );
}

interface PaperProofProps {
  copyId: number;
  positions: readonly number[];
  onProven: (copy: KeyCopy) => void;
  /** To look at the sheet again. */
  back: ReactNode;
}

/** Proof of a printed kit: three of its words, or its code seen by a camera or on a photo. */
export function PaperProof({ copyId, positions, onProven, back }: PaperProofProps) {
  const [by, setBy] = useState<'words' | 'code'>('words');
  return (
    <div className="mt-2 grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented
          label="Prove it by"
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
        <ThreeWords copyId={copyId} positions={positions} onProven={onProven} />
      ) : (
        <GiveBack
          copyId={copyId}
          title="The code on your paper"
          ways={['qr']}
          button="Read it back"
          onProven={onProven}
        />
      )}
    </div>
  );
}
