import type { components } from '../../api/schema.ts';

type Change = components['schemas']['EnvironmentChange']['change'];

/** What was done to a variable, in words. */
export const changeWords: Record<Change, string> = {
  created: 'Added',
  updated: 'Changed',
  reverted: 'Put back',
  deleted: 'Deleted',
};
