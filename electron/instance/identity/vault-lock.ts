/** The vault, as far as it locks because nobody is there. */
export interface VaultLock {
  isOpen(): boolean;
  /**
   * Drops the keys once no work needs them, if `isDue` still says so then. False when it has to be tried again.
   *
   * @param why for how many minutes nobody used it, or that the screen was locked.
   */
  lock(why: { minutes: number } | 'screen', isDue: () => boolean): Promise<boolean>;
}
