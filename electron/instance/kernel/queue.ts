/** Runs pieces of work one at a time, in the order they came. Not reentrant. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>;

interface Bound {
  /** How many pieces may wait while one runs. */
  maxWaiting: number;
  /** What those beyond are rejected with. */
  refuse: () => Error;
}

export function createQueue(bound?: Bound): Queue {
  let last: Promise<unknown> = Promise.resolve();
  let inLine = 0;
  return (work) => {
    if (bound && inLine > bound.maxWaiting) return Promise.reject(bound.refuse());
    inLine += 1;
    const next = last.then(work, work).finally(() => {
      inLine -= 1;
    });
    last = next.catch(() => undefined);
    return next;
  };
}
