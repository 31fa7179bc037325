import { useState } from 'react';
import { Segmented } from '../../ui/form/choices.tsx';
import type { CopyWayProps } from './copy-way.tsx';
import { FileInput } from './file-input.tsx';
import { PasteInput } from './paste-input.tsx';
import { QrInput } from './qr-input.tsx';
import { WordsInput } from './words-input.tsx';

export type CopyWay = 'file' | 'words' | 'qr' | 'paste';

interface CopyInputProps extends CopyWayProps {
  /** Head of the card, at the left of the tabs. */
  title: string;
  /** The ways offered; all four without it. */
  ways?: readonly CopyWay[];
  firstWay?: CopyWay;
}

const labels: Record<CopyWay, string> = { file: 'File', words: '24 words', qr: 'QR', paste: 'Paste' };
const allWays: readonly CopyWay[] = ['file', 'words', 'qr', 'paste'];

/**
 * Takes a copy of the key in whichever form someone has it: a card with tabs File, 24 words, QR and Paste.
 *
 * - `purpose` changes words only.
 * - `onReady(copy)` whenever what is there is whole enough to be sent, `onReady(null)` when it is not (any more).
 *   Give it a stable function. Keep the copy in a ref, send it with `toUnlockBody` or `toHandedBody`.
 * - `action` is the button that sends it, drawn at the right of the foot; disable it while the last call was null.
 * - `passphraseError`: what the instance said of the passphrase (`passphrase_wrong`, `passphrase_required`);
 *   shown beside its field, which appears if it was not there yet.
 *
 * Whatever was typed is gone with the component: remount it (by `key`) to empty it.
 */
export function CopyInput({ title, ways = allWays, firstWay, ...props }: CopyInputProps) {
  const [way, setWay] = useState<CopyWay>(firstWay ?? ways[0] ?? 'file');
  const change = (next: CopyWay) => {
    props.onReady(null);
    setWay(next);
  };
  return (
    <section className="card copy-input" aria-label={title}>
      <div className="copy-input-head">
        <h2>{title}</h2>
        {ways.length > 1 && (
          <Segmented
            label="What you have"
            value={way}
            onChange={change}
            options={ways.map((each) => ({ value: each, label: labels[each] }))}
          />
        )}
      </div>
      {way === 'file' && <FileInput {...props} />}
      {way === 'words' && <WordsInput {...props} />}
      {way === 'qr' && <QrInput {...props} />}
      {way === 'paste' && <PasteInput {...props} />}
    </section>
  );
}
