import type { Log } from '../instance/kernel/log.ts';

/** What a start goes through, in this order: the tray and the window wait for everything before them. */
export const startStages = ['ready', 'instance', 'bus', 'tray', 'window'] as const;

/** Milliseconds since the process began, as far as it has come. */
const reachedMs: Partial<Record<(typeof startStages)[number], number>> = {};

export function reach(stage: (typeof startStages)[number]): void {
  reachedMs[stage] ??= Math.round(performance.now());
}

/** One line of the log for a start, which says where its time went: `npm run bench` reads it. */
export function logStages(log: Log): void {
  log.info({ reachedMs }, STARTED);
}

export const STARTED = 'the desktop started';
