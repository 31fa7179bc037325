import { CircleX, FileCheck, type LucideIcon } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { desktop } from '../../desktop.ts';
import { Button } from '../../ui/button.tsx';

interface FilePickProps {
  label: string;
  icon: LucideIcon;
  text: ReactNode;
  accept?: string;
  /** File type the desktop's dialog shows first; absent for what only a browser picks. */
  kind?: 'copy' | 'picture';
  /** Description of the picked file. */
  picked: string | null;
  error?: string | undefined;
  onPick: (file: File) => void;
  more?: ReactNode;
}

/** Area to pick, drop or paste a file. */
export function FilePick(props: FilePickProps) {
  const { label, icon: Icon, text, accept, kind, picked, error, onPick, more } = props;
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file) onPick(file);
    if (input.current) input.current.value = '';
  };
  const choose = async () => {
    if (!desktop || !kind) return input.current?.click();
    const file = await desktop.pickFile({ kind });
    if (file) onPick(new File([file.bytes as Uint8Array<ArrayBuffer>], file.name));
  };
  const Sign = picked ? FileCheck : Icon;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping and pasting are shortcuts for the button in it
    <div
      className={`file-pick ${isOver ? 'is-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
      onPaste={(event) => take(event.clipboardData.files)}
    >
      <Sign className="icon icon-20 text-icon" aria-hidden="true" />
      <p className="min-w-0 max-w-full" aria-live="polite">
        {picked ? (
          <b className="block truncate font-medium text-text" title={picked}>
            {picked}
          </b>
        ) : (
          text
        )}
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button icon={Icon} onClick={() => void choose()}>
          {picked ? 'Choose another…' : label}
        </Button>
        {more}
      </div>
      <input
        ref={input}
        type="file"
        className="sr"
        tabIndex={-1}
        aria-label={label.replace('…', '')}
        accept={accept}
        onChange={(event) => take(event.target.files)}
      />
      {error && (
        <p className="file-pick-error" role="alert">
          <CircleX className="icon icon-14" aria-hidden="true" />
          {error}
        </p>
      )}
    </div>
  );
}
