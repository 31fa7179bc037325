/** The few calls the instance makes on its log; pino fits, and so does a test's array. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export const silentLog: Log = { info() {}, warn() {}, error() {} };

/**
 * How the instance's logs are written. SECURITY: what could hold a secret is cut out, whoever logs it.
 */
export const logOptions = {
  base: null,
  redact: ['*.password', '*.passphrase', '*.value', '*.token', '*.authorization', '*.cookie', '*.text'],
};

/** What went wrong, in its own words, for a line of the log. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
