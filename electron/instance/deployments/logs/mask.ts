import type { SecretText } from '../../vault/secret-text.ts';

/** Shorter values are in too much that is not them. */
const LEAST_MASKED = 4;
const MASK = '••••';

/** Replaces the values of secrets in a line of text. */
export type Mask = (line: string) => string;
export const maskNothing: Mask = (line) => line;

/**
 * What replaces these values in lines, as they are and as programs write them: in base64 and its variant for URLs, encoded for a URL,
 * and escaped as in JSON. Of a value of several lines each one counts, since a log is read line by line.
 *
 * SECURITY: it keeps the values in memory for as long as it is kept itself.
 */
export function createMask(values: readonly SecretText[]): Mask {
  const forms = new Set<string>();
  for (const value of values) {
    const text = value.reveal();
    for (const part of [text, ...text.split(/\r?\n/)]) {
      if ([...part].length < LEAST_MASKED) continue;
      const bytes = Buffer.from(part);
      const base64 = bytes.toString('base64');
      for (const form of [
        part,
        JSON.stringify(part).slice(1, -1),
        encodeURIComponent(part),
        base64,
        base64.replace(/=+$/, ''),
        bytes.toString('base64url'),
      ])
        if (!form.includes('\n') && form.length >= LEAST_MASKED) forms.add(form);
    }
  }
  // The longest first: one may be part of another.
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return maskNothing;
  return (line) => sorted.reduce((text, form) => text.replaceAll(form, MASK), line);
}
