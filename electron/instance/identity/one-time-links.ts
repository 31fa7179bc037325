import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../app-error.ts';
import type { Clock } from '../clock.ts';

export type LinkPurpose = 'setup' | 'owner';

/** Owner's links are used at once; whoever sets up may look around first. */
const lifetimeMs: Record<LinkPurpose, number> = { owner: 5 * 60 * 1000, setup: 60 * 60 * 1000 };
/** More than anyone opens at once; the oldest goes first. */
const MAX_OPEN = 20;

interface Link {
  hash: Buffer;
  purpose: LinkPurpose;
  createdAt: number;
}

/** One-time links: 256 bits, one use. In memory: a restart ends them all, and a locked start writes nothing. */
export interface OneTimeLinks {
  create(purpose: LinkPurpose): { token: string; expiresAt: number };
  /** Uses a link up. Throws `link_invalid` for one that is unknown, used, over, or for something else. */
  redeem(token: string, purpose: LinkPurpose): void;
  /** Gives a link back whose use failed for another reason (a password too short), with a new lifetime. */
  restore(token: string, purpose: LinkPurpose): void;
}

export function createOneTimeLinks(clock: Clock): OneTimeLinks {
  let links: Link[] = [];
  return {
    create(purpose) {
      const token = randomBytes(32).toString('base64url');
      const createdAt = clock.now();
      links = [...links.slice(1 - MAX_OPEN), { hash: hash(token), purpose, createdAt }];
      return { token, expiresAt: createdAt + lifetimeMs[purpose] };
    },
    redeem(token, purpose) {
      const given = hash(token);
      const link = links.find((known) => timingSafeEqual(known.hash, given));
      links = links.filter((known) => known !== link);
      const ageMs = link ? clock.now() - link.createdAt : Number.NaN;
      // SECURITY: a link from the future (the clock went back) is as good as over.
      if (link?.purpose === purpose && ageMs >= 0 && ageMs <= lifetimeMs[purpose]) return;
      throw new AppError(
        'link_invalid',
        'This link was used or is over. Run temps-desktop console for a new one.',
      );
    },
    restore(token, purpose) {
      links = [...links, { hash: hash(token), purpose, createdAt: clock.now() }];
    },
  };
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
