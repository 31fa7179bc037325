import type { Caller } from '../../access/caller.ts';
import type { Context } from '../../kernel/context.ts';
import { putLast } from '../../kernel/recent.ts';
import { getAutoLock } from '../../settings/settings.ts';
import { type Instant, isIdle } from './idle.ts';
import { listOpenSessions, noteSessionLocked, noteSessionUsed, type Session } from './sessions.ts';

const MINUTE_MS = 60_000;
/** How old the time in a session's row may be: one that is used writes this often. A restart locks it that much sooner. */
const SAVE_MS = 30_000;
/** More than anyone has open; the one used longest ago is read from its row again. */
const MAX_REMEMBERED = 10_000;

interface Seat {
  usedAt: Instant;
  lockedAt: number | null;
  savedAt: number | null;
}

/** A session, or the one desktop window. */
type SeatName = number | 'window';

/**
 * Who is there, and what is locked because nobody was. Use is what a person does: what their page reports, signing in,
 * confirming, and requests that change something. Reading is not: pages read by themselves.
 *
 * SECURITY: kept in memory first, so that a disk that takes no writes unlocks nothing; a lock is in the session's row too,
 * so that no restart does. What is locked stays so until the password, whatever the settings say afterwards.
 */
export interface Presence {
  /** Whether it is locked. Judged at this instant: no timer runs while the machine sleeps. */
  isSessionLocked(session: Session): boolean;
  isWindowLocked(): boolean;
  /** Does nothing for what is locked, and for keys and tokens, which belong to programs. */
  noteUse(caller: Caller): void;
  noteSignIn(sessionId: number): void;
  /** The password was entered: true if it was locked. */
  open(seat: SeatName): boolean;
  /** Locks every session and the window that is due, so that their streams end and their rows say so. */
  lockIdle(): void;
  /** Whether nobody at all was there for so long. */
  isNobodyHere(minutes: number): boolean;
  /** Counts from now on: what was just unlocked is not locked for the time before. */
  noteUnlocked(): void;
}

export function createPresence(ctx: Context): Presence {
  const seats = new Map<SeatName, Seat>();
  const now = (): Instant => ({ atMs: ctx.clock.now(), tickMs: performance.now() });
  let anyone = now();
  // As it is for a session: a restart opens nothing. Without an account its door asks nothing of it.
  const windowSeat: Seat = {
    usedAt: now(),
    lockedAt: getAutoLock(ctx).minutes === null ? null : ctx.clock.now(),
    savedAt: null,
  };

  function seatOf(session: Session): Seat {
    const known = seats.get(session.id);
    if (known) return known;
    const { atMs, tickMs } = now();
    const usedAt = session.usedAt ?? session.createdAt;
    const seat: Seat = {
      // What the row says passed before this process began is counted by the monotonic clock too.
      usedAt: { atMs: usedAt, tickMs: tickMs - Math.max(0, atMs - usedAt) },
      lockedAt: session.lockedAt,
      savedAt: session.usedAt,
    };
    remember(session.id, seat);
    return seat;
  }

  const remember = (name: SeatName, seat: Seat) => putLast(seats, name, seat, MAX_REMEMBERED);

  /** For rows of what already counts in memory. */
  function tryToWrite(write: () => void): boolean {
    try {
      ctx.store.transaction(write);
      return true;
    } catch {
      return false;
    }
  }

  function judge(seat: Seat, onLocked: () => void): boolean {
    if (seat.lockedAt !== null) return true;
    const { minutes } = getAutoLock(ctx);
    if (minutes === null || !isIdle(seat.usedAt, now(), minutes * MINUTE_MS)) return false;
    seat.lockedAt = ctx.clock.now();
    onLocked();
    return true;
  }

  function judgeSession(session: Session): boolean {
    return judge(seatOf(session), () => {
      tryToWrite(() => noteSessionLocked(ctx, session.id));
      // Its streams are looked at now, and end; the person's other pages see that it is locked.
      ctx.events.emit('changed', { resource: 'auth', userId: session.userId });
    });
  }

  const judgeWindow = () =>
    judge(windowSeat, () => ctx.events.emit('changed', { resource: 'auth', userId: null }));

  function use(name: SeatName, seat: Seat): void {
    if (seat.lockedAt !== null) return;
    anyone = now();
    seat.usedAt = anyone;
    if (name === 'window') return;
    remember(name, seat);
    if (seat.savedAt !== null && Math.abs(anyone.atMs - seat.savedAt) < SAVE_MS) return;
    seat.savedAt = anyone.atMs;
    tryToWrite(() => noteSessionUsed(ctx, name));
  }

  return {
    isSessionLocked: judgeSession,
    isWindowLocked: judgeWindow,
    noteUse(caller) {
      if (caller.kind !== 'owner' && caller.kind !== 'user') return;
      const { sessionId } = caller;
      const seat = sessionId === null ? undefined : seats.get(sessionId);
      if (sessionId !== null && seat) use(sessionId, seat);
      else if (caller.kind === 'owner' && caller.via === 'window') use('window', windowSeat);
      else if (caller.kind === 'owner' && caller.via === 'socket') anyone = now();
    },
    noteSignIn(sessionId) {
      const usedAt = now();
      anyone = usedAt;
      remember(sessionId, { usedAt, lockedAt: null, savedAt: usedAt.atMs });
    },
    open(name) {
      const seat = name === 'window' ? windowSeat : seats.get(name);
      if (!seat) return false;
      const wasLocked = seat.lockedAt !== null;
      seat.lockedAt = null;
      seat.savedAt = null;
      use(name, seat);
      return wasLocked;
    },
    lockIdle() {
      judgeWindow();
      for (const session of listOpenSessions(ctx)) judgeSession(session);
    },
    isNobodyHere: (minutes) => isIdle(anyone, now(), minutes * MINUTE_MS),
    noteUnlocked() {
      anyone = now();
    },
  };
}
