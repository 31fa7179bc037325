/**
 * Text that is safe on a terminal: line breaks and tabs stay, all other control characters and bidirectional
 * controls are escaped. SECURITY: text set by others (names, labels, plain values, file names) could otherwise move
 * the cursor, set the title, or be read as typed input.
 */
export function escapeForTerminal(text: string): string {
  // A carriage return before a line feed is part of the line break.
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu, (character) => {
      const code = character.charCodeAt(0);
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    });
}

/** Writes text for people: escaped on a terminal, else byte for byte. */
export function writeOut(stream: NodeJS.WriteStream, text: string): void {
  stream.write(stream.isTTY ? escapeForTerminal(text) : text);
}

/** JSON as programs read it. What JSON leaves as it is and a terminal would obey is in JSON's own escapes. */
export function formatJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
