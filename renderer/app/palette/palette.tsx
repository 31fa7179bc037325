import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useShortcut } from '../../ui/shortcuts.ts';
import { useIdle } from '../idle.ts';
import { openPalette, usePaletteOpen } from './palette-state.ts';

/** Loaded once the page is there: no page waits for it. */
const PaletteDialog = lazyRouteComponent(() => import('./palette-dialog.tsx'), 'PaletteDialog');

/** Command palette (Ctrl or Cmd K). */
export function Palette() {
  const isOpen = usePaletteOpen();
  useIdle(PaletteDialog.preload);
  useShortcut('palette', openPalette);
  if (!isOpen) return null;
  return (
    <Suspense>
      <PaletteDialog />
    </Suspense>
  );
}
