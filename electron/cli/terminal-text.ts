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

/**
 * Writes sentences and tables for people: as above, and on a terminal with lines that fit it. Not for values, which may be copied
 * from there.
 */
export function writeForPeople(stream: NodeJS.WriteStream, text: string): void {
  writeOut(stream, stream.isTTY ? wrapLines(text, stream.columns) : text);
}

/** Behind a break, a line begins a little further in than it began, but at most at so much of the width. */
const MOST_INDENT = 0.5;

/**
 * Lines longer than that are broken at spaces; the terminal would break them inside a word. A word that is longer than a line stays
 * whole.
 */
export function wrapLines(text: string, columns: number | undefined): string {
  // A terminal that does not say its width: serial lines, recordings.
  if (!columns) return text;
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n');
}

function wrapLine(line: string, columns: number): string {
  if ([...line].length <= columns) return line;
  const [indent = ''] = /^ */.exec(line) ?? [];
  const hanging = ' '.repeat(Math.min(indent.length + 2, Math.floor(columns * MOST_INDENT)));
  const lines: string[] = [];
  let current = indent;
  let isEmpty = true;
  for (const [, gap = '', word = ''] of line.slice(indent.length).matchAll(/( *)([^ ]+)/g)) {
    const longer = `${current}${isEmpty ? '' : gap}${word}`;
    if (isEmpty || [...longer].length <= columns) current = longer;
    else {
      lines.push(current);
      current = `${hanging}${word}`;
    }
    isEmpty = false;
  }
  return [...lines, current].join('\n');
}

/** JSON as programs read it. What JSON leaves as it is and a terminal would obey is in JSON's own escapes. */
export function formatJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
