import { AppError } from '../../kernel/app-error.ts';

/**
 * The most that is kept of values for one answer, in characters: all that are read, and all that is made of them.
 * No system starts a program with a tenth of it.
 */
const MAX_CHARACTERS = 64 * 1024 * 1024;

export interface ValueBudget {
  /** Throws `secret_too_large`, with this name, once it is used up. */
  take(name: string, characters: number): void;
  isUsedUp(): boolean;
}

/** SECURITY: one for everything that an answer keeps, what lies between values and results too. */
export function createBudget(): ValueBudget {
  let used = 0;
  return {
    isUsedUp: () => used > MAX_CHARACTERS,
    take(name, characters) {
      used += characters;
      if (used > MAX_CHARACTERS)
        throw new AppError(
          'secret_too_large',
          `With ${name}, the values needed at once are over ${MAX_CHARACTERS / 1024 / 1024} MiB.`,
          { details: { key: name } },
        );
    },
  };
}
