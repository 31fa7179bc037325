import { Button } from '../../ui/button.tsx';
import { Kbd } from '../../ui/chip.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { sayKeys, shortcuts, useShortcutsNow } from '../../ui/shortcuts.ts';

/** What the keyboard does on this page. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const names = useShortcutsNow();
  return (
    <Dialog
      onClose={onClose}
      title="Keyboard shortcuts"
      text="What the keyboard does on this page."
      foot={
        <Button className="ml-auto" onClick={onClose}>
          Close
        </Button>
      }
    >
      <ul className="grid gap-2">
        {names.map((name) => (
          <li key={name} className="flex items-center justify-between gap-4">
            <span>{shortcuts[name].words}</span>
            <Kbd>{sayKeys(name)}</Kbd>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
