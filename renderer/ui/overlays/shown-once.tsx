import { Copy } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Banner } from '../banner.tsx';
import { Button } from '../button.tsx';
import { copySecret } from '../clipboard/secret-clipboard.tsx';
import { SELECTED_INSTEAD, selectText } from '../clipboard/shown-text.ts';
import { Dialog } from './dialog.tsx';
import { type UsageExample, UsageExamples } from './usage-examples.tsx';

interface ShownOnceProps {
  /** "API key ci", "Your recovery codes". */
  name: string;
  /** What it is for, and what to do when it is lost. */
  children: ReactNode;
  /** One text, or several that belong together. Cleared before `onStored`, so keep no copy. */
  values: string[];
  onStored: () => void;
  /** How it is used, below it. */
  examples?: readonly UsageExample[];
}

/**
 * What the instance shows only once: a new key, a new token, recovery codes. Neither Esc nor a click outside closes
 * it, and the browser asks before the page is left.
 *
 * SECURITY: the values are only in this array, in the caller's local state and in no cache. React keeps the
 * previous state, so they are removed from the array itself.
 */
export function ShownOnce({ name, children, values, onStored, examples = [] }: ShownOnceProps) {
  const shown = useRef<HTMLDivElement>(null);
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    const askFirst = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', askFirst);
    return () => window.removeEventListener('beforeunload', askFirst);
  }, []);
  const copy = async () => {
    try {
      await copySecret(values.join('\n'), name);
      setRefused(false);
    } catch {
      selectText(shown.current);
      setRefused(true);
    }
  };
  return (
    <Dialog
      isAlert
      // Only its button closes it.
      onClose={() => undefined}
      width={560}
      title={`${name}, shown only once`}
      text={children}
      foot={
        <>
          <Button icon={Copy} onClick={() => void copy()} autoFocus>
            Copy
          </Button>
          <Button
            kind="main"
            className="ml-auto"
            onClick={() => {
              values.length = 0;
              onStored();
            }}
          >
            I have stored it
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <div ref={shown}>
          <Values name={name} values={values} />
        </div>
        {examples.length > 0 && <UsageExamples examples={examples} />}
        {isRefused && <Banner tone="attention">{SELECTED_INSTEAD}</Banner>}
      </div>
    </Dialog>
  );
}

const wellClass =
  'rounded-2 border border-line bg-inset px-3 py-2 font-mono text-13 select-all [overflow-wrap:anywhere]';

function Values({ name, values }: Pick<ShownOnceProps, 'name' | 'values'>) {
  if (values.length === 1) return <output className={`${wellClass} block`}>{values[0]}</output>;
  return (
    <ul aria-label={name} className="grid gap-2 phone:grid-cols-2">
      {values.map((value) => (
        <li key={value} className={wellClass}>
          {value}
        </li>
      ))}
    </ul>
  );
}
