/** What came of an exchange of the database, for who asked for it: their session may be gone. */
export interface ExchangeResult {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  /** Why it failed, or what is left to do, in words. */
  readonly said: readonly string[];
}

/** What an exchange leaves. */
export interface Exchanged {
  /** Folder with the database that was there before, in the data directory; null where there was none. */
  former: string | null;
  /** What is left to do, in words. */
  notes: string[];
}

/** Exchanges the database of a running instance: everything stops, and is opened again with another database. */
export interface Exchange {
  /** The last one in this process. */
  last(): ExchangeResult | null;
  /**
   * Runs `work` while nothing is open and the data directory is still owned, and opens again what is there then: where the
   * new database does not open, the former one. Throws `conflict` while one runs, and what `work` throws.
   */
  run(id: string, work: () => Promise<Exchanged>): Promise<Exchanged>;
}
