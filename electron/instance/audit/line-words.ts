import type { AuditLine } from './audit-log.ts';
import type { Names, Operation } from './operation.ts';
import { code, type Sentence } from './sentence.ts';

/** What turns a line into words: the operations that were declared, and the names of accounts. */
export interface LineWords {
  operations: ReadonlyMap<string, Operation>;
  names: Names;
}

/** A line in words. An unknown operation, perhaps of a newer version, is shown by its stored name. */
export function describeLine(
  { operation, data }: Pick<AuditLine, 'operation' | 'data'>,
  { operations, names }: LineWords,
): { title: string; sentence: Sentence } {
  const known = operations.get(operation);
  if (!known) return { title: operation, sentence: [code(operation)] };
  return { title: known.title, sentence: known.say(data ?? {}, names) };
}
