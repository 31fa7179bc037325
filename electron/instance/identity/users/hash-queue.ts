import { AppError } from '../../kernel/app-error.ts';

/** Who waits for a hash. */
export interface Asker {
  /** The account it is about. */
  account: string;
  /** Where it comes from; null for this machine's own programs. */
  address: string | null;
  /** Someone signed in, or signing in to an account that is signed in from this address already. */
  isKnown: boolean;
}

/** A hash takes about 0.3 s of one core: whoever is let in waits seconds at most. Of the known, and of strangers. */
const MAX_WAITING = 16;
const MAX_PER_ACCOUNT = 4;
const RETRY_AFTER_S = 5;

interface Waiting extends Asker {
  turn: PromiseWithResolvers<void>;
}

export interface HashQueue {
  /** Does the work when it is this asker's turn, one at a time. Throws `too_many_attempts` when others crowd it out. */
  run<T>(asker: Asker, work: () => Promise<T>): Promise<T>;
}

/**
 * SECURITY: hashing is slow on purpose, so whoever may ask for it without an account could keep everyone else out. Those
 * who are known go before strangers. Among equals the account that was served longest ago is next, and of those the one
 * that came last: in a flood, what has waited long was given up by whoever sent it. What waits is bounded for each
 * account and in all; the oldest of the address with most of them is turned away.
 */
export function createHashQueue(): HashQueue {
  /** In the order they came. */
  const waiting: Waiting[] = [];
  /** Accounts that wait, or were served last, in the order they were served. */
  let served: string[] = [];
  let isBusy = false;

  function makeRoom({ account, isKnown }: Asker): void {
    const equals = waiting.filter((other) => other.isKnown === isKnown);
    const ofAccount = equals.filter((other) => other.account === account);
    if (ofAccount.length >= MAX_PER_ACCOUNT) turnAway(ofAccount[0]);
    else if (equals.length >= MAX_WAITING) turnAway(findOldestOfBusiestAddress(equals));
  }

  function turnAway(one: Waiting | undefined): void {
    if (!one) return;
    waiting.splice(waiting.indexOf(one), 1);
    const detail = `Too many sign-ins at once: try again in ${RETRY_AFTER_S} seconds.`;
    one.turn.reject(new AppError('too_many_attempts', detail, { details: { retry_after_s: RETRY_AFTER_S } }));
  }

  function beginNext(): void {
    const known = waiting.filter(({ isKnown }) => isKnown);
    const candidates = known.length > 0 ? known : waiting;
    const next = candidates.reduceRight<Waiting | undefined>(
      (best, other) => (best && turnOf(best) <= turnOf(other) ? best : other),
      undefined,
    );
    if (!next) {
      isBusy = false;
      return;
    }
    waiting.splice(waiting.indexOf(next), 1);
    noteServed(next.account);
    next.turn.resolve();
  }

  /** -1 for an account that was not served yet. */
  const turnOf = ({ account }: Asker) => served.indexOf(account);

  function noteServed(account: string): void {
    const left = new Set(waiting.map((other) => other.account));
    served = [...served.filter((other) => other !== account && left.has(other)), account];
  }

  return {
    async run(asker, work) {
      if (isBusy) {
        makeRoom(asker);
        const turn = Promise.withResolvers<void>();
        waiting.push({ ...asker, turn });
        await turn.promise;
      } else {
        isBusy = true;
        noteServed(asker.account);
      }
      try {
        return await work();
      } finally {
        beginNext();
      }
    },
  };
}

function findOldestOfBusiestAddress(equals: readonly Waiting[]): Waiting | undefined {
  const counts = new Map<string | null, number>();
  for (const { address } of equals) counts.set(address, (counts.get(address) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return equals.find(({ address }) => counts.get(address) === most);
}
