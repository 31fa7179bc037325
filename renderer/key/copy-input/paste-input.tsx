import { useEffect, useState } from 'react';
import { Field } from '../../ui/form/field.tsx';
import { CopyInputFoot, type CopyWayProps } from './copy-way.tsx';
import { looksLikeAge } from './handed-copy.ts';
import { PassphraseField } from './passphrase-field.tsx';
import { splitWords, WORD_COUNT } from './word-list.ts';

/** Text of any form: the entry of a password manager, the kit's text, words, the digits, an armored file. */
export function PasteInput({ onReady, action, passphraseError }: CopyWayProps) {
  const [text, setText] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const isProtected = looksLikeAge(text.slice(0, 64));
  useEffect(() => {
    const isWhole = text.trim() !== '' && (!isProtected || passphrase !== '');
    onReady(isWhole ? { kind: 'text', text, ...(isProtected ? { passphrase } : {}) } : null);
  }, [text, passphrase, isProtected, onReady]);
  return (
    <>
      <div className="copy-input-body grid gap-4">
        <Field
          label="The copy as text"
          hint="An entry of a password manager, the kit’s text, the 24 words, or the 64 digits."
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
  if (looksLikeAge(trimmed.slice(0, 64))) return 'A protected file as text.';
  if (trimmed.includes('temps-key:')) return 'A kit with its key.';
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return 'A key of 64 digits.';
  const count = splitWords(trimmed).length;
  return count >= WORD_COUNT / 2 ? `${count} words.` : 'Not known as a copy yet.';
}
