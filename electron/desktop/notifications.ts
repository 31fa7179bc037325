import { Notification } from 'electron';

/**
 * The last notifications, by title. Kept, because an unreferenced one is garbage-collected and then gets no click
 * event: https://github.com/electron/electron/issues/16922
 */
const shown = new Map<string, Notification>();

/** Whether the system refused one: macOS shows none of a program that is not signed. */
let wasRefused = false;

export const canNotify = (): boolean => Notification.isSupported() && !wasRefused;

/** Shows a notification. False where the system has none, as far as it said so: the caller may show the window. */
export function notify({ title, body }: { title: string; body: string }, onClick: () => void): boolean {
  if (!canNotify()) return false;
  const notification = new Notification({ title, body });
  notification.on('click', () => onClick());
  if (process.platform === 'darwin')
    notification.on('failed', () => {
      wasRefused = true;
    });
  notification.show();
  shown.set(title, notification);
  return true;
}
