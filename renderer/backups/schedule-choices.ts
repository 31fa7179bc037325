/** How often, as the dialog offers it; the instance itself knows cron alone. */
export type Often = 'plugged_in' | 'hours' | 'nightly' | 'weekly' | 'own';

/** In place of cron. */
export const PLUGGED_IN = '@plugged-in';

export interface Choice {
  often: Often;
  /** "03:00", of the nightly and weekly ones. */
  time: string;
  /** 0 is Sunday. */
  weekday: string;
  /** Of `own`. */
  own: string;
}

export const firstChoice: Choice = { often: 'nightly', time: '03:00', weekday: '0', own: '' };

export const whenPluggedIn: Choice = { ...firstChoice, often: 'plugged_in' };

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export const oftenNames: Record<Often, string> = {
  plugged_in: 'When plugged in',
  hours: 'Every 6 hours',
  nightly: 'Nightly',
  weekly: 'Weekly',
  own: 'My schedule',
};

/** Null while the time or the own schedule is not filled in. */
export function toCron({ often, time, weekday, own }: Choice): string | null {
  if (often === 'plugged_in') return PLUGGED_IN;
  if (often === 'hours') return '0 */6 * * *';
  if (often === 'own') return own.trim() === '' ? null : own.trim();
  const [, hour, minute] = /^(\d{1,2}):(\d{2})/.exec(time) ?? [];
  if (hour === undefined) return null;
  return `${Number(minute)} ${Number(hour)} * * ${often === 'weekly' ? weekday : '*'}`;
}

/** What the dialog shows of a schedule that is there; what it does not offer itself is the owner's own. */
export function toChoice(cron: string): Choice {
  const [, minute = '', hour = '', weekday = ''] = /^(\d{1,2}) (\d{1,2}) \* \* (\*|[0-6])$/.exec(cron) ?? [];
  if (cron === PLUGGED_IN) return whenPluggedIn;
  if (cron === '0 */6 * * *') return { ...firstChoice, often: 'hours', own: cron };
  if (hour === '') return { ...firstChoice, often: 'own', own: cron };
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  return weekday === '*'
    ? { ...firstChoice, often: 'nightly', time, own: cron }
    : { ...firstChoice, often: 'weekly', time, weekday, own: cron };
}

/** The own schedule begins as what was chosen before, where that can be written so. */
export function toOwn(choice: Choice): string {
  if (choice.own !== '' || choice.often === 'plugged_in') return choice.own;
  return toCron(choice) ?? '';
}

interface Drive {
  path: string;
  kind: string;
}

/** Whether a folder is on one of the drives that are made to be pulled out. */
export function isOnRemovable(folder: string, drives: readonly Drive[]): boolean {
  const [nearest] = drives
    .filter(({ path }) => isUnder(folder, path))
    .toSorted((a, b) => b.path.length - a.path.length);
  return nearest?.kind === 'removable';
}

function isUnder(folder: string, top: string): boolean {
  const rest = folder.slice(top.length);
  return folder.startsWith(top) && (rest === '' || /[/\\]$/.test(top) || /^[/\\]/.test(rest));
}
