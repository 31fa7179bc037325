/** The error a command shows: a problem from the API, or wrong usage. */
export class CommandError extends Error {
  readonly code: string;
  readonly fields: Record<string, string>;
  readonly details: Record<string, unknown>;

  constructor(
    code: string,
    message: string,
    fields: Record<string, string> = {},
    details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.fields = fields;
    this.details = details;
  }
}

/** Code of what Ctrl-C ended: the process ends by that signal, as a shell expects, so that its loops end too. */
export const INTERRUPTED = 'interrupted';

export function usageError(message: string): CommandError {
  return new CommandError('usage', message);
}
