import { Check, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMay } from '../../app/session.ts';
import { IconButton } from '../../ui/button.tsx';
import { TextAreaField } from '../../ui/form/field.tsx';
import { formatCount } from '../../ui/time.ts';
import { CopyInputFoot, type CopyWayProps } from '../copy-input/copy-way.tsx';
import { checkShares, MAX_SHARES, type TypedShares } from './split-requests.ts';

type TypedShare = TypedShares['shares'][number];

interface AcceptedShare {
  number: number;
  text: string;
}

type SharesInputProps = Pick<CopyWayProps, 'onReady' | 'action'>;

/** Shares of a split key. */
export function SharesInput(props: SharesInputProps) {
  return useMay('vault:write') ? <CheckedShares {...props} /> : <UncheckedShares {...props} />;
}

/** For those who are not signed in yet: the instance checks nothing for them before they unlock. */
function UncheckedShares({ onReady, action }: SharesInputProps) {
  const [text, setText] = useState('');
  const count = splitLines(text).length;
  useEffect(() => {
    const shares = splitLines(text);
    onReady(shares.length > 0 && shares.length <= MAX_SHARES ? { kind: 'shares', shares } : null);
  }, [text, onReady]);
  return (
    <>
      <div className="copy-input-body">
        <TextAreaField
          label="Shares, one on each line"
          rows={6}
          className="font-mono"
          autoCapitalize="none"
          autoCorrect="off"
          maxLength={MAX_SHARES * 1024}
          value={text}
          hint="33 words each. The first four letters of a word are enough."
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <CopyInputFoot action={action}>{formatCount(count, 'share')} entered.</CopyInputFoot>
    </>
  );
}

const splitLines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

/**
 * Shares of a split key, one after another, checked while they are typed. SECURITY: of a share that was accepted
 * only its number stays on the page.
 */
function CheckedShares({ onReady, action }: SharesInputProps) {
  const [accepted, setAccepted] = useState<readonly AcceptedShare[]>([]);
  const [text, setText] = useState('');
  const check = useSharesCheck(accepted, text);
  const last = check?.said.shares[accepted.length];
  // Only what is said of this very text.
  const number = check?.text === text && last?.state === 'ok' ? last.number : null;
  const isWhole = check?.said.complete === true;
  useEffect(() => {
    if (number === null) return;
    setAccepted((known) => [...known, { number, text }]);
    setText('');
  }, [number, text]);
  useEffect(() => {
    onReady(isWhole ? { kind: 'shares', shares: accepted.map((share) => share.text) } : null);
  }, [isWhole, accepted, onReady]);
  const nameOf = (share: AcceptedShare) =>
    check?.said.share_count ? `Share ${share.number} of ${check.said.share_count}` : `Share ${share.number}`;
  return (
    <>
      <div className="copy-input-body grid grid-cols-1 gap-3">
        {accepted.length > 0 && (
          <ul className="share-list" aria-label="Shares that were entered">
            {accepted.map((share) => (
              <li key={share.number}>
                <Check className="icon text-ok-solid" aria-hidden="true" />
                <span className="min-w-0 flex-1">{nameOf(share)}</span>
                <IconButton
                  icon={X}
                  label={`Remove share ${share.number}`}
                  onClick={() => setAccepted(accepted.filter((other) => other !== share))}
                />
              </li>
            ))}
          </ul>
        )}
        {!isWhole && accepted.length < MAX_SHARES && (
          <ShareField
            label={accepted.length === 0 ? 'First share' : 'Next share'}
            text={text}
            share={last}
            onChange={setText}
          />
        )}
        {check?.said.message && (
          <p className="text-danger-text" role="alert">
            {check.said.message}
          </p>
        )}
      </div>
      <CopyInputFoot action={action}>
        <span role="status">{sayProgress(check?.said ?? null, accepted.length)}</span>
      </CopyInputFoot>
    </>
  );
}

interface ShareFieldProps {
  label: string;
  text: string;
  /** What was found out about it. */
  share: Pick<TypedShare, 'state' | 'message' | 'words' | 'problems'> | undefined;
  onChange: (text: string) => void;
}

/** The words of one share. */
export function ShareField({ label, text, share, onChange }: ShareFieldProps) {
  return (
    <TextAreaField
      label={label}
      rows={4}
      className="font-mono"
      autoCapitalize="none"
      autoCorrect="off"
      maxLength={1024}
      value={text}
      hint={
        share?.state === 'incomplete'
          ? `${share.words} of 33 words.`
          : '33 words. Numbers and line breaks do not matter, and the first four letters of a word are enough.'
      }
      error={share && sayWrong(share)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function sayWrong({ state, message, problems }: NonNullable<ShareFieldProps['share']>): string | undefined {
  if (state === 'ok' || state === 'empty' || state === 'incomplete') return undefined;
  const [first] = problems;
  if (!first) return message ?? 'This is not a share of a key.';
  return `Word ${first.position} is not on the list. Nearest: ${first.nearest.join(', ')}.`;
}

function sayProgress(typed: TypedShares | null, entered: number): string {
  if (!typed || entered === 0) return 'No share entered yet.';
  if (typed.complete)
    return typed.matches === 'active'
      ? `These shares are the key ${typed.fingerprint} of this instance.`
      : `These shares are the key ${typed.fingerprint}.`;
  if (typed.missing === null) return `${formatCount(entered, 'share')} entered.`;
  return `${formatCount(entered, 'share')} entered, ${typed.missing} more needed.`;
}

const AFTER_MS = 250;

interface SharesCheck {
  accepted: readonly AcceptedShare[];
  text: string;
  said: TypedShares;
}

/**
 * The instance's check, shortly after the last keystroke. What it said of other accepted shares is dropped at once, of
 * the text before when it responds. The shares are sent in a request body and stored nowhere.
 */
function useSharesCheck(accepted: readonly AcceptedShare[], text: string): SharesCheck | null {
  const [answer, setAnswer] = useState<SharesCheck | null>(null);
  useEffect(() => {
    if (accepted.length === 0 && text.trim() === '') return;
    let isOver = false;
    const timer = setTimeout(() => {
      checkShares([...accepted.map((share) => share.text), ...(text.trim() === '' ? [] : [text])])
        .then((said) => {
          if (!isOver) setAnswer({ accepted, text, said });
        })
        // The next keystroke asks again.
        .catch(() => undefined);
    }, AFTER_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [accepted, text]);
  return answer?.accepted === accepted ? answer : null;
}
