/** Reads bytes one after another. Throws a RangeError where there are no more. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(count: number): Buffer {
    if (count > this.#bytes.length - this.#at) throw new RangeError('cut short');
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }

  /** Big endian, of one to six bytes. */
  number(bytes: number): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  /** Bytes after their length, of four bytes unless said. */
  string(lengthBytes = 4): Buffer {
    return this.take(this.number(lengthBytes));
  }
}
