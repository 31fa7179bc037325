/** Where "now" comes from, in epoch milliseconds. Injected, so that tests can move it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** `20261128T203700Z`, for names of files and folders: to the second, sorts by time. */
export function formatTimeName(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}
