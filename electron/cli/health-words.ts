import type { Schemas } from './api-request.ts';

/** Before the first secret that could be lost: nothing is wrong, and nothing is safe either. */
export const hasNothingToLose = ({ level, recovery }: Schemas['KeyHealth']): boolean =>
  level === 'ok' && recovery !== null && !recovery.is_whole;

/** "at risk (key copy ok, backup at risk)". */
export function describeHealth(health: Schemas['KeyHealth']): string {
  const { level, halves } = health;
  if (hasNothingToLose(health))
    return 'no secrets to lose yet: make a copy of the key when you add the first one';
  return `${say(level)} (key copy ${say(halves.key)}, backup ${say(halves.backup)})`;
}

const say = (level: string): string => level.replace('_', ' ');
