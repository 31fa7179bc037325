import { type Actor, INSTANCE, type Naming, OWNER, STRANGER } from './actors.ts';
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

/** Who did what a line says. */
export function nameActor(line: AuditLine, { operations }: LineWords, naming: Naming): Actor {
  const { actorKind, userId, actor, at, operation, data } = line;
  switch (actorKind) {
    case 'owner':
      return OWNER;
    case 'anonymous':
      return STRANGER;
    case 'user':
      return userId === null ? naming.byLabel(actor, at) : naming.user(userId, actor);
    case 'key':
    case 'token':
      return naming.byLabel(actor, at);
    case 'instance': {
      const doneBy = operations.get(operation)?.doneBy;
      if (doneBy === 'owner') return OWNER;
      const id = data?.user_id;
      return doneBy === 'user_id' && typeof id === 'number' ? naming.user(id) : INSTANCE;
    }
  }
}

/** By operation, where its lines have the id of the project they belong to. */
export function listProjectFields({ operations }: LineWords): Record<string, string> {
  return Object.fromEntries(
    [...operations.values()].flatMap(({ name, projectIn }) =>
      projectIn === undefined ? [] : [[name, projectIn]],
    ),
  );
}

/** Names of the operations of which the instance writes that someone did them. */
export function listDoneBy({ operations }: LineWords, who: Operation['doneBy']): string[] {
  return [...operations.values()].filter(({ doneBy }) => doneBy === who).map(({ name }) => name);
}
