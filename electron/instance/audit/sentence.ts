/** A part of a sentence and its style: `name` is a name a person gave, `code` is for fingerprints. */
export interface Part {
  text: string;
  style: 'plain' | 'name' | 'code';
}

/** What was done, in words, without the actor. */
export type Sentence = readonly Part[];

/**
 * A sentence from a template. `${…}` parts are styled as names, and read "something" if an old line lacks them;
 * wrap them in `plain` or `code` for another style.
 */
export function say(texts: TemplateStringsArray, ...values: readonly unknown[]): Sentence {
  return texts
    .flatMap((text, at) => [plain(text), ...(at < values.length ? [toPart(values[at])] : [])])
    .filter(({ text }) => text !== '');
}

export function plain(value: unknown): Part {
  return { text: toText(value), style: 'plain' };
}

export function code(value: unknown): Part {
  return { text: toText(value) || 'unknown', style: 'code' };
}

/** "1 variable", "12 variables", "2,000 values". A count that an old line lacks is 0. */
export function countOf(count: unknown, one: string): Part {
  const number = typeof count === 'number' ? count : 0;
  return plain(`${number.toLocaleString('en')} ${one}${number === 1 ? '' : 's'}`);
}

export function toPlainText(sentence: Sentence): string {
  return sentence.map(({ text }) => text).join('');
}

function toPart(value: unknown): Part {
  if (typeof value === 'object' && value !== null && 'style' in value) return value as Part;
  return { text: toText(value) || 'something', style: 'name' };
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
