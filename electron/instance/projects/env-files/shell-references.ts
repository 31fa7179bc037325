/**
 * References as shells and other tools write them in `.env` files, `${NAME}` and `${NAME:-default}`, made ours
 * (`${{NAME}}`, references.ts) where they mean a variable that is there. Where they mean nothing here the text stays, and is
 * said: a program that gets `${UNKNOWN}` gets what the file says.
 */
export interface ShellReference {
  /** Where it stands in the value. */
  at: number;
  length: number;
  name: string;
  /** Behind `:-` or `-`; null without. */
  fallback: string | null;
}

/** A variable of a file, with what its value refers to. */
interface Holder {
  name: string;
  value: string;
  /** Line of the name, from 1. */
  line: number;
  references: ShellReference[];
}

const NAME = '[A-Za-z_][A-Za-z0-9_]*';
const REFERENCE = new RegExp(`\\$\\{(${NAME})(?::?-([^{}$"'\`\\\\]*))?\\}`, 'y');

/** Of text in which nothing is escaped. `$${NAME}` is the text itself, as Compose has it. */
export function findShellReferences(text: string): ShellReference[] {
  const found: ShellReference[] = [];
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at)) {
    if (text[at + 1] === '$') {
      at += 2;
      continue;
    }
    REFERENCE.lastIndex = at;
    const match = REFERENCE.exec(text);
    if (match?.[1] !== undefined)
      found.push({ at, length: match[0].length, name: match[1], fallback: match[2] ?? null });
    at += match?.[0].length ?? 1;
  }
  return found;
}

/** What other tools put in place of a value, which nobody here makes it again. */
const FOREIGN: readonly [what: string, pattern: RegExp][] = [
  ['a command in $(…), which is not run', /\$\([^)]/],
  [
    `a reference to another project (\${{Name.NAME}})`,
    /\$\{\{\s*(?!shared\.)[A-Za-z][\w-]*\.[A-Za-z_]\w*\s*\}\}/,
  ],
  ['a reference of 1Password (op://)', /^op:\/\//],
  ['a value encrypted by dotenvx (encrypted:)', /^encrypted:/],
];
const MAX_NAMED = 10;

export interface Converted<Entry> {
  entries: Entry[];
  /** How many references were made ours. */
  count: number;
  /** In words. SECURITY: names and lines alone. */
  said: string[];
}

/**
 * @param find whether a variable of this name is there, in the file or before, and what the file gives it; null for none.
 */
export function convertReferences<Entry extends Holder>(
  entries: readonly Entry[],
  find: (name: string) => { value: string | null } | null,
): Converted<Entry> {
  const converted: Entry[] = [];
  const unknown: Entry[] = [];
  let count = 0;
  const result = entries.map((entry) => {
    const { name, value } = entry;
    const meant = entry.references.filter(({ name: target, fallback }) => {
      const known = target === name ? null : find(target);
      // An empty one would give its default in a shell.
      return known !== null && (fallback === null || known.value !== '');
    });
    if (meant.length < entry.references.length) unknown.push(entry);
    if (meant.length === 0) return entry;
    converted.push(entry);
    count += meant.length;
    let text = '';
    let from = 0;
    for (const reference of meant) {
      text += `${value.slice(from, reference.at)}\${{${reference.name}}}`;
      from = reference.at + reference.length;
    }
    return { ...entry, value: text + value.slice(from), references: [] };
  });
  const said = [
    ...sayOf(converted, (names) => `\${NAME} became a reference to that variable, \${{NAME}}, in ${names}.`),
    ...sayOf(unknown, (names) => `\${NAME} of no variable that is here was kept as text in ${names}.`),
    ...FOREIGN.flatMap(([what, pattern]) =>
      sayOf(
        entries.filter(({ value }) => pattern.test(value)),
        (names) => `Kept as text: ${what} in ${names}.`,
      ),
    ),
  ];
  return { entries: result, count, said };
}

function sayOf(entries: readonly Holder[], say: (names: string) => string): string[] {
  return entries.length === 0 ? [] : [say(nameEntries(entries))];
}

/** "A (line 1), B (line 3) and 5 more". */
export function nameEntries(entries: readonly Pick<Holder, 'name' | 'line'>[]): string {
  const named = entries.slice(0, MAX_NAMED).map(({ name, line }) => `${name} (line ${line})`);
  return `${named.join(', ')}${entries.length > named.length ? ` and ${entries.length - named.length} more` : ''}`;
}
