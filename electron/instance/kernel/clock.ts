/** Where "now" comes from, in epoch milliseconds. Injected, so that tests can move it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** `20261128T203700Z`, for names of files and folders: to the second, sorts by time. */
export function formatTimeName(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** The time in such a name; NaN for what is none. */
export function parseTimeName(name: string): number {
  return Date.parse(name.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
