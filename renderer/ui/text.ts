/** Whether a text has every typed word, whatever the case. */
export const hasWords = (text: string, typed: string): boolean => {
  const known = text.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => known.includes(word));
};

const signs = new Intl.Segmenter();

/**
 * A long name, for a title or a button: its beginning, and an ellipsis for the rest. Never cut within a sign of several code
 * points, which would be another one then.
 */
export function shorten(text: string, most = 60): string {
  return shortenWithin(text, most - 1, 0);
}

/** As `shorten`, for what has its point at its end: so many signs of its beginning, and of its end. */
export function shortenWithin(text: string, head: number, tail: number): string {
  if (text.length <= head + tail + 1) return text;
  const all = Array.from(signs.segment(text), ({ segment }) => segment);
  if (all.length <= head + tail + 1) return text;
  return `${all.slice(0, head).join('')}…${tail === 0 ? '' : all.slice(-tail).join('')}`;
}
