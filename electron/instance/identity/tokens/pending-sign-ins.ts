import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { networkOf } from '../sessions/sign-in-throttle.ts';
import { digestToken } from '../token-digest.ts';

/** Long enough to find a browser and sign in there; RFC 8628 leaves it to the server. */
export const CODE_LIFE_MS = 10 * 60 * 1000;
/** RFC 8628, 3.2: what a client assumes when it is told nothing. */
export const POLL_INTERVAL_S = 5;
/** Less than the interval: a client that waits as it was told is never early because an answer was slow. */
const MIN_POLL_GAP_MS = (POLL_INTERVAL_S - 1) * 1000;

/** Each waiting code is one more that a guess could hit. Five are what someone leaves behind who tries again. */
const MAX_PER_NETWORK = 5;
const MAX_WAITING = 30;

/**
 * RFC 8628, 6.1: consonants alone spell no words, and none of these is taken for another. Eight of twenty are 34 bits:
 * with 30 codes waiting, one guess in 850 million hits one.
 */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const USER_CODE_LETTERS = 8;

/** A program that asked for a key and waits for a person to approve it. */
export interface PendingSignIn {
  readonly clientName: string;
  /** Where it asked from; null for the socket and the window. */
  readonly ip: string | null;
  readonly askedAt: number;
  readonly expiresAt: number;
  outcome: Outcome;
}

type Outcome =
  | { kind: 'waiting' }
  | { kind: 'denied' }
  /** The key, until it is collected: its text is nowhere else but encrypted. */
  | { kind: 'approved'; keyId: number; text: SecretText };

/** What a poll finds. `over` is what a code is that was used, is too old, or never was one. */
export type Polled = 'waiting' | 'slow_down' | 'denied' | 'over' | PendingSignIn;

/**
 * The sign-ins of programs that wait for a person (RFC 8628). SECURITY: in memory alone, and both codes only as digests: a
 * restart ends them all, and nothing that is written somewhere lets anyone collect a key.
 */
export interface PendingSignIns {
  /** Throws `too_many_attempts` while too many wait. */
  begin(clientName: string, ip: string | null): { deviceCode: string; userCode: string };
  /** The one that waits for this code, however it was typed; null for any other. */
  findWaiting(userCode: string): PendingSignIn | null;
  /** One that was approved or denied is forgotten with this answer: it is given once. */
  poll(deviceCode: string): Polled;
  /** Ends what is too old, or everything, and gives the ids of keys that nobody collected. */
  sweep(what: 'old' | 'all'): number[];
}

interface Entry extends PendingSignIn {
  deviceDigest: Buffer;
  userDigest: Buffer;
  network: string;
  polledAt: number | null;
}

export function createPendingSignIns(clock: Clock): PendingSignIns {
  let entries: Entry[] = [];
  /** Of entries that ended; until someone asks for them. */
  let uncollected: number[] = [];

  // SECURITY: one from the future (the clock was set back) counts as too old.
  const isOld = ({ askedAt, expiresAt }: Entry) => clock.now() < askedAt || clock.now() >= expiresAt;

  function end(isOver: (entry: Entry) => boolean): void {
    for (const { outcome } of entries.filter(isOver))
      if (outcome.kind === 'approved') uncollected.push(outcome.keyId);
    entries = entries.filter((entry) => !isOver(entry));
  }

  /** SECURITY: by digests in constant time, and all of them, whichever it is. */
  function find(which: 'deviceDigest' | 'userDigest', given: string): Entry | undefined {
    end(isOld);
    const wanted = digestToken(given);
    return entries.filter((entry) => timingSafeEqual(entry[which], wanted))[0];
  }

  function requireRoom(network: string): void {
    const ofNetwork = entries.filter((entry) => entry.network === network);
    const full =
      ofNetwork.length >= MAX_PER_NETWORK ? ofNetwork : entries.length >= MAX_WAITING ? entries : null;
    if (full === null) return;
    const waitMs = Math.min(...full.map(({ expiresAt }) => expiresAt)) - clock.now();
    throw new AppError(
      'too_many_attempts',
      'Too many programs wait to be signed in: finish or deny those first.',
      {
        details: { retry_after_s: Math.max(1, Math.ceil(waitMs / 1000)) },
      },
    );
  }

  return {
    begin(clientName, ip) {
      end(isOld);
      const network = ip === null ? 'loopback' : networkOf(ip);
      requireRoom(network);
      const deviceCode = randomBytes(32).toString('base64url');
      let userCode = createUserCode();
      while (find('userDigest', userCode)) userCode = createUserCode();
      const askedAt = clock.now();
      entries.push({
        clientName,
        ip,
        askedAt,
        expiresAt: askedAt + CODE_LIFE_MS,
        outcome: { kind: 'waiting' },
        deviceDigest: digestToken(deviceCode),
        userDigest: digestToken(userCode),
        network,
        polledAt: null,
      });
      return { deviceCode, userCode: `${userCode.slice(0, 4)}-${userCode.slice(4)}` };
    },
    findWaiting(userCode) {
      const entry = find('userDigest', normalizeUserCode(userCode));
      return entry?.outcome.kind === 'waiting' ? entry : null;
    },
    poll(deviceCode) {
      const entry = find('deviceDigest', deviceCode);
      if (!entry) return 'over';
      const now = clock.now();
      const gapMs = entry.polledAt === null ? Number.POSITIVE_INFINITY : now - entry.polledAt;
      if (gapMs >= 0 && gapMs < MIN_POLL_GAP_MS) return 'slow_down';
      entry.polledAt = now;
      if (entry.outcome.kind === 'waiting') return 'waiting';
      entries = entries.filter((other) => other !== entry);
      return entry.outcome.kind === 'denied' ? 'denied' : entry;
    },
    sweep(what) {
      end(what === 'all' ? () => true : isOld);
      const ids = uncollected;
      uncollected = [];
      return ids;
    },
  };
}

function createUserCode(): string {
  return Array.from({ length: USER_CODE_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** As it was created: people type small letters, and leave the hyphen out or put spaces in. */
function normalizeUserCode(typed: string): string {
  return typed.replace(/[\s-]/g, '').toUpperCase();
}
