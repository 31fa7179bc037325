import { Notification } from 'electron';

/**
 * The last notifications, by title. Kept, because an unreferenced one is garbage-collected and then gets no click
 * event: https://github.com/electron/electron/issues/16922
 */
const shown = new Map<string, Notification>();

/** Shows a notification; does nothing where the system has none. */
export function notify({ title, body }: { title: string; body: string }, onClick: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  notification.on('click', () => onClick());
  notification.show();
  shown.set(title, notification);
}
