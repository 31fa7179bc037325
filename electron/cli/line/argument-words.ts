/**
 * The words that the first argument of a command may be, by its usage: `projects members [list|add WHO ROLE]` takes `list` and
 * `add`. Empty where it takes anything else.
 *
 * @param name of the command, which its usage begins with.
 */
export function listArgumentWords(name: string, usage: string): string[] {
  const behind = usage.slice(name.length).trim();
  const isGroup = behind.startsWith('[') || behind.startsWith('(');
  const words = splitAlternatives(isGroup ? readGroup(behind) : behind).map(
    (alternative) => alternative.trim().split(' ')[0] as string,
  );
  return words.every((word) => /^[a-z][a-z0-9-]*$/.test(word)) ? [...new Set(words)] : [];
}

/** What is in the brackets that a text begins with. */
function readGroup(text: string): string {
  let depth = 0;
  for (const [at, sign] of [...text].entries()) {
    depth += measureDepth(sign);
    if (depth === 0) return text.slice(1, at);
  }
  return text.slice(1);
}

/** Between `|` that are in no brackets. */
function splitAlternatives(text: string): string[] {
  const alternatives = [''];
  let depth = 0;
  for (const sign of text) {
    depth += measureDepth(sign);
    if (sign === '|' && depth === 0) alternatives.push('');
    else alternatives.push((alternatives.pop() as string) + sign);
  }
  return alternatives;
}

const measureDepth = (sign: string): number => ('[('.includes(sign) ? 1 : '])'.includes(sign) ? -1 : 0);
