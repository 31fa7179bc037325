import { ArrowLeft, ArrowRight, Copy, Eye, EyeOff } from 'lucide-react';
import { useCallback, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { clearSecretClipboard, copySecret } from '../../ui/clipboard/secret-clipboard.tsx';
import { useHiddenWhenAway } from '../../ui/cover.ts';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { formats } from '../copy/copy-formats.ts';
import { PaperKit } from '../copy/paper-kit.tsx';
import type { CopyWizard } from '../copy/use-copy-wizard.ts';
import { useHiddenFromCapture } from '../copy/use-hidden.ts';
import { WORD_COUNT } from '../copy-input/word-list.ts';
import { ThreeWords } from './three-words.tsx';
import { GiveBack, VerifyPaper } from './verify-copy.tsx';
import { VerifyFile } from './verify-file.tsx';

/** Gives the copy to its owner: words, page, text or downloaded file. */
export function HandedStep({ wizard }: { wizard: CopyWizard }) {
  const { made } = wizard;
  const goToVerify = wizard.confirmHanded;
  if (!made) return null;
  if (made.words) return <OneWord words={made.words} onWritten={goToVerify} />;
  if (made.kit) return <PaperKit kit={made.kit} onPrinted={goToVerify} />;
  if (made.content) return <TextEntry content={made.content} onSaved={goToVerify} />;
  return (
    <div className="card now grid grid-cols-1 gap-3">
      {formats[made.copy.format].hasPassphrase ? (
        <p className="text-text-2">
          Move the downloaded file to where you will keep it: another machine, a drive, or your own storage.
          Then verify it from there.
        </p>
      ) : (
        <p className="text-text-2">
          Import the downloaded file into your password manager and delete it. Then open the entry and copy
          its text: you paste it in the next step.
        </p>
      )}
      <Button kind="main" className="justify-self-start" onClick={goToVerify}>
        {formats[made.copy.format].hasPassphrase ? 'I have moved it' : 'I have imported it'}
      </Button>
    </div>
  );
}

/** The verification that fits the copy's format. */
export function VerifyStep({ wizard }: { wizard: CopyWizard }) {
  const { made, chosen, onVerified } = wizard;
  if (!made || !chosen) return null;
  const { id } = made.copy;
  const lookAgain = (
    <Button kind="plain" isSmall onClick={() => wizard.goTo('handed')}>
      Show it again
    </Button>
  );
  if (made.written_to !== null && chosen.target?.kind === 'path') {
    return (
      <VerifyFile
        copyId={id}
        path={made.written_to}
        label={chosen.target.label}
        volumeId={chosen.target.volumeId}
        isRemovable={chosen.target.isRemovable}
        passphrase={wizard.readPassphrase()}
        onVerified={onVerified}
      />
    );
  }
  const positions = made.proof.needed === 'words' ? made.proof.positions : [];
  if (chosen.format === 'words') {
    return (
      <div className="card now grid grid-cols-1 gap-3">
        <ThreeWords copyId={id} positions={positions} onVerified={onVerified} />
        <span className="justify-self-start">{lookAgain}</span>
      </div>
    );
  }
  if (chosen.format === 'pdf') {
    return <VerifyPaper copyId={id} positions={positions} onVerified={onVerified} back={lookAgain} />;
  }
  // An entry that was imported is the manager's: it is copied from there, not the file sent back.
  const isFile = formats[chosen.format].hasPassphrase;
  return (
    <div className="mt-2 grid grid-cols-1 gap-2">
      <GiveBack
        copyId={id}
        title={isFile ? 'The file you downloaded' : 'The text from your password manager'}
        ways={isFile ? ['file'] : ['paste']}
        isTold={isFile}
        button="Verify"
        onVerified={onVerified}
      />
      <span className="justify-self-start">{lookAgain}</span>
    </div>
  );
}

interface TextEntryProps {
  content: string;
  /** Called once it is saved, and no longer on the clipboard. */
  onSaved: () => void;
}

/**
 * The key as text: copied to the clipboard, never rendered. SECURITY: cleared from the clipboard before it is asked
 * back, or pasting what this page put there would verify a copy that was never saved.
 */
function TextEntry({ content, onSaved }: TextEntryProps) {
  const [isCopied, setCopied] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const copy = async () => {
    try {
      await copySecret(content, 'Key entry');
      setCopied(true);
      setRefused(null);
    } catch {
      setRefused('The browser does not let this page use the clipboard. Choose another format.');
    }
  };
  const goOn = async () => {
    try {
      await clearSecretClipboard();
      onSaved();
    } catch {
      setRefused('The browser did not let this page clear the clipboard. Click into the page and try again.');
    }
  };
  return (
    <div className="card now grid grid-cols-1 gap-3">
      <ol className="grid list-decimal gap-1 pl-5 text-text-2">
        <li>Copy the text.</li>
        <li>Create a new secure note in your password manager, paste the text and save it.</li>
        <li>Open the note again, copy its text, and paste it in the next step.</li>
      </ol>
      <div className="flex flex-wrap gap-2">
        <Button kind={isCopied ? 'normal' : 'main'} icon={Copy} onClick={() => void copy()}>
          {isCopied ? 'Copy it again' : 'Copy the text'}
        </Button>
        {isCopied && (
          <Button kind="main" onClick={() => void goOn()}>
            I saved it
          </Button>
        )}
      </div>
      <p className="text-12 text-text-3">
        It is cleared from the clipboard when you continue, or after 45 seconds.
      </p>
      {refused !== null && (
        <p className="text-danger-text" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}

interface OneWordProps {
  words: readonly string[];
  /** Called once all words were shown and written down. */
  onWritten: () => void;
}

/**
 * The words, one at a time. SECURITY: only the shown word is in the page, and none while the window does not have
 * the focus.
 */
function OneWord({ words, onWritten }: OneWordProps) {
  const [at, setAt] = useState(0);
  const [isShown, setShown] = useState(false);
  const hide = useCallback(() => setShown(false), []);
  useHiddenWhenAway(isShown, hide);
  useHiddenFromCapture(isShown);
  const isLast = at === WORD_COUNT - 1;
  return (
    <section
      className="card now grid grid-cols-1 gap-4"
      aria-label="The words, one at a time"
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') setAt(Math.max(0, at - 1));
        if (event.key === 'ArrowRight') setAt(Math.min(WORD_COUNT - 1, at + 1));
      }}
    >
      <div className="grid justify-items-center gap-2 py-4" aria-live="polite">
        <span className="text-12 text-text-3">
          Word {at + 1} of {WORD_COUNT}
        </span>
        {isShown ? (
          <output className="font-mono text-28 font-semibold" aria-label={`Word ${at + 1}`}>
            {words[at]}
          </output>
        ) : (
          <span className="text-28 text-text-3">Hidden</span>
        )}
      </div>
      <Ticks value={((at + 1) / WORD_COUNT) * 100} />
      <div className="flex flex-wrap items-center gap-2">
        <Button icon={isShown ? EyeOff : Eye} onClick={() => setShown(!isShown)}>
          {isShown ? 'Hide' : 'Show the word'}
        </Button>
        <span className="flex-1" />
        <Button icon={ArrowLeft} disabled={at === 0} onClick={() => setAt(at - 1)}>
          Back
        </Button>
        {isLast ? (
          <Button kind="main" onClick={onWritten}>
            I wrote them down
          </Button>
        ) : (
          <Button kind="main" icon={ArrowRight} disabled={!isShown} onClick={() => setAt(at + 1)}>
            Next word
          </Button>
        )}
      </div>
      <p className="text-12 text-text-3">
        Hidden as soon as you switch to another window. Number the words: their order matters.
      </p>
    </section>
  );
}
