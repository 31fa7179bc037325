import { notify } from './notifications.ts';

/** What a second start hands over beside its words. */
export interface HandedOver {
  version: string;
}

/**
 * A start of another version, of an update or a second package, ends as every second start does. It is said which one runs:
 * else its user would take this one for it.
 *
 * @param handedOver of a program of the same account, in whatever version: a `HandedOver`, or anything.
 */
export function tellOfOtherVersion(handedOver: unknown, own: string, onClick: () => void): void {
  const { version } = (handedOver ?? {}) as Partial<Record<keyof HandedOver, unknown>>;
  if (typeof version !== 'string' || !/^[\w.+-]{1,40}$/.test(version) || version === own) return;
  notify(
    {
      title: `Temps ${own} is running, not ${version}`,
      body: `To use ${version}, quit Temps in the tray or in Settings, and start it again.`,
    },
    onClick,
  );
}
