import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';

/** Per address: 60 failures in 15 minutes. */
const WINDOW_MS = 15 * 60 * 1000;
const MAX_PER_ADDRESS = 60;
/** Per account: after five failures each further one doubles the wait, from 2 seconds to 15 minutes. */
const FREE_PER_ACCOUNT = 5;
const FIRST_DELAY_MS = 2000;
const MAX_DELAY_MS = WINDOW_MS;

interface Row {
  failures: number;
  windowStartedAt: number;
  blockedUntil: number;
}

/**
 * Slows down guessing. Failures are kept in the database, so a restart does not forgive them. A clock set back
 * waits at most the longest delay, and never forgives.
 */
export interface SignInThrottle {
  /** Throws `too_many_attempts` with `retry_after_s`. Call before the password is looked at. */
  requireAllowed(ip: string | null, account: string | null): void;
  noteFailure(ip: string | null, account: string | null): void;
  /** A right password clears the account's count, not the address's. */
  noteSuccess(account: string): void;
}

export function createSignInThrottle(ctx: Context): SignInThrottle {
  const { sqlite } = ctx.store;
  const select = sqlite.prepare(
    'SELECT failures, window_started_at AS windowStartedAt, blocked_until AS blockedUntil FROM sign_in_failures WHERE subject = ?',
  );
  const upsert = sqlite.prepare(
    `INSERT INTO sign_in_failures (subject, failures, window_started_at, blocked_until) VALUES (@subject, @failures, @windowStartedAt, @blockedUntil)
     ON CONFLICT (subject) DO UPDATE SET failures = @failures, window_started_at = @windowStartedAt, blocked_until = @blockedUntil`,
  );
  const subjectsOf = (ip: string | null, account: string | null) => [
    ...(ip === null ? [] : [`ip:${ip}`]),
    ...(account === null ? [] : [`account:${account.toLowerCase()}`]),
  ];

  function note(subject: string): void {
    const now = ctx.clock.now();
    const known = select.get(subject) as Row | undefined;
    const isFresh = known !== undefined && Math.abs(now - known.windowStartedAt) < WINDOW_MS;
    const failures = (isFresh ? known.failures : 0) + 1;
    const delayMs = subject.startsWith('ip:') ? addressDelay(failures) : accountDelay(failures);
    upsert.run({
      subject,
      failures,
      windowStartedAt: isFresh ? known.windowStartedAt : now,
      blockedUntil: delayMs === 0 ? 0 : now + delayMs,
    });
  }

  return {
    requireAllowed(ip, account) {
      const now = ctx.clock.now();
      for (const subject of subjectsOf(ip, account)) {
        const known = select.get(subject) as Row | undefined;
        const waitMs = Math.min((known?.blockedUntil ?? 0) - now, MAX_DELAY_MS);
        if (waitMs > 0) {
          throw new AppError(
            'too_many_attempts',
            `Too many attempts: try again in ${Math.ceil(waitMs / 1000)} seconds.`,
            {
              details: { retry_after_s: Math.ceil(waitMs / 1000) },
            },
          );
        }
      }
    },
    noteFailure(ip, account) {
      ctx.store.transaction(() => {
        sqlite
          .prepare('DELETE FROM sign_in_failures WHERE window_started_at < ? AND blocked_until < ?')
          .run(ctx.clock.now() - WINDOW_MS, ctx.clock.now());
        for (const subject of subjectsOf(ip, account)) note(subject);
      });
    },
    noteSuccess(account) {
      ctx.store.transaction(() => {
        sqlite
          .prepare('DELETE FROM sign_in_failures WHERE subject = ?')
          .run(`account:${account.toLowerCase()}`);
      });
    },
  };
}

function addressDelay(failures: number): number {
  return failures >= MAX_PER_ADDRESS ? WINDOW_MS : 0;
}

function accountDelay(failures: number): number {
  return failures <= FREE_PER_ACCOUNT
    ? 0
    : Math.min(FIRST_DELAY_MS * 2 ** (failures - FREE_PER_ACCOUNT - 1), MAX_DELAY_MS);
}
