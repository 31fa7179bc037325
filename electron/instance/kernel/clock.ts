/** Where "now" comes from, in epoch milliseconds. Injected, so that tests can move it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
