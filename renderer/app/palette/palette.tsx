import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { isPageCovered } from '../../ui/cover.ts';
import { useIdle } from '../idle.ts';
import { openPalette, usePaletteOpen } from './palette-state.ts';

/** Loaded once the page is there: no page waits for it. */
const PaletteDialog = lazyRouteComponent(() => import('./palette-dialog.tsx'), 'PaletteDialog');

/** Command palette (Ctrl or Cmd K). */
export function Palette() {
  const isOpen = usePaletteOpen();
  useIdle(PaletteDialog.preload);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (isPageCovered()) return;
      event.preventDefault();
      openPalette();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  if (!isOpen) return null;
  return (
    <Suspense>
      <PaletteDialog />
    </Suspense>
  );
}
