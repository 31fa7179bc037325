import { Eye, EyeOff, FileDown, Printer } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { desktop } from '../../desktop.ts';
import { Button } from '../../ui/button.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import type { MadeCopy } from './copy-formats.ts';
import { KitPage } from './kit-page.tsx';
import { useHiddenFromCapture } from './use-hidden-from-capture.ts';
import { useHiddenOnBlur } from './use-hidden-on-blur.ts';

type Kit = NonNullable<MadeCopy['kit']>;

interface PaperKitProps {
  kit: Kit;
  onPrinted: () => void;
}

/**
 * The page to print. SECURITY: what it holds is in the document while it is printed, and while its owner looks
 * at it with the window in front; otherwise the page is drawn without it.
 */
export function PaperKit({ kit, onPrinted }: PaperKitProps) {
  const [isShown, setShown] = useState(false);
  const [isPrinting, setPrinting] = useState(false);
  const [wasPrinted, setPrinted] = useState(false);
  const hide = useCallback(() => setShown(false), []);
  useHiddenOnBlur(isShown && !isPrinting, hide);
  useHiddenFromCapture(isShown);
  useEffect(() => {
    const done = () => setPrinting(false);
    window.addEventListener('afterprint', done);
    return () => window.removeEventListener('afterprint', done);
  }, []);
  /** Draws the page with what it holds for as long as `take` works; true where something came of it. */
  const withKit = async (take: () => Promise<boolean>) => {
    // The code must be drawn before the page is taken.
    await import('qrcode');
    flushSync(() => setPrinting(true));
    await nextFrame();
    await nextFrame();
    try {
      if (await take()) setPrinted(true);
    } finally {
      // A browser's own dialog ends with `afterprint`.
      if (desktop) setPrinting(false);
    }
  };
  const print = () =>
    withKit(async () => {
      if (desktop) return await desktop.print();
      window.print();
      return true;
    });
  const savePdf = () =>
    withKit(async () => {
      const path = await desktop?.savePdf({ name: 'Temps paper kit' });
      if (!path) return false;
      showToast({ icon: FileDown, title: 'Saved as PDF', text: `${path} is the key without protection.` });
      return true;
    });
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Button kind={wasPrinted ? 'normal' : 'main'} icon={Printer} onClick={() => void print()}>
          {wasPrinted ? 'Print it again' : 'Print'}
        </Button>
        {desktop && (
          <Button icon={FileDown} onClick={() => void savePdf()}>
            Save as PDF…
          </Button>
        )}
        <Button icon={isShown ? EyeOff : Eye} onClick={() => setShown(!isShown)}>
          {isShown ? 'Hide what it holds' : 'Show what it holds'}
        </Button>
        <span className="flex-1" />
        <Button kind={wasPrinted ? 'main' : 'normal'} onClick={onPrinted}>
          I have it on paper
        </Button>
      </div>
      <p className="text-12 text-text-3">
        {desktop ? 'Paper is safest:' : 'Print on paper, not into a file:'} a file of this page is the key
        without protection. Printers with a memory of their own keep what they print.
      </p>
      <KitPage kit={kit} isShown={isShown || isPrinting} />
    </div>
  );
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
