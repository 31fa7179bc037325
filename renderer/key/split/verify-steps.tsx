import { useCallback, useRef, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Form } from '../../ui/form/form.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import type { HandedCopy } from '../copy-input/handed-copy.ts';
import { ShareField, SharesInput } from './shares-input.tsx';
import { type ShareCheck, verifyShare, verifySplit } from './split-requests.ts';

interface TogetherStepProps {
  splitId: number;
  /** The shares that are asked for. */
  asked: readonly number[];
  onVerified: () => void;
}

/** As many shares as open the key are entered again, and the key they give is compared. */
export function TogetherStep({ splitId, asked, onVerified }: TogetherStepProps) {
  // SECURITY: the entered shares are only here and in the input, and dropped once they were accepted.
  const shares = useRef<string[]>([]);
  const [isReady, setReady] = useState(false);
  const verify = useApiMutation(() => verifySplit(splitId, shares.current), {
    onDone: () => {
      shares.current = [];
      onVerified();
    },
  });
  const { reset } = verify;
  const note = useCallback(
    (handed: HandedCopy | null) => {
      shares.current = handed?.kind === 'shares' ? handed.shares : [];
      setReady(handed !== null);
      reset();
    },
    [reset],
  );
  return (
    <div className="mt-2 grid grid-cols-1 gap-3">
      <p className="text-text-2">
        Take {nameShares(asked)} from where they are kept, and enter their words. The key they give is
        compared with the one in use.
      </p>
      <section className="card copy-input" aria-label="Shares to compare">
        <SharesInput
          onReady={note}
          action={
            <Button kind="main" disabled={!isReady} isBusy={verify.isPending} onClick={() => verify.mutate()}>
              Compare the keys
            </Button>
          }
        />
      </section>
      {verify.message && <Banner tone="danger">{verify.message}</Banner>}
    </div>
  );
}

/** "shares 1, 2 and 4". */
export function nameShares(numbers: readonly number[]): string {
  const last = numbers.at(-1);
  if (numbers.length < 2) return `share ${last}`;
  return `shares ${numbers.slice(0, -1).join(', ')} and ${last}`;
}

interface OneShareProps {
  /** The share that is asked for; any if it is not said. */
  number?: number;
  onVerified?: (checked: ShareCheck) => void;
}

/** One share, checked without the others. Remount it for the next. */
export function OneShare({ number, onVerified }: OneShareProps) {
  const [text, setText] = useState('');
  const [said, setSaid] = useState<ShareCheck | null>(null);
  const check = useApiMutation(() => verifyShare(text), {
    onDone: (checked) => {
      const isRight = checked.verdict === 'verified' || checked.verdict === 'older_key';
      if (isRight && (number === undefined || checked.number === number)) {
        setText('');
        onVerified?.(checked);
      } else setSaid(checked);
    },
  });
  const change = (next: string) => {
    setText(next);
    setSaid(null);
  };
  return (
    <Form
      className="grid grid-cols-1 gap-3"
      mutation={check}
      onSubmit={() => {
        check.mutate();
      }}
    >
      <ShareField
        label={number === undefined ? 'Words of the share' : `Words of share ${number}`}
        text={text}
        share={
          said === null
            ? undefined
            : {
                state: 'wrong',
                words: 0,
                problems: said.problems,
                message:
                  said.verdict === 'verified'
                    ? `This is share ${said.number}. Share ${number} is asked for.`
                    : said.detail,
              }
        }
        onChange={change}
      />
      <ErrorLine said={check.message} />
      <Button
        kind="main"
        type="submit"
        className="justify-self-start"
        disabled={text.trim() === ''}
        isBusy={check.isPending}
      >
        Verify
      </Button>
    </Form>
  );
}
