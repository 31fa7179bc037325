import type { Sentence } from './sentence.ts';

/** What a line of the log holds beside who and when: ids, names, counts. SECURITY: never a value. */
export type LineData = Readonly<Record<string, unknown>>;

/** A line as it is read back: lines of an earlier version may lack any of it. */
type OldLine<Data> = { readonly [Key in keyof Data]?: unknown };

/** Finds what the ids in a line were given for. */
export interface Names {
  /** What an account is called, or "account 7" for one that is not there any more. */
  user(id: unknown): string;
}

interface Words<Data> {
  /** For the filter: "Project created". */
  title: string;
  /** Never set: it carries the type of a line, from where it is declared to where it is appended. */
  readonly line?: Data;
  say(line: OldLine<Data>, names: Names): Sentence;
}

/** Something that the audit log notes: the name its lines have for ever, what they hold, and its words. */
export interface Operation<Data extends LineData = LineData> extends Words<Data> {
  /** `PROJECT_CREATED`: upper case, past tense. Lines are kept by it, so it never changes. */
  readonly name: string;
}

/** The words of an operation whose lines hold this. */
export function operation<Data extends LineData>(title: string, say: Words<Data>['say']): Words<Data> {
  return { title, say };
}

/** The words of an operation whose lines hold nothing beside who and when. */
export function bareOperation(title: string, say: () => Sentence): Words<Record<never, never>> {
  return { title, say };
}

// biome-ignore lint/suspicious/noExplicitAny: each entry has data of its own
type AnyWords = Words<any>;
type ToOperation<Declared> = Declared extends Words<infer Data extends LineData> ? Operation<Data> : never;

/** The operations of one capability, by their names. What is not declared cannot be appended to the log. */
export function declareOperations<const Declared extends Record<string, AnyWords>>(
  declared: Declared,
): { readonly [Name in keyof Declared]: ToOperation<Declared[Name]> } {
  const entries = Object.entries(declared).map(([name, words]) => [name, { ...words, name }]);
  return Object.fromEntries(entries);
}
