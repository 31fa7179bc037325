import { every, type Job } from '../jobs/job.ts';
import { getAutoLock } from '../settings/settings.ts';
import type { Identity } from './identity.ts';

/** A request is judged when it comes; this is how late the rest is: streams, rows, and the vault. */
const LOOK_MS = 5000;

/** Locks what nobody used for as long as the settings say, and what was to lock with the screen and could not yet. */
export function idleJob({ ctx, presence, screenLock, vaultLock }: Identity): Job {
  return {
    name: 'identity.idle',
    title: 'Lock what nobody used for a while',
    when: every(LOOK_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      // What opens later, by whomever, is counted from then on.
      if (!vaultLock.isOpen()) presence.noteUnlocked();
      await screenLock.lockIfDue();
      const { minutes, strength } = getAutoLock(ctx);
      if (minutes === null) return undefined;
      presence.lockIdle();
      const isDue = () => {
        const wanted = getAutoLock(ctx);
        return (
          wanted.minutes !== null && wanted.strength === 'vault' && presence.isNobodyHere(wanted.minutes)
        );
      };
      if (strength === 'vault' && vaultLock.isOpen() && isDue()) await vaultLock.lock({ minutes }, isDue);
      return undefined;
    },
  };
}
