import { ClipboardCheck, ClipboardX } from 'lucide-react';
import { type ReactNode, useSyncExternalStore } from 'react';
import { desktop } from '../../desktop.ts';
import { Banner } from '../banner.tsx';
import { Button } from '../button.tsx';
import { Ticks } from '../instruments/ticks.tsx';
import { showToast } from '../overlays/toasts.tsx';
import {
  type ClipboardWatch,
  clearClipboard,
  watchClipboard,
  watchDesktopClipboard,
} from './clipboard-watch.ts';
import { useSecondsLeft } from './countdown.ts';

export const KEPT_MS = 45_000;

type Desktop = NonNullable<typeof desktop>;

let last: ClipboardWatch | null = null;

/**
 * Puts a secret on the clipboard and clears it after 45 seconds if it is still there. A page without focus may
 * neither read nor write the clipboard: then it is cleared when the page gets the focus again. If the browser does
 * not let the page read the clipboard, the secret stays; the toast says so and has a button to clear it.
 *
 * Throws when the browser refuses access to the clipboard, and any error of the text's promise.
 */
export async function copySecret(text: string | Promise<string>, name: string): Promise<void> {
  const watch = await (desktop ? copyByDesktop(desktop, text) : copyByPage(text));
  // The next copied secret replaces this one, on the clipboard and in the toast.
  last?.stop();
  const dismiss = showToast(
    {
      icon: ClipboardCheck,
      title: `${name} copied`,
      text: <Fate watch={watch} />,
      action: (
        <Button isSmall onClick={() => void clearNow()}>
          Clear now
        </Button>
      ),
    },
    null,
  );
  watch.subscribe(() => watch.read() === 'gone' && dismiss());
  last = watch;
}

/** The desktop keeps it out of clipboard histories and clears it even without focus; a page can do neither. */
async function copyByDesktop({ copySecret }: Desktop, text: string | Promise<string>) {
  await copySecret({ text: await text, keptMs: KEPT_MS });
  return watchDesktopClipboard(KEPT_MS);
}

async function copyByPage(text: string | Promise<string>) {
  return await watchClipboard(await writeText(text), KEPT_MS);
}

/** The write starts at the click, while the browser still allows it; the text may arrive later. */
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
    // Prefer the instance's error over the browser's complaint about missing data.
    throw (failure as { error: unknown } | null)?.error ?? error;
  }
  return text;
}

/** Clears the clipboard, whatever is on it. Throws when the browser refuses. */
export async function clearSecretClipboard(): Promise<void> {
  await (desktop ? desktop.clearClipboard() : clearClipboard());
  last?.stop();
}

async function clearNow(): Promise<void> {
  try {
    await clearSecretClipboard();
    showToast({ icon: ClipboardCheck, title: 'Clipboard cleared' });
  } catch {
    showToast({
      icon: ClipboardX,
      title: 'The clipboard was not cleared',
      text: 'The browser refused. Copy something else to replace it.',
    });
  }
}

const never = () => () => undefined;

/** For where messages are not shown: what was copied last, while it may still be on the clipboard. */
export function ClipboardNote() {
  const watch = last;
  const fate = useSyncExternalStore(watch?.subscribe ?? never, () => watch?.read() ?? 'gone');
  if (!watch || fate === 'gone') return null;
  return (
    <Banner
      tone="attention"
      action={
        <Button isSmall onClick={() => void clearNow()}>
          Clear now
        </Button>
      }
    >
      A copied secret may still be on the clipboard. <Fate watch={watch} />
    </Banner>
  );
}

/** Says what will happen to the copied secret, with a countdown. */
function Fate({ watch }: { watch: ClipboardWatch }) {
  const fate = useSyncExternalStore(watch.subscribe, watch.read);
  const secondsLeft = useSecondsLeft(watch.untilMs);
  switch (fate) {
    case 'gone':
      return null;
    case 'counting':
      return <Counted secondsLeft={secondsLeft}>Clears automatically</Counted>;
    case 'away':
      return <>Clears when you return to this window.</>;
    case 'denied':
      return <>It stays there: this browser does not let pages read the clipboard. Clear it yourself.</>;
    case 'prompt':
      return (
        <>
          It stays there until this page may read the clipboard.{' '}
          <button type="button" className="underline" onClick={() => void watch.allow()}>
            Allow automatic clearing
          </button>
        </>
      );
  }
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
