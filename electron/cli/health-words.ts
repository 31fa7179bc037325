import type { Schemas } from './api-request.ts';

/** "at risk (key copy ok, backup at risk)". */
export function describeHealth({ level, halves }: Schemas['KeyHealth']): string {
  return `${say(level)} (key copy ${say(halves.key)}, backup ${say(halves.backup)})`;
}

const say = (level: string): string => level.replace('_', ' ');
