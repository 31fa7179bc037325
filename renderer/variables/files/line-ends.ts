/**
 * A text box turns every line end into LF. When all of what was put into it were CRLF, they are again; of a value
 * that mixed them, those of the lines that did not change cannot be told any more.
 */
export function restoreLineEnds(original: string, edited: string): string {
  const isWindows = original.includes('\r\n') && !/(?<!\r)\n|\r(?!\n)/.test(original);
  return isWindows ? edited.replaceAll('\n', '\r\n') : edited;
}
