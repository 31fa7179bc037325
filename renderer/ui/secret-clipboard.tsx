import { ClipboardCheck, ClipboardX } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { useSecondsLeft } from './countdown.ts';
import { Ticks } from './ticks.tsx';
import { showToast } from './toasts.tsx';

export const KEPT_MS = 45_000;

/** Whether the browser lets this page see the clipboard: without it nobody knows whose text is on it. */
type Sight = 'granted' | 'prompt' | 'denied';

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function findSight(): Promise<Sight> {
  try {
    const { state } = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
    return state;
  } catch {
    // Firefox and Safari have no such permission and ask every time: it is not there to be had.
    return 'denied';
  }
}

let takeBack: (() => void) | null = null;

/**
 * Puts a secret on the clipboard and takes it off again after 45 seconds, if it is still what lies there. A page
 * without focus may neither read nor write it: then this is done when the page is come back to. Where the browser
 * does not let the page see the clipboard it stays, which the toast says, with the button that clears it.
 *
 * SECURITY: keeps a hash to compare by, never the text. Throws when the browser refuses the clipboard, and what
 * the text's own promise throws.
 */
export async function copySecret(text: string | Promise<string>, name: string): Promise<void> {
  const plain = await writeText(text);
  // The next one copied takes this one's place, on the clipboard as in the toast.
  takeBack?.();
  const ours = await digest(plain);
  const entry = { name, ours, untilMs: Date.now() + KEPT_MS };
  const sight = await findSight();
  const dismiss = showToast(
    {
      icon: ClipboardCheck,
      title: `${name} copied`,
      text: <Keeping entry={entry} sight={sight} onDone={() => stop()} />,
      action: (
        <Button isSmall onClick={() => void clearNow(() => stop())}>
          Clear now
        </Button>
      ),
    },
    null,
  );
  const stop = () => {
    dismiss();
    if (takeBack === stop) takeBack = null;
  };
  takeBack = stop;
}

/** The write begins at the click, while the browser still allows it; the text may come later. */
async function writeText(text: string | Promise<string>): Promise<string> {
  if (typeof text === 'string') {
    await navigator.clipboard.writeText(text);
    return text;
  }
  let failure: { error: unknown } | null = null;
  const blob = text.then(
    (value) => new Blob([value], { type: 'text/plain' }),
    (error: unknown) => {
      failure = { error };
      throw error;
    },
  );
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
  } catch (error) {
    // What the instance said, rather than that the browser got nothing to write.
    throw (failure as { error: unknown } | null)?.error ?? error;
  }
  return text;
}

/** Takes whatever is on the clipboard off it. */
export async function clearClipboard(): Promise<void> {
  await navigator.clipboard.writeText('');
}

async function clearNow(onDone: () => void): Promise<void> {
  try {
    await clearClipboard();
    onDone();
    showToast({ icon: ClipboardCheck, title: 'Clipboard cleared' });
  } catch {
    showToast({
      icon: ClipboardX,
      title: 'The clipboard was not cleared',
      text: 'The browser refused. Copy something else to take its place.',
    });
  }
}

interface KeepingProps {
  entry: { name: string; ours: string; untilMs: number };
  sight: Sight;
  onDone: () => void;
}

/** Counts down, then clears; says in words what will really happen. */
function Keeping({ entry, sight: first, onDone }: KeepingProps) {
  const [sight, setSight] = useState(first);
  const [isAway, setAway] = useState(false);
  const secondsLeft = useSecondsLeft(entry.untilMs);
  const isDue = secondsLeft === 0;
  useEffect(() => {
    if (!isDue || sight !== 'granted') return;
    const clear = async () => {
      if (!document.hasFocus()) return setAway(true);
      try {
        if ((await digest(await navigator.clipboard.readText())) === entry.ours) await clearClipboard();
        onDone();
      } catch {
        setSight('denied');
      }
    };
    void clear();
    window.addEventListener('focus', clear);
    return () => window.removeEventListener('focus', clear);
  }, [isDue, sight, entry, onDone]);

  if (sight === 'granted')
    return isAway ? (
      <>Clears itself when this window is in front again.</>
    ) : (
      <Counted secondsLeft={secondsLeft}>Clears itself</Counted>
    );
  if (sight === 'denied')
    return <>It stays there: this browser does not let pages look. Clear it yourself.</>;
  const allow = async () => {
    try {
      await navigator.clipboard.readText();
      setSight('granted');
    } catch {
      setSight('denied');
    }
  };
  return (
    <>
      It stays there until this page may look.{' '}
      <button type="button" className="underline" onClick={() => void allow()}>
        Let it clear itself
      </button>
    </>
  );
}

function Counted({ secondsLeft, children }: { secondsLeft: number; children: ReactNode }) {
  return (
    <span className="flex items-center gap-2">
      {/* Read out once, not every second. */}
      <span className="sr">{children} after 45 seconds</span>
      <span aria-hidden="true">
        {children} in {secondsLeft} s
      </span>
      <Ticks value={(secondsLeft * 1000 * 100) / KEPT_MS} isSmall />
    </span>
  );
}
