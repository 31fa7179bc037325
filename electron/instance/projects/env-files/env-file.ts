import { AppError } from '../../kernel/app-error.ts';
import { runAtOnce, type Steps } from '../../kernel/slices.ts';
import { findShellReferences, type ShellReference } from './shell-references.ts';

/**
 * `.env` files: parsed without loss, and written so that parsing gives the same values.
 *
 * Grammar: `[export] NAME = VALUE`; a value is bare (to the end of the line, or to a `#` that follows white space, with the
 * white space around it dropped), or in ' " or `, and a quoted one may span lines. Lines end with LF or CRLF, or, in a file
 * without either, with CR. In double
 * quotes `\n`, `\r`, `\t`, `\"`, `\\`, `\$` and an escaped backtick are escapes; elsewhere a backslash is itself.
 * `$` is kept as it is: references between variables are written `${{NAME}}` and resolved when a value is used,
 * never here. Where a shell would see a reference is noted, for the import.
 *
 * README.md says where other readers differ, and why.
 */
export const MAX_FILE_BYTES = 1024 * 1024;
/** Far more than any program has. */
export const MAX_NAMES = 20_000;
/** With comments and blank lines. */
const MAX_LINES = 100_000;
const BOM = '\uFEFF';
const MAX_NAME_CHARACTERS = 500;

/** Portable names of environment variables (POSIX, 8.1). */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name.length <= MAX_NAME_CHARACTERS;
}

export interface EnvEntry {
  name: string;
  value: string;
  /** Line of the name, from 1. */
  line: number;
  /** A bare value that ended at a `#`: the rest was treated as a comment. */
  isCut: boolean;
  /** A bare value that begins with `#`, right behind the `=`: some readers take it for a comment. */
  beginsWithHash: boolean;
  /** `${NAME}` in it, as shells mean it: not in single quotes or backticks, nor where the `$` is escaped. */
  references: ShellReference[];
}

/** A refused line and the reason. SECURITY: never its value. */
export interface RefusedLine {
  line: number;
  /** The name, if it has one that looks like a name. */
  name: string | null;
  reason: string;
  /** For a duplicate name: the line that is used. */
  firstLine?: number;
}

/** A comment, a blank line, a variable, or a refused line. */
export interface EnvPiece {
  text: string;
  /** A variable of which another line is taken. */
  isPassedOver?: true;
  entry: EnvEntry | null;
  refused: RefusedLine | null;
}

/** What is done about a name that a file has more than once: readers of such files take the last. */
export const repeatedChoices = ['last', 'first', 'refuse'] as const;
export type RepeatedChoice = (typeof repeatedChoices)[number];

/** A name that is there more than once, and of which one line was taken. */
export interface RepeatedName {
  name: string;
  lines: number[];
  taken: number;
}

/** A file in pieces: joined, they are the file byte for byte. */
export interface EnvDocument {
  hasBom: boolean;
  /** The line end that most lines have. */
  lineEnd: '\n' | '\r\n' | '\r';
  hasFinalNewline: boolean;
  pieces: EnvPiece[];
  entries: EnvEntry[];
  /** In the order of their lines. */
  refused: RefusedLine[];
  /** Not those that are refused. */
  repeated: RepeatedName[];
}

/**
 * Parses a valid file. Throws `env_file_invalid`, with the line but never the value, for a duplicate or bad name,
 * an invalid line, an unclosed quote (the first in the message, the first hundred in `details.refused`), and what `readEnvFile` throws.
 */
export function parseEnvFile(bytes: Uint8Array): EnvDocument {
  return requireValid(readEnvFile(bytes));
}

/** The document itself. Throws as `parseEnvFile` does unless every line of it is valid. */
export function requireValid(document: EnvDocument): EnvDocument {
  const [first] = document.refused;
  if (!first) return document;
  const { firstLine } = first;
  throw new AppError(
    'env_file_invalid',
    firstLine === undefined ? `Line ${first.line}: ${first.reason}` : first.reason,
    {
      details: {
        line: first.line,
        ...(firstLine === undefined ? {} : { first_line: firstLine, name: first.name }),
        refused: document.refused
          .slice(0, MAX_TOLD)
          .map(({ line, name, reason }) => ({ line, name, reason })),
        refused_total: document.refused.length,
      },
    },
  );
}

/** So many refused lines are told at once. */
const MAX_TOLD = 100;

/**
 * Parses as much of a file as possible: invalid lines are refused and parsing continues with the next line, so an
 * unclosed quote costs only its own line. The result is what `parseEnvFile` returns for the file without the
 * refused lines. Throws `env_file_invalid` for NUL, text that is not UTF-8, or more than 1 MiB, and
 * `too_many_variables`.
 */
export function readEnvFile(bytes: Uint8Array): EnvDocument {
  return runAtOnce(readingEnvFile(bytes));
}

/** The same, a line at a time. */
export function* readingEnvFile(bytes: Uint8Array, choice: RepeatedChoice = 'refuse'): Steps<EnvDocument> {
  let text = decode(bytes);
  const hasBom = text.startsWith(BOM);
  if (hasBom) text = text.slice(1);
  const nul = text.indexOf('\0');
  if (nul >= 0) throw invalid('A value cannot contain the NUL character.', lineAt(text, nul));
  const { pieces, repeated } = settleRepeated(yield* readingPieces(text), choice);
  yield;
  return {
    hasBom,
    lineEnd: findLineEnds(text),
    hasFinalNewline: text.endsWith(findBreak(text)),
    pieces,
    entries: pieces.flatMap(({ entry }) => (entry ? [entry] : [])),
    refused: pieces.flatMap(({ refused }) => (refused ? [refused] : [])),
    repeated,
  };
}

/** What ends every line. A file with none of either is from an old Mac, or has one line. */
function findBreak(text: string): '\n' | '\r' {
  return text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
}

function findLineEnds(text: string): EnvDocument['lineEnd'] {
  if (findBreak(text) === '\r') return '\r';
  const crlf = text.split('\r\n').length - 1;
  return crlf > 0 && crlf * 2 >= text.split('\n').length - 1 ? '\r\n' : '\n';
}

/** Byte order marks of UTF-16 (RFC 2781, 3.2), which is what some editors of Windows call Unicode. */
const UTF_16_MARKS = ['fffe', 'feff'];

/** With a mark, or by its first bytes: every other byte of what stands in a .env file is zero there. */
function isUtf16(bytes: Uint8Array): boolean {
  if (UTF_16_MARKS.includes(Buffer.from(bytes.subarray(0, 2)).toString('hex'))) return bytes.includes(0);
  const first = bytes.subarray(0, 64);
  const halves = [0, 1].map((half) => first.filter((_, at) => at % 2 === half));
  const isZero = halves.map((half) => half.every((byte) => byte === 0));
  const isText = halves.map((half) => half.every((byte) => byte !== 0));
  return first.length >= 4 && ((isZero[0] && isText[1]) || (isZero[1] && isText[0])) === true;
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_FILE_BYTES) throw invalid('The file is over 1 MiB.', null);
  if (isUtf16(bytes))
    throw invalid(
      'The file is UTF-16 text. Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 FILE',
      null,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('The file is not UTF-8 text.', null);
  }
}

/** The file a document was read from. */
export function printDocument(document: EnvDocument): string {
  return (document.hasBom ? BOM : '') + document.pieces.map(({ text }) => text).join('');
}

/**
 * Writes variables as a file, each quoted as its value needs: bare where that is safe for shells too, else in
 * single quotes, else in double quotes with escapes. What is written reads back as the same values.
 */
export function printEnv(variables: readonly { name: string; value: string }[]): string {
  return variables.map(({ name, value }) => `${name}=${quote(value)}\n`).join('');
}

function quote(value: string): string {
  if (/^[A-Za-z0-9_./:@%+,=-]*$/.test(value)) return value;
  // Line breaks inside quotes belong to the value; editors might change a carriage return.
  if (!/['\r]/.test(value)) return `'${value}'`;
  // The backtick too: a shell that sources the file would run what is between two of them.
  const escaped = value.replace(/[\\"$`]/g, (character) => `\\${character}`);
  return `"${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
}

function* readingPieces(text: string): Steps<EnvPiece[]> {
  const pieces: EnvPiece[] = [];
  const lineBreak = findBreak(text);
  let at = 0;
  let line = 1;
  let names = 0;
  while (at < text.length) {
    const { end, entry = null, refused = null } = readLine(text, at, line, lineBreak);
    pieces.push({ text: text.slice(at, end), entry, refused });
    if (entry || refused) names += 1;
    if (names > MAX_NAMES) throw tooMany();
    if (pieces.length > MAX_LINES)
      throw invalid(`The file has over ${MAX_LINES.toLocaleString('en')} lines.`, null);
    for (let index = at; index < end; index++) if (text[index] === lineBreak) line += 1;
    at = end;
    yield;
  }
  return pieces;
}

interface ReadLine {
  end: number;
  entry?: EnvEntry;
  refused?: RefusedLine;
}

const LINE_END = /(\r?\n|\r)$/;
/** White space, or a comment. `s`: a comment may hold what JavaScript takes for the end of a line, such as U+2028. */
const NOTHING = /^\s*(#.*)?$/s;

/** One logical line from `at`: a comment, a blank, or an entry, which may span lines; refused, one line alone. */
function readLine(text: string, at: number, line: number, lineBreak: string): ReadLine {
  const lineEnd = findLineEnd(text, at, lineBreak);
  const content = text.slice(at, lineEnd).replace(LINE_END, '');
  if (NOTHING.test(content)) return { end: lineEnd };
  const head = /^[^\S\n]*(?:export[^\S\n]+)?([^\s=#'"`]+)[^\S\n]*=[^\S\n]*/.exec(content);
  const refuse = (reason: string): ReadLine => ({
    end: lineEnd,
    refused: { line, name: showName(head?.[1]), reason },
  });
  if (!head?.[1]) return refuse('This line is not NAME=value, a comment or blank.');
  const name = head[1];
  if (!isVariableName(name)) return refuse(explainName(name));
  const valueAt = at + head[0].length;
  const quoteMark = text[valueAt];
  if (quoteMark !== '"' && quoteMark !== "'" && quoteMark !== '`') {
    // From the `=` on: what is white space before a `#` may be all there is.
    const bare = content.slice(head[0].trimEnd().length);
    const comment = /\s#/.exec(bare);
    const value = (comment ? bare.slice(0, comment.index) : bare).trim();
    return {
      end: lineEnd,
      entry: {
        name,
        value,
        line,
        isCut: comment !== null,
        beginsWithHash: value.startsWith('#'),
        references: findShellReferences(value),
      },
    };
  }
  const closing = findClosing(text, valueAt, quoteMark);
  if (closing < 0) return refuse('The quote that starts on this line is not closed.');
  const end = findLineEnd(text, closing + 1, lineBreak);
  if (!NOTHING.test(text.slice(closing + 1, end).replace(LINE_END, '')))
    return refuse('There is text after the closing quote.');
  const inside = text.slice(valueAt + 1, closing);
  const { value, references } = quoteMark === '"' ? readDouble(inside) : { value: inside, references: [] };
  return { end, entry: { name, value, line, isCut: false, beginsWithHash: false, references } };
}

/**
 * SECURITY: what stands before `=` on a broken line may be a piece of a value; only what looks like a name is
 * shown.
 */
function showName(text: string | undefined): string | null {
  return text !== undefined && (isVariableName(text) || /^[\w.-]{1,64}$/.test(text)) ? text : null;
}

function explainName(name: string): string {
  if (!/^[A-Za-z_]/.test(name)) return 'A name starts with a letter or an underscore.';
  if (!/^[A-Za-z0-9_]*$/.test(name)) return 'A name may only contain letters, digits and underscores.';
  return `A name may have at most ${MAX_NAME_CHARACTERS} characters.`;
}

/** Leaves one line of each name. */
function settleRepeated(
  pieces: EnvPiece[],
  choice: RepeatedChoice,
): { pieces: EnvPiece[]; repeated: RepeatedName[] } {
  const found = new Map<string, number[]>();
  for (const { entry } of pieces) {
    if (!entry) continue;
    const lines = found.get(entry.name);
    if (lines) lines.push(entry.line);
    else found.set(entry.name, [entry.line]);
  }
  const repeated = [...found]
    .filter(([, lines]) => lines.length > 1)
    .map(([name, lines]) => ({ name, lines, taken: lines.at(choice === 'last' ? -1 : 0) ?? 0 }));
  const taken = new Map(repeated.map((each) => [each.name, each.taken]));
  const settled = pieces.map((piece) => {
    const { entry } = piece;
    const takenLine = entry ? taken.get(entry.name) : undefined;
    if (!entry || takenLine === undefined || takenLine === entry.line) return piece;
    return choice === 'refuse'
      ? { ...piece, entry: null, refused: refuseAgain(entry, takenLine) }
      : { ...piece, entry: null, isPassedOver: true as const };
  });
  return { pieces: settled, repeated: choice === 'refuse' ? [] : repeated };
}

function refuseAgain({ name, line }: EnvEntry, firstLine: number): RefusedLine {
  const reason = `${name} occurs twice: on line ${firstLine} and on line ${line}.`;
  return { line, name, reason, firstLine };
}

/** What a backslash makes of the letter behind it; every other character stands for itself. */
const escapes = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** What is escaped is no reference; the rest is looked at piece by piece. */
function readDouble(inside: string): Pick<EnvEntry, 'value' | 'references'> {
  let value = '';
  const references: ShellReference[] = [];
  const take = (piece: string) => {
    const at = value.length;
    // One by one: as arguments of one call, a long value's would be too many.
    for (const found of findShellReferences(piece)) references.push({ ...found, at: at + found.at });
    value += piece;
  };
  let from = 0;
  for (const { 0: text, 1: character = '', index } of inside.matchAll(/\\([nrt"\\$`])/g)) {
    take(inside.slice(from, index));
    value += escapes.get(character) ?? character;
    from = index + text.length;
  }
  take(inside.slice(from));
  return { value, references };
}

/** Only in double quotes does a backslash keep a quote from closing. */
function findClosing(text: string, openAt: number, mark: string): number {
  for (let at = openAt + 1; at < text.length; at++) {
    if (mark === '"' && text[at] === '\\') at += 1;
    else if (text[at] === mark) return at;
  }
  return -1;
}

/** Just past the line end, or the end of the text. */
function findLineEnd(text: string, from: number, lineBreak: string): number {
  const newline = text.indexOf(lineBreak, from);
  return newline < 0 ? text.length : newline + 1;
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split(findBreak(text)).length;
}

function tooMany(): AppError {
  const most = MAX_NAMES.toLocaleString('en');
  return new AppError('too_many_variables', `The file has over ${most} variables. Nothing was imported.`, {
    details: { most: MAX_NAMES },
  });
}

function invalid(rule: string, line: number | null): AppError {
  return new AppError('env_file_invalid', line === null ? rule : `Line ${line}: ${rule}`, {
    details: { line },
  });
}
