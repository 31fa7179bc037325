import { Notification } from 'electron';

/**
 * Those that were shown last, by title. Held, because one that nothing refers to is collected, and then hears no click:
 * https://github.com/electron/electron/issues/16922
 */
const shown = new Map<string, Notification>();

/** Tells the user something; nothing where the system has no notifications. */
export function notify({ title, body }: { title: string; body: string }, onClick: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  notification.on('click', () => onClick());
  notification.show();
  shown.set(title, notification);
}
