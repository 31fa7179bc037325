/**
 * A file that may be whole, and cannot be used here all the same. `because` ends the sentence "It cannot be used
 * here, because …". SECURITY: it names the rule, and never quotes the file.
 */
export class UnusableError extends Error {
  readonly because: string;

  constructor(because: string) {
    super(because);
    this.name = 'UnusableError';
    this.because = because;
  }
}
