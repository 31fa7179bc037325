import { type LucideIcon, X } from 'lucide-react';
import { type ReactNode, useSyncExternalStore } from 'react';
import { IconButton } from '../button.tsx';
import { shortenWithin } from '../text.ts';

export interface Toast {
  id: number;
  icon?: LucideIcon;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
}

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();
const SHOWN_MS = 6000;

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows a short message. Stays for `shownMs`, or with null until dismissed. Returns a function to remove it. */
export function showToast(toast: Omit<Toast, 'id'>, shownMs: number | null = SHOWN_MS): () => void {
  const id = nextId++;
  set([...toasts.slice(-3), { ...toast, id }]);
  const dismiss = () => set(toasts.filter((each) => each.id !== id));
  if (shownMs !== null) setTimeout(dismiss, shownMs);
  return dismiss;
}

/** A long name is at the beginning or in the middle of a title, and what happened to it at the end: both stay. */
export const shortenTitle = (title: string): string => shortenWithin(title, 40, 30);

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, icon: Icon, title, text, action }) => (
        <div key={id} className={`toast ${Icon ? '' : 'is-plain'}`}>
          {Icon && <Icon className="icon" aria-hidden="true" />}
          <div className="min-w-0">
            <b className="block [overflow-wrap:anywhere]" title={title}>
              {shortenTitle(title)}
            </b>
            {text && <span className="text-12 text-text-3">{text}</span>}
          </div>
          <span className="flex items-center gap-1">
            {action}
            <IconButton
              icon={X}
              label="Dismiss"
              onClick={() => set(toasts.filter((each) => each.id !== id))}
            />
          </span>
        </div>
      ))}
    </div>
  );
}
