import { AppError } from '../../kernel/app-error.ts';
import { runAtOnce, type Steps } from '../../kernel/slices.ts';

/**
 * `.env` files: parsed without loss, and written so that parsing gives the same values.
 *
 * Grammar: `[export] NAME = VALUE`; a value is bare (to the end of the line, or to a `#` that begins it or follows
 * white space, with the white space around it dropped), or in ' " or `, and a quoted one may span lines. In double
 * quotes `\n`, `\r`, `\t`, `\"`, `\\`, `\$` and an escaped backtick are escapes; elsewhere a backslash is itself.
 * `$` is kept as it is: references between variables are written `${{NAME}}` and resolved when a value is used,
 * never here.
 *
 * The dotenv package reads most files the same, but ends a bare value at any `#`, knows no escapes but `\n` and
 * `\r`, takes names with dots and dashes, the last of a name that is there twice, and what it cannot read for
 * nothing.
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
  entry: EnvEntry | null;
  refused: RefusedLine | null;
}

/** A file in pieces: joined, they are the file byte for byte. */
export interface EnvDocument {
  hasBom: boolean;
  /** The line end that most lines have. */
  lineEnd: '\n' | '\r\n';
  hasFinalNewline: boolean;
  pieces: EnvPiece[];
  entries: EnvEntry[];
  /** In the order of their lines. */
  refused: RefusedLine[];
}

/**
 * Parses a valid file. Throws `env_file_invalid`, with the line but never the value, for a duplicate or bad name,
 * an invalid line, an unclosed quote, and what `readEnvFile` throws.
 */
export function parseEnvFile(bytes: Uint8Array): EnvDocument {
  return requireValid(readEnvFile(bytes));
}

/** The document itself. Throws as `parseEnvFile` does unless every line of it is valid. */
export function requireValid(document: EnvDocument): EnvDocument {
  const [first] = document.refused;
  if (!first) return document;
  if (first.firstLine === undefined) throw invalid(first.reason, first.line);
  throw new AppError('env_file_invalid', first.reason, {
    details: { line: first.line, first_line: first.firstLine, name: first.name },
  });
}

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
export function* readingEnvFile(bytes: Uint8Array): Steps<EnvDocument> {
  let text = decode(bytes);
  const hasBom = text.startsWith(BOM);
  if (hasBom) text = text.slice(1);
  const nul = text.indexOf('\0');
  if (nul >= 0) throw invalid('A value cannot contain the NUL character.', lineAt(text, nul));
  const pieces = refuseRepeated(yield* readingPieces(text));
  const crlf = text.split('\r\n').length - 1;
  yield;
  return {
    hasBom,
    lineEnd: crlf > 0 && crlf * 2 >= text.split('\n').length - 1 ? '\r\n' : '\n',
    hasFinalNewline: text.endsWith('\n'),
    pieces,
    entries: pieces.flatMap(({ entry }) => (entry ? [entry] : [])),
    refused: pieces.flatMap(({ refused }) => (refused ? [refused] : [])),
  };
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_FILE_BYTES) throw invalid('The file is over 1 MiB.', null);
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
  let at = 0;
  let line = 1;
  let names = 0;
  while (at < text.length) {
    const { end, entry = null, refused = null } = readLine(text, at, line);
    pieces.push({ text: text.slice(at, end), entry, refused });
    if (entry || refused) names += 1;
    if (names > MAX_NAMES) throw tooMany();
    if (pieces.length > MAX_LINES)
      throw invalid(`The file has over ${MAX_LINES.toLocaleString('en')} lines.`, null);
    for (let index = at; index < end; index++) if (text.charCodeAt(index) === 0x0a) line += 1;
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

/** One logical line from `at`: a comment, a blank, or an entry, which may span lines; refused, one line alone. */
function readLine(text: string, at: number, line: number): ReadLine {
  const lineEnd = findLineEnd(text, at);
  const content = text.slice(at, lineEnd).replace(/\r?\n$/, '');
  if (/^\s*(#.*)?$/.test(content)) return { end: lineEnd };
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
    const bare = content.slice(head[0].length);
    const comment = /(^|\s)#/.exec(bare);
    return {
      end: lineEnd,
      entry: {
        name,
        value: (comment ? bare.slice(0, comment.index) : bare).trim(),
        line,
        isCut: comment !== null,
      },
    };
  }
  const closing = findClosing(text, valueAt, quoteMark);
  if (closing < 0) return refuse('The quote that starts on this line is not closed.');
  const end = findLineEnd(text, closing + 1);
  const rest = text.slice(closing + 1, end).replace(/\r?\n$/, '');
  if (!/^\s*(#.*)?$/.test(rest)) return refuse('There is text after the closing quote.');
  const inside = text.slice(valueAt + 1, closing);
  const value = quoteMark === '"' ? unescapeDouble(inside) : inside;
  return { end, entry: { name, value, line, isCut: false } };
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

/** The first of a name is taken, whatever comes later. */
function refuseRepeated(pieces: EnvPiece[]): EnvPiece[] {
  const seen = new Map<string, number>();
  return pieces.map((piece) => {
    if (!piece.entry) return piece;
    const { name, line } = piece.entry;
    const firstLine = seen.get(name);
    if (firstLine === undefined) {
      seen.set(name, line);
      return piece;
    }
    const reason = `${name} occurs twice: on line ${firstLine} and on line ${line}.`;
    return { ...piece, entry: null, refused: { line, name, reason, firstLine } };
  });
}

/** What a backslash makes of the letter behind it; every other character stands for itself. */
const escapes = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function unescapeDouble(inside: string): string {
  return inside.replace(/\\([nrt"\\$`])/g, (_, character: string) => escapes.get(character) ?? character);
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
function findLineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline + 1;
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
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
