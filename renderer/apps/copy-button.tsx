import { Check, Copy } from 'lucide-react';
import { type RefObject, useState } from 'react';
import { IconButton } from '../ui/button.tsx';
import { copyShownText, SELECTED_INSTEAD } from '../ui/clipboard/shown-text.ts';

interface CopyButtonProps {
  /** No secret. */
  text: string;
  /** "the address". */
  what: string;
  /** Where the text is shown. */
  shown: RefObject<Element | null>;
}

/** Copies a text that is shown beside it; where the browser does not let it, selects the text. */
export function CopyButton({ text, what, shown }: CopyButtonProps) {
  const [isCopied, setCopied] = useState<boolean | null>(null);
  return (
    <>
      <IconButton
        isSmall
        icon={isCopied ? Check : Copy}
        label={isCopied ? `Copied ${what}` : `Copy ${what}`}
        onClick={() => void copyShownText(text, shown.current).then(setCopied)}
      />
      <span className="text-12 text-text-2 empty:hidden" role="status">
        {isCopied === false && SELECTED_INSTEAD}
      </span>
    </>
  );
}
