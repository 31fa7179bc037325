import type { components } from '../api/schema.ts';

type Session = components['schemas']['OwnSession'];

/** "Firefox on Linux"; "curl" for another program. */
export function describeDevice({ browser, system }: Pick<Session, 'browser' | 'system'>): string {
  if (browser === null) return 'Unknown program';
  return system === null ? browser : `${browser} on ${system}`;
}

const places: Record<NonNullable<Session['place']>, string> = {
  this_machine: 'this machine',
  private_network: 'private network',
  internet: 'internet',
};

/** "192.168.1.7, private network"; null where no address is known. */
export function describePlace({ ip, place }: Pick<Session, 'ip' | 'place'>): string | null {
  if (ip === null) return null;
  return place === null ? ip : `${ip}, ${places[place]}`;
}
