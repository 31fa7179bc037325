/**
 * Text as a terminal may show it: line breaks and tabs stay, every other control character and every change of
 * direction is written out. SECURITY: what others may have set (names, labels, plain values, file names) would
 * else move the cursor, set the title, or answer as if it had been typed.
 */
export function escapeForTerminal(text: string): string {
  // A carriage return that ends a line is only its end.
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu, (character) => {
      const code = character.charCodeAt(0);
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    });
}

/** Writes text for people: escaped where a terminal would take it for commands, else byte for byte. */
export function writeOut(stream: NodeJS.WriteStream, text: string): void {
  stream.write(stream.isTTY ? escapeForTerminal(text) : text);
}
