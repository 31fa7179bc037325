import { Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { copySecret } from '../../ui/clipboard/secret-clipboard.tsx';

interface TextEntryProps {
  content: string;
  onCopied: () => void;
}

/** The kit as text: onto the clipboard, and off it again. It is never drawn. */
export function TextEntry({ content, onCopied }: TextEntryProps) {
  const [isRefused, setRefused] = useState(false);
  const copy = async () => {
    try {
      await copySecret(content, 'Key entry');
      setRefused(false);
      onCopied();
    } catch {
      setRefused(true);
    }
  };
  return (
    <div className="card now grid grid-cols-1 gap-3">
      <ol className="grid list-decimal gap-1 pl-5 text-text-2">
        <li>Copy the text.</li>
        <li>Make a new secure note in your password manager, paste, and save it.</li>
        <li>Open the note again, copy its text, and paste it in the next step.</li>
      </ol>
      <Button kind="main" icon={Copy} className="justify-self-start" onClick={() => void copy()}>
        Copy the text
      </Button>
      <p className="text-12 text-text-3">It leaves the clipboard after 45 seconds.</p>
      {isRefused && (
        <p className="text-danger-text" role="alert">
          The browser keeps its clipboard closed to this page. Choose another format.
        </p>
      )}
    </div>
  );
}
