import { inspect } from 'node:util';

const MASK = '[secret]';

/**
 * A plaintext secret in memory. Printing, logging, JSON and inspection show `[secret]`; only `reveal()` gives
 * the text, and test/architecture lists the files that may call it.
 *
 * SECURITY: the text is a private field, so spreading, cloning and serialising the object lose it.
 */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** Size of the UTF-8 form. */
  get sizeBytes(): number {
    return Buffer.byteLength(this.#text, 'utf8');
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
