/** An RFC 9457 problem of the API, as a thrown error. `code` is from the instance's closed list. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  /** Field path → what is wrong with it. */
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

/** The instance did not answer at all. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super('The instance did not respond. Nothing was lost; trying again.', { cause });
    this.name = 'ConnectionLost';
  }
}

/** Thrown when someone closes the question who they are: the action was not done, and nothing is wrong. */
export class ConfirmationDeclined extends Error {
  constructor() {
    super('Not done: your password is required.');
    this.name = 'ConfirmationDeclined';
  }
}

export function hasCode(error: unknown, ...codes: string[]): error is ApiProblem {
  return error instanceof ApiProblem && codes.includes(error.code);
}

/** What went wrong in one sentence for a person. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong unexpectedly.';
}
