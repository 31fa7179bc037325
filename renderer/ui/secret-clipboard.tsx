import { ClipboardCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { Ticks } from './ticks.tsx';
import { showToast } from './toasts.tsx';

const KEPT_MS = 45_000;

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What is on the clipboard, as a hash; null where the browser would have to ask before it is read. */
async function readDigest(): Promise<string | null> {
  try {
    const { state } = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
    return state === 'granted' ? await digest(await navigator.clipboard.readText()) : null;
  } catch {
    return null;
  }
}

let takeBack: (() => void) | null = null;

/**
 * Puts a secret on the clipboard and takes it off again after 45 seconds, with a toast that counts and offers to do
 * it now. Something else copied meanwhile stays where the browser lets us see it; where it does not, the clipboard
 * is emptied all the same. A page without focus may not write: it clears when it is come back to.
 *
 * SECURITY: keeps a hash to compare by, never the text. Throws when the browser refuses the clipboard.
 */
export async function copySecret(text: string, name: string): Promise<void> {
  const ours = await digest(text);
  await navigator.clipboard.writeText(text);
  takeBack?.();
  const untilMs = Date.now() + KEPT_MS;
  const clear = async () => {
    stop();
    const found = await readDigest();
    if (found !== null && found !== ours) return;
    try {
      await navigator.clipboard.writeText('');
    } catch {
      window.addEventListener('focus', () => void clear(), { once: true });
    }
  };
  const timer = setTimeout(() => void clear(), KEPT_MS);
  const dismiss = showToast(
    {
      icon: ClipboardCheck,
      title: `${name} copied`,
      text: <Countdown untilMs={untilMs} />,
      action: (
        <Button isSmall onClick={() => void clear()}>
          Clear now
        </Button>
      ),
    },
    null,
  );
  // The next one copied takes this one's place, on the clipboard as in the toast.
  const stop = () => {
    clearTimeout(timer);
    dismiss();
    if (takeBack === stop) takeBack = null;
  };
  takeBack = stop;
}

function Countdown({ untilMs }: { untilMs: number }) {
  const [leftMs, setLeftMs] = useState(untilMs - Date.now());
  useEffect(() => {
    const timer = setInterval(() => setLeftMs(untilMs - Date.now()), 1000);
    return () => clearInterval(timer);
  }, [untilMs]);
  return (
    // Read out once, not every second.
    <span className="flex items-center gap-2" aria-live="off">
      Clears itself in {Math.max(0, Math.round(leftMs / 1000))} s
      <Ticks value={(leftMs / KEPT_MS) * 100} isSmall />
    </span>
  );
}
