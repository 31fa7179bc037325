import { randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { digestToken } from '../token-digest.ts';

export type LinkPurpose = 'setup' | 'owner';

/** Owner's links are used immediately; set-up links may take longer. */
const lifetimeMs: Record<LinkPurpose, number> = { owner: 5 * 60 * 1000, setup: 60 * 60 * 1000 };
/** More than anyone has open; the oldest is dropped first. */
const MAX_OPEN = 20;

interface Link {
  hash: Buffer;
  purpose: LinkPurpose;
  createdAt: number;
  /** Called once it was redeemed. */
  onRedeemed?: (() => void) | undefined;
}

/** One-time links: 256 bits, one use. In memory: a restart ends them all, and a locked start writes nothing. */
export interface OneTimeLinks {
  create(purpose: LinkPurpose, onRedeemed?: () => void): { token: string; expiresAt: number };
  /** Throws `link_invalid` unless `redeem` would take it; leaves it as it is. */
  require(token: string, purpose: LinkPurpose): void;
  /** Redeems a link. Throws `link_invalid` for one that is unknown, used, expired, or for another purpose. */
  redeem(token: string, purpose: LinkPurpose): void;
  /** Restores a link whose use failed for another reason (a password too short), with a new lifetime. */
  restore(token: string, purpose: LinkPurpose): void;
}

export function createOneTimeLinks(clock: Clock): OneTimeLinks {
  let links: Link[] = [];

  function find(token: string): Link | undefined {
    const given = digestToken(token);
    return links.find((known) => timingSafeEqual(known.hash, given));
  }

  function requireInForce(link: Link | undefined, purpose: LinkPurpose): void {
    const ageMs = link ? clock.now() - link.createdAt : Number.NaN;
    // SECURITY: a link from the future (the clock was set back) counts as expired.
    if (link?.purpose === purpose && ageMs >= 0 && ageMs <= lifetimeMs[purpose]) return;
    throw new AppError(
      'link_invalid',
      'This link was used or has expired. Run temps-desktop console for a new one.',
    );
  }

  return {
    create(purpose, onRedeemed) {
      const token = randomBytes(32).toString('base64url');
      const createdAt = clock.now();
      links = [...links.slice(1 - MAX_OPEN), { hash: digestToken(token), purpose, createdAt, onRedeemed }];
      return { token, expiresAt: createdAt + lifetimeMs[purpose] };
    },
    require(token, purpose) {
      requireInForce(find(token), purpose);
    },
    redeem(token, purpose) {
      const link = find(token);
      links = links.filter((known) => known !== link);
      link?.onRedeemed?.();
      requireInForce(link, purpose);
    },
    restore(token, purpose) {
      links = [...links, { hash: digestToken(token), purpose, createdAt: clock.now() }];
    },
  };
}
