import { Check, Copy } from 'lucide-react';
import { useRef, useState } from 'react';
import { IconButton } from '../button.tsx';
import { copyShownText, SELECTED_INSTEAD } from '../clipboard/shown-text.ts';

export interface UsageExample {
  title: string;
  text: string;
}

/** Lines for a terminal, each with a button that copies it. They have no secret. */
export function UsageExamples({ examples }: { examples: readonly UsageExample[] }) {
  return (
    <details className="min-w-0">
      <summary className="cursor-pointer font-medium">Use it with curl and the command line</summary>
      <ol className="mt-3 grid gap-3">
        {examples.map((example) => (
          <Example key={example.title} example={example} />
        ))}
      </ol>
    </details>
  );
}

function Example({ example: { title, text } }: { example: UsageExample }) {
  const line = useRef<HTMLElement>(null);
  const [isCopied, setCopied] = useState<boolean | null>(null);
  return (
    <li className="grid min-w-0 gap-1">
      <span className="text-12 text-text-2 [overflow-wrap:anywhere]">{title}</span>
      <span className="flex items-start gap-2">
        <code
          ref={line}
          className="block min-w-0 flex-1 rounded-2 border border-line bg-inset px-3 py-2 font-mono text-12 text-text select-all [overflow-wrap:anywhere]"
        >
          {text}
        </code>
        <IconButton
          icon={isCopied ? Check : Copy}
          label={isCopied ? `Copied: ${title}` : `Copy: ${title}`}
          onClick={() => void copyShownText(text, line.current).then(setCopied)}
        />
      </span>
      <span className="text-12 text-text-2 empty:hidden" role="status">
        {isCopied === false && SELECTED_INSTEAD}
      </span>
    </li>
  );
}
