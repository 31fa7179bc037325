import type { Sentence } from './sentence.ts';

/** Data of a log line besides actor and time: ids, names, counts. SECURITY: never a value. */
export type LineData = Readonly<Record<string, unknown>>;

/** A line as read from the log: lines of earlier versions may lack fields. */
type OldLine<Data> = { readonly [Key in keyof Data]?: unknown };

/** Resolves ids in a line to names. */
export interface Names {
  /** Name of an account, or "account 7" if it no longer exists. */
  user(id: unknown): string;
}

interface Words<Data> {
  /** For the filter: "Project created". */
  title: string;
  /** Never set: it carries the line's type from the declaration to where lines are appended. */
  readonly line?: Data;
  say(line: OldLine<Data>, names: Names): Sentence;
  /** Of lines that the instance writes about someone who was nobody before: whom of the line, or the owner. */
  readonly doneBy?: 'user_id' | 'owner' | undefined;
  /** Where its lines have the id of the project they belong to, for those who see the activity of one project; in none without it. */
  readonly projectIn?: 'project_id' | 'id' | undefined;
}

/** An operation of the audit log: its permanent name, the data of its lines, and its words. */
export interface Operation<Data extends LineData = LineData> extends Words<Data> {
  /** `PROJECT_CREATED`: upper case, past tense. Lines are kept by it, so it never changes. */
  readonly name: string;
}

/** The words of an operation whose lines hold this. */
export function operation<Data extends LineData>(
  title: string,
  say: Words<Data>['say'],
  doneBy?: Words<Data>['doneBy'],
): Words<Data> {
  return { title, say, doneBy };
}

/** The same of an operation on what is in one project. SECURITY: by its id, since a name may be that of several in turn. */
export function ofProject<
  Field extends 'project_id' | 'id',
  Data extends LineData & Record<Field, number | null>,
>(words: Words<Data>, projectIn: Field): Words<Data> {
  return { ...words, projectIn };
}

/** The words of an operation whose lines have no data besides actor and time. */
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
