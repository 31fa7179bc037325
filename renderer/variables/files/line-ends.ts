/**
 * A text box turns every line break into LF. If all line breaks of the original were CRLF, they are restored; in a
 * text that mixed them, the originals cannot be restored.
 */
export function restoreLineEnds(original: string, edited: string): string {
  const isWindows = original.includes('\r\n') && !/(?<!\r)\n|\r(?!\n)/.test(original);
  return isWindows ? edited.replaceAll('\n', '\r\n') : edited;
}
