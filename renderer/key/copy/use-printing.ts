import { useCallback, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { desktop } from '../../desktop.ts';
import { useHiddenWhenAway } from '../../ui/cover.ts';
import { useHiddenFromCapture } from './use-hidden.ts';

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/**
 * A page that holds a key or a part of one. SECURITY: it is in the document only while it is printed, or while it is
 * shown and the window has the focus; otherwise the page is rendered without it.
 */
export function usePrinting() {
  const [isShown, setShown] = useState(false);
  const [isPrinting, setPrinting] = useState(false);
  const [wasPrinted, setPrinted] = useState(false);
  const hide = useCallback(() => setShown(false), []);
  useHiddenWhenAway(isShown && !isPrinting, hide);
  useHiddenFromCapture(isShown);
  useEffect(() => {
    const done = () => setPrinting(false);
    window.addEventListener('afterprint', done);
    return () => window.removeEventListener('afterprint', done);
  }, []);
  /** Renders the page with its content while `take` runs; true if it was printed or saved. */
  const withContent = async (take: () => Promise<boolean>) => {
    // The QR code must be rendered before the page is captured.
    await import('qrcode');
    flushSync(() => setPrinting(true));
    await nextFrame();
    await nextFrame();
    try {
      if (await take()) setPrinted(true);
    } finally {
      // The browser's print dialog ends with `afterprint`.
      if (desktop) setPrinting(false);
    }
  };
  return {
    isShown,
    setShown,
    /** Whether the content is in the document now. */
    isRendered: isShown || isPrinting,
    wasPrinted,
    print: () =>
      withContent(async () => {
        if (desktop) return await desktop.print();
        window.print();
        return true;
      }),
    /** Only in the desktop window. Calls `onSaved` with the path. */
    savePdf: (name: string, onSaved: (path: string) => void) =>
      withContent(async () => {
        const path = await desktop?.savePdf({ name });
        if (!path) return false;
        onSaved(path);
        return true;
      }),
  };
}
