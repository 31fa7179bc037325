import { FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { TextAreaField } from '../../ui/form/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { isShortcut } from '../../ui/shortcuts.ts';
import { useWipedOnLeave } from '../use-wiped-on-leave.ts';
import { type EnvSource, MAX_SOURCE_BYTES, readFile, toSource } from './env-source.ts';

interface PasteDialogProps {
  onSource: (source: EnvSource) => void;
  onClose: () => void;
}

/** A box to paste a `.env` text into, or a file to choose. */
export function PasteDialog({ onSource, onClose }: PasteDialogProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string>();
  const compare = () => {
    const text = area.current?.value ?? '';
    if (text.trim() === '') return setError('Paste the text first.');
    const source = toSource(text, 'typed');
    if (source.bytes.length > MAX_SOURCE_BYTES) return setError('The text is over 1 MiB.');
    onSource(source);
  };
  const choose = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > MAX_SOURCE_BYTES) return setError(`${chosen.name} is over 1 MiB.`);
    onSource(await readFile(chosen));
  };
  return (
    <Dialog
      onClose={onClose}
      width={640}
      title="Paste .env"
      text="You see what would change first. Nothing is saved until you confirm."
      foot={
        <>
          <Button icon={FileUp} onClick={() => file.current?.click()}>
            Choose a file
          </Button>
          <input
            ref={file}
            type="file"
            className="sr"
            tabIndex={-1}
            aria-label="A .env file"
            onChange={(event) => void choose(event.currentTarget.files?.[0])}
          />
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" onClick={compare}>
            Compare
          </Button>
        </>
      }
    >
      <TextBox area={area} error={error} onInput={() => setError(undefined)} onCompare={compare} />
    </Dialog>
  );
}

interface TextBoxProps {
  area: React.RefObject<HTMLTextAreaElement | null>;
  error: string | undefined;
  onInput: () => void;
  onCompare: () => void;
}

function TextBox({ area, error, onInput, onCompare }: TextBoxProps) {
  useWipedOnLeave(area);
  return (
    <TextAreaField
      ref={area}
      label="Text"
      error={error}
      rows={12}
      wrap="off"
      autoFocus
      placeholder={'DATABASE_URL=postgres://…\nLOG_LEVEL=info'}
      onInput={onInput}
      onKeyDown={(event) => {
        if (isShortcut(event, 'compare')) onCompare();
      }}
    />
  );
}
