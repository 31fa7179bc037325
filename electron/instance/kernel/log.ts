/** The log calls the instance uses; implemented by pino, and in tests by an array. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export const silentLog: Log = { info() {}, warn() {}, error() {} };

/** How the instance's logs are written. SECURITY: fields that could hold a secret are removed. */
export const logOptions = {
  base: null,
  redact: ['*.password', '*.passphrase', '*.value', '*.token', '*.authorization', '*.cookie', '*.text'],
};

/** An error's message for the log. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
