/** In place of cron: once each time the drive of the destination appears. */
export const PLUGGED_IN = '@plugged-in';

export const isPluggedIn = (cron: string): boolean => cron === PLUGGED_IN;

/**
 * `here`: the drive that is remembered is mounted where it was. `other`: another one is. `away`: neither, or it does not
 * answer.
 */
export type DrivePlace = 'here' | 'other' | 'away';

/** What was last seen of the drive that a schedule waits for. */
export interface DriveSeen {
  place: DrivePlace;
  /** What the system's list of mounts said then; while that stays the same, so does the place. Null: look again. */
  mark: string | null;
  /** Epoch ms since when the drive is there. */
  appearedAt: number;
  /** Whether a backup is to be made since it appeared, and was not begun yet. */
  isDue: boolean;
}
