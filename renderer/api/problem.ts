/** An RFC 9457 problem from the API, as a thrown error. `code` is one of the instance's error codes. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  /** Field path → error message. */
  readonly fields: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(body: unknown, status: number) {
    const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    super(
      typeof problem.detail === 'string' ? problem.detail : `The instance responded with status ${status}.`,
    );
    this.name = 'ApiProblem';
    this.code = typeof problem.error_code === 'string' ? problem.error_code : 'internal_error';
    this.status = status;
    this.fields = (problem.errors ?? {}) as Record<string, string>;
    this.details = (problem.details ?? {}) as Record<string, unknown>;
  }
}

/** The instance did not respond at all. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super('The instance did not respond.', { cause });
    this.name = 'ConnectionLost';
  }
}

/** An event of the window: the instance responds again, after it did not. */
export const RESPONDS_AGAIN = 'temps:responds-again';

/** Thrown when someone closes the identity confirmation: the action was not done, which is not an error. */
export class ConfirmationDeclined extends Error {
  constructor() {
    super('Not done: your password is required.');
    this.name = 'ConfirmationDeclined';
  }
}

export function hasCode(error: unknown, ...codes: string[]): error is ApiProblem {
  return error instanceof ApiProblem && codes.includes(error.code);
}

/** An error as one sentence for people. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong unexpectedly.';
}

/** The error of a change: one without a response may have been done or not, and is never sent again by itself. */
export function describeFailedChange(error: unknown): string {
  return error instanceof ConnectionLost
    ? `${error.message} It is not known whether this was done: look before you try again.`
    : describeError(error);
}
