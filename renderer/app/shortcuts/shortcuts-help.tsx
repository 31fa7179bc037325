import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { useShortcut } from '../../ui/shortcuts.ts';
import { useIdle } from '../idle.ts';

/** Loaded once the page is there: no page waits for it. */
const ShortcutsDialog = lazyRouteComponent(() => import('./shortcuts-dialog.tsx'), 'ShortcutsDialog');

/** `?` lists the keyboard shortcuts that do something on this page. */
export function ShortcutsHelp() {
  const [isOpen, setOpen] = useState(false);
  useIdle(ShortcutsDialog.preload);
  useShortcut('help', () => setOpen(true));
  if (!isOpen) return null;
  return (
    <Suspense>
      <ShortcutsDialog onClose={() => setOpen(false)} />
    </Suspense>
  );
}
