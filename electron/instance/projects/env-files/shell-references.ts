/**
 * References as shells and other tools write them in `.env` files, `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, made
 * ours (`${{NAME}}`, references.ts) where they mean a variable that is there. Where they mean nothing here the text stays, and
 * is said: a program that gets `${UNKNOWN}` gets what the file says. So does `$NAME`, which is as often a piece of a password.
 */
export interface ShellReference {
  /** Where it stands in the value. */
  at: number;
  length: number;
  name: string;
  /** Behind `:-`, `-`, `:?` or `?`, for a variable that is not there; null without. */
  fallback: string | null;
  /** `$NAME`, or a form that has no equal here: never made ours. */
  isOther: boolean;
}

/** A variable of a file, with what its value refers to. */
interface Holder {
  name: string;
  value: string;
  /** Line of the name, from 1. */
  line: number;
  references: ShellReference[];
}

const HEAD = /\$(\{?)([A-Za-z_][A-Za-z0-9_]*)(:?[-?])?/y;
/** Far longer than what anybody writes as a default; with this, the time that a long value takes is limited. */
const MAX_FALLBACK_CHARACTERS = 200;

/** Of text in which nothing is escaped. `$${NAME}` is the text itself, as Compose has it. */
export function findShellReferences(text: string): ShellReference[] {
  const found: ShellReference[] = [];
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at)) {
    if (text[at + 1] === '$') {
      at += 2;
      continue;
    }
    const reference = readReference(text, at);
    if (reference) found.push(reference);
    at += reference?.length ?? 1;
  }
  return found;
}

function readReference(text: string, at: number): ShellReference | null {
  HEAD.lastIndex = at;
  const head = HEAD.exec(text);
  if (head?.[2] === undefined) return null;
  const [whole, brace = '', name, operator] = head;
  const inside = at + whole.length;
  const end = brace === '' ? -1 : operator === undefined ? inside : findEnd(text, inside);
  // What has no end is its name alone: another reference may follow.
  if (text[end] !== '}')
    return { at, length: 1 + brace.length + name.length, name, fallback: null, isOther: true };
  const fallback = operator === undefined ? null : text.slice(inside, end);
  return { at, length: end + 1 - at, name, fallback, isOther: false };
}

/** Of a default, which may refer to others itself: where its brace closes. */
function findEnd(text: string, from: number): number {
  let depth = 0;
  const last = Math.min(text.length, from + MAX_FALLBACK_CHARACTERS);
  for (let at = from; at < last; at++) {
    const character = text[at] as string;
    if ('"\'`\\'.includes(character)) return -1;
    if (character === '{') depth += 1;
    if (character === '}' && depth-- === 0) return at;
  }
  return -1;
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
  const others: Entry[] = [];
  let count = 0;
  const result = entries.map((entry) => {
    const { name, value } = entry;
    const ours = entry.references.filter(({ isOther }) => !isOther);
    const meant = ours.filter(({ name: target, fallback }) => {
      const known = target === name ? null : find(target);
      // An empty one would give its default in a shell, or its message.
      return known !== null && (fallback === null || known.value !== '');
    });
    if (meant.length < ours.length) unknown.push(entry);
    if (entry.references.some((other) => other.isOther && other.name !== name && find(other.name)))
      others.push(entry);
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
    ...sayOf(
      others,
      (names) => `$NAME was kept as text in ${names}: only \${NAME} becomes a reference to that variable.`,
    ),
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
