import type { ScreenSource } from '../doors/window-door.ts';
import { describeSchedule } from '../jobs/job.ts';
import type { Context } from '../kernel/context.ts';
import type { CustodyName } from '../vault/vocabulary.ts';
import type { AutoLock } from './auto-lock.ts';
import { getAutoLock } from './settings.ts';

/** What the description of the lock is told by others. */
export interface Surroundings {
  /** What is not done or answered while the vault is locked, beside jobs. */
  listWaiting(): readonly string[];
  custody(): CustodyName;
  /** Whether there is an account, whose password unlocks the desktop window. */
  hasAccount(): boolean;
  /** Whether the lock of the screen is heard. */
  screen(): ScreenSource;
}

export interface AutoLockDescription extends AutoLock {
  says: string;
  window: string | null;
  screen: string;
  screenAvailable: boolean;
  reopening: string;
  waits: { title: string; schedule: string | null; nextAt: number | null }[];
}

/** What locks by itself and what then waits, for whoever chooses it. From what is set and declared now. */
export function describeAutoLock(
  ctx: Context,
  { listWaiting, custody, hasAccount, screen }: Surroundings,
): AutoLockDescription {
  const autoLock = getAutoLock(ctx);
  const jobs = ctx.jobs.listJobs().filter(({ job }) => job.needsKey);
  return {
    ...autoLock,
    says: sayAutoLock(autoLock),
    window: hasAccount()
      ? null
      : 'The desktop window is not locked: there is no account yet, and no password to unlock it with.',
    screen: sayScreenLock(autoLock.withScreen, screen()),
    screenAvailable: screen().isHeard,
    reopening: reopenings[custody()],
    waits: [
      ...listWaiting().map((title) => ({ title, schedule: null, nextAt: null })),
      ...jobs.map(({ job, nextAt }) => ({
        title: job.title,
        schedule: describeSchedule(job.when),
        nextAt: nextAt === null ? null : Math.round(nextAt),
      })),
    ],
  };
}

/** Of what locks after a time; what is beside it said of the screen stays true. */
export function sayAutoLock({ minutes, strength, withScreen }: AutoLock): string {
  if (minutes === null)
    return withScreen ? 'Off: nothing locks after a time.' : 'Off: nothing locks by itself.';
  const time = minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const sessions = `A session or the desktop window that nobody used for ${time} locks, until its password is entered.`;
  return strength === 'console'
    ? `${sessions} The vault stays unlocked${withScreen ? ' then' : ''}.`
    : `${sessions} Once nobody at all was there for ${time}, the vault locks too: the key is removed from memory.`;
}

/** SECURITY: nothing is promised that nobody would tell. */
export function sayScreenLock(isOn: boolean, source: ScreenSource): string {
  if (!source.isHeard) return `Not available here: ${source.why}. Nothing locks with the screen.`;
  return isOn
    ? 'On: when the screen locks, the vault locks too, as soon as no rotation, move of the key or copy is under way.'
    : 'Off: the vault stays unlocked when the screen locks. What the desktop window needs a confirmation for asks for the password again.';
}

const ASKED_AGAIN =
  'the owner of this machine only has to ask for it, and a restart does so by itself. Locking protects what is in memory, and nothing else.';

/** SECURITY: honest about a custody that gives the key to whoever asks. */
const reopenings: Record<CustodyName, string> = {
  passphrase: 'To unlock the vault again, its passphrase or a copy of the key is needed.',
  keychain: `The key stays in the keychain. While that is unlocked, ${ASKED_AGAIN}`,
  file: `The key stays in its file on this computer: ${ASKED_AGAIN}`,
  external: `The key stays in the external file: ${ASKED_AGAIN}`,
};
