import { Copy } from 'lucide-react';
import { useRef, useState } from 'react';
import { useIsOwner } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { copyShownText, SELECTED_INSTEAD } from '../ui/clipboard/shown-text.ts';

const COMMAND = 'temps-desktop console';

/** For an administrator who meets what is the owner's alone: who that is, and how to continue as the owner. Nothing for the owner. */
export function BecomeOwner() {
  const command = useRef<HTMLElement>(null);
  const [said, setSaid] = useState('');
  if (useIsOwner()) return null;
  const copy = async () =>
    setSaid((await copyShownText(COMMAND, command.current)) ? 'Copied' : SELECTED_INSTEAD);
  return (
    <section
      className="grid grid-cols-1 gap-2 text-text-2"
      aria-label="How to become the owner of this machine"
    >
      <p>
        <b>Owner of this machine</b> is whoever works on the instance’s machine in the account that it runs
        under. An administrator signs in with a password, from anywhere, and has no part of that machine. To
        continue as the owner, run this there:
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <code className="mono" ref={command}>
          {COMMAND}
        </code>
        <Button isSmall icon={Copy} onClick={() => void copy()}>
          Copy<span className="sr"> the command</span>
        </Button>
        <span className="text-12 text-text-3" role="status">
          {said}
        </span>
      </div>
    </section>
  );
}
