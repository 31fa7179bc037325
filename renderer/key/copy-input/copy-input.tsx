import { useEffect, useState } from 'react';
import { Segmented } from '../../ui/form/choices.tsx';
import { Field } from '../../ui/form/field.tsx';
import { Form } from '../../ui/form/form.tsx';
import { SharesInput } from '../split/shares-input.tsx';
import { CopyInputFoot, type CopyWayProps, PassphraseField } from './copy-way.tsx';
import { FileInput } from './file-input.tsx';
import { looksLikeAge } from './handed-copy.ts';
import { QrInput } from './qr-input.tsx';
import { splitWords, WORD_COUNT } from './word-list.ts';
import { WordsInput } from './words-input.tsx';

export type CopyWay = 'file' | 'words' | 'qr' | 'paste' | 'shares';

interface CopyInputProps extends CopyWayProps {
  /** Title of the card, left of the tabs. */
  title: string;
  /** Tabs to show; all that fit the purpose by default. */
  ways?: readonly CopyWay[];
  firstWay?: CopyWay;
  /** Its button was pressed, or Enter in one of its fields: sends what `onReady` was last called with, if anything. */
  onSubmit: () => void;
}

const labels: Record<CopyWay, string> = {
  file: 'File',
  words: '24 words',
  qr: 'QR',
  paste: 'Paste',
  shares: 'Shares',
};
const wholeCopies: readonly CopyWay[] = ['file', 'words', 'qr', 'paste'];
/** Shares are no copy to verify as a whole: each is verified alone. */
const waysFor: Record<CopyWayProps['purpose'], readonly CopyWay[]> = {
  unlock: [...wholeCopies, 'shares'],
  restore: [...wholeCopies, 'shares'],
  verify: wholeCopies,
};

/**
 * Input for a copy of the key in any form: a card with the tabs File, 24 words, QR, Paste and, but for a verification, Shares.
 *
 * - `purpose` changes texts and tabs only.
 * - `onReady(copy)` whenever the input is complete enough to be sent, `onReady(null)` when it is not.
 *   Give it a stable function. Keep the copy in a ref, send it with `toUnlockBody` or `toHandedBody`.
 * - `action` is the submit button (`type="submit"`), shown at the right of the footer; disable it while the last call was
 *   null. `onSubmit` is called by it, and by Enter.
 * - `passphraseError`: the instance's error about the passphrase (`passphrase_wrong`, `passphrase_required`);
 *   shown at its field, which appears if it was not there yet.
 *
 * The input is dropped with the component: remount it (by `key`) to clear it.
 */
export function CopyInput({ title, ways, firstWay, onSubmit, ...props }: CopyInputProps) {
  const shown = ways ?? waysFor[props.purpose];
  const [way, setWay] = useState<CopyWay>(firstWay ?? shown[0] ?? 'file');
  const change = (next: CopyWay) => {
    if (next === way) return;
    props.onReady(null);
    setWay(next);
  };
  return (
    <section className="card copy-input" aria-label={title}>
      <div className="copy-input-head">
        <h2>{title}</h2>
        {shown.length > 1 && (
          <Segmented
            label="Form of the copy"
            value={way}
            onChange={change}
            options={shown.map((each) => ({ value: each, label: labels[each] }))}
          />
        )}
      </div>
      <Form onSubmit={onSubmit}>
        {way === 'file' && <FileInput {...props} />}
        {way === 'words' && <WordsInput {...props} />}
        {way === 'qr' && <QrInput {...props} />}
        {way === 'paste' && <PasteInput {...props} />}
        {way === 'shares' && <SharesInput {...props} />}
      </Form>
    </section>
  );
}

/** Text in any form: a password manager entry, the kit's text, the words, the hex digits, an armored file. */
function PasteInput({ purpose, onReady, action, passphraseError }: CopyWayProps) {
  const [text, setText] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const isProtected = looksLikeAge(text.slice(0, 64));
  useEffect(() => {
    const isWhole = text.trim() !== '' && (!isProtected || passphrase !== '');
    onReady(isWhole ? { kind: 'text', text, ...(isProtected ? { passphrase } : {}) } : null);
  }, [text, passphrase, isProtected, onReady]);
  return (
    <>
      <div className="copy-input-body grid grid-cols-1 gap-4">
        <Field
          label="The copy as text"
          hint={
            purpose === 'restore'
              ? 'A password manager entry, the text of a paper kit, the 24 words, the 64 hex digits; or a recovery key, AGE-SECRET-KEY-1….'
              : 'A password manager entry, the text of a paper kit, the 24 words, or the 64 hex digits.'
          }
        >
          {(ids) => (
            <textarea
              {...ids}
              className="textarea"
              rows={7}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={64 * 1024}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {isProtected && <PassphraseField onChange={setPassphrase} error={passphraseError} />}
      </div>
      <CopyInputFoot action={action}>{describeText(text)}</CopyInputFoot>
    </>
  );
}

function describeText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'Nothing pasted yet.';
  if (looksLikeAge(trimmed.slice(0, 64))) return 'An encrypted file as text.';
  if (trimmed.includes('temps-key:')) return 'The text of a key copy.';
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return 'A key of 64 hex digits.';
  if (/AGE-SECRET-KEY-1/i.test(trimmed)) return 'An identity of age: it decrypts a backup, and no secret.';
  const count = splitWords(trimmed).length;
  return count >= WORD_COUNT / 2 ? `${count} words.` : 'Not recognised as a copy yet.';
}
