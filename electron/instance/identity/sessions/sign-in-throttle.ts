import { isIPv6 } from 'node:net';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { normalizeEmail } from '../users/email.ts';

const WINDOW_MS = 15 * 60 * 1000;
/** After five failures each further one doubles the wait, from 2 seconds to 15 minutes. */
const FREE_PER_ACCOUNT = 5;
const FIRST_DELAY_MS = 2000;
const MAX_DELAY_MS = WINDOW_MS;
/** Of credentials that cannot be guessed: more than a program with an old key makes by mistake. */
const MAX_PER_ADDRESS = 60;

interface Row {
  failures: number;
  windowStartedAt: number;
  blockedUntil: number;
}

/**
 * What is guessed, each with a budget of its own: failures of one never count against another. A password or a code is
 * short enough to be guessed and is counted by account, whatever the addresses; confirming by account too, apart from
 * signing in, so that a stranger who guesses cannot keep someone from confirming. Unlocking likewise, and before the
 * second factor apart from after it.
 */
export type Guessed =
  | { what: 'password'; email: string }
  | { what: 'code' | 'confirmation' | 'unlock' | 'early_unlock'; userId: number }
  /** Of a program that waits to be signed in; null for the owner without an account. */
  | { what: 'cli_code'; userId: number | null };

/**
 * Slows down guessing. Failures are kept in the database, so a restart does not forgive them. A clock set back
 * waits at most the longest delay, and never forgives.
 */
export interface SignInThrottle {
  /** Throws `too_many_attempts` with `retry_after_s`. Call before the password is looked at. */
  requireAllowed(guessed: Guessed): void;
  noteFailure(guessed: Guessed): void;
  noteSuccess(guessed: Guessed): void;
  /**
   * A key, token or link that is none. Call once it is known to be wrong: a valid one is never refused, whatever else
   * came from its address. Throws `too_many_attempts` in place of the real answer when that was one of many.
   */
  noteWrongToken(kind: 'token' | 'link', ip: string | null): void;
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

  function requireUnblocked(subject: string): void {
    const known = select.get(subject) as Row | undefined;
    const waitMs = Math.min((known?.blockedUntil ?? 0) - ctx.clock.now(), MAX_DELAY_MS);
    if (waitMs <= 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    throw new AppError('too_many_attempts', `Too many attempts: try again in ${seconds} seconds.`, {
      details: { retry_after_s: seconds },
    });
  }

  function note(subject: string, delayAfter: (failures: number) => number): void {
    ctx.store.transaction(() => {
      const now = ctx.clock.now();
      sqlite
        .prepare('DELETE FROM sign_in_failures WHERE window_started_at < ? AND blocked_until < ?')
        .run(now - WINDOW_MS, now);
      const known = select.get(subject) as Row | undefined;
      const isFresh = known !== undefined && Math.abs(now - known.windowStartedAt) < WINDOW_MS;
      const failures = (isFresh ? known.failures : 0) + 1;
      const delayMs = delayAfter(failures);
      upsert.run({
        subject,
        failures,
        windowStartedAt: isFresh ? known.windowStartedAt : now,
        blockedUntil: delayMs === 0 ? 0 : now + delayMs,
      });
    });
  }

  return {
    requireAllowed: (guessed) => requireUnblocked(subjectOf(guessed)),
    noteFailure: (guessed) => note(subjectOf(guessed), accountDelay),
    noteSuccess(guessed) {
      ctx.store.transaction(() => {
        sqlite.prepare('DELETE FROM sign_in_failures WHERE subject = ?').run(subjectOf(guessed));
      });
    },
    noteWrongToken(kind, ip) {
      if (ip === null) return;
      const subject = `${kind}:${networkOf(ip)}`;
      requireUnblocked(subject);
      note(subject, (failures) => (failures >= MAX_PER_ADDRESS ? WINDOW_MS : 0));
    },
  };
}

function subjectOf(guessed: Guessed): string {
  return guessed.what === 'password'
    ? `account:${normalizeEmail(guessed.email)}`
    : `${guessed.what}:${guessed.userId ?? 'owner'}`;
}

/**
 * What one guesser can choose freely is one address: all of this machine's own, and the 64 bits of an IPv6 address that
 * every device picks by itself (RFC 4291, 2.5.1).
 */
export function networkOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '');
  if (plain === '::1' || plain.startsWith('127.')) return 'loopback';
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('%')[0]?.split('::') ?? [];
  const groups = head.split(':').filter((group) => group !== '');
  const behind = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : 8 - groups.length - behind.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...behind]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

function accountDelay(failures: number): number {
  return failures <= FREE_PER_ACCOUNT
    ? 0
    : Math.min(FIRST_DELAY_MS * 2 ** (failures - FREE_PER_ACCOUNT - 1), MAX_DELAY_MS);
}
