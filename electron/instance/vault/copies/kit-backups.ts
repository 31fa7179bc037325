import type { CopyFacts } from './key-copy.ts';
import { formatDay, oneLine } from './kit-text.ts';

/** What backups add to a paper kit. SECURITY: the identity opens everything in them but encrypted values. */
export interface KitBackups {
  /** Name and kind of every destination. */
  places: readonly string[];
  /** `AGE-SECRET-KEY-1…`, of the key of the kit. */
  identity: string;
}

/** The second page of a paper kit, for the PDF and for the console's print page. */
export interface KitBackupPage {
  title: string;
  warning: string;
  where: string;
  places: string[];
  identity: string;
  steps: string[];
  opens: string;
}

const MAX_PLACES = 12;

export function describeKitBackups({ places, identity }: KitBackups, facts: CopyFacts): KitBackupPage {
  const day = formatDay(facts.copiedAt);
  const shown = places.slice(0, MAX_PLACES).map(oneLine);
  const more = places.length - shown.length;
  return {
    title: 'Temps backups',
    warning: 'Anyone who has this page and a backup can read everything in it but the secrets.',
    where:
      places.length === 0
        ? `On ${day} it was not said yet where backups go.`
        : `Where the backups were on ${day}:`,
    places: [...shown, ...(more > 0 ? [`and ${more} more`] : [])],
    identity,
    steps: [
      'With the page of the key this one is not needed: the 24 words open a backup, too.',
      'Without these: age -d -i FILE opens each part of a backup, where FILE holds the identity in one line.',
    ],
    opens: `It opens the backups that were made with key version ${facts.epoch}, and no secret in them.`,
  };
}
