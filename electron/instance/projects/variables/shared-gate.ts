import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { readText } from './reference-check.ts';
import { listReferences } from './references.ts';
import { maySee, type Sight } from './variable-notes.ts';
import { findVariable, revealVariable, type Variable } from './variables.ts';

/**
 * Refuses new values of a project that refer to a shared variable, for who does not see shared variables: all but those that the
 * project refers to already. SECURITY: what refers to one is given its value; without this, an editor of any project would get
 * all of them, by guessing their names.
 *
 * The function throws `forbidden`, whether there is such a shared variable or not. SECURITY: of a value that the caller neither sent
 * nor may see (`isSeen` is false), it does not say what it refers to.
 */
export function createSharedGate(
  ctx: Context,
  projectId: number | null,
  sight: Sight,
): (text: string, isSeen?: boolean) => void {
  if (sight.seesShared) return () => undefined;
  let given: ReadonlySet<string> | null = null;
  return (text, isSeen = true) => {
    const asked = listShared(text);
    if (asked.length === 0) return;
    given ??= listGiven(ctx, projectId, sight);
    const name = asked.find((each) => !given?.has(each));
    if (name === undefined) return;
    if (!isSeen)
      throw new AppError(
        'forbidden',
        'A value here refers to a shared variable, which nothing in this project does now. Only who has every project may begin to.',
      );
    throw new AppError(
      'forbidden',
      `This refers to ${name}, which nothing in this project does yet. Only who has every project may begin to.`,
      { fields: { value: `${name} is not given to this project` }, details: { name } },
    );
  };
}

const listShared = (text: string) => listReferences(text).filter((name) => name.startsWith('shared.'));

/**
 * The same for values that come back as they were: from the trash, or by undoing an import or a copy. To be asked before they are in
 * force, in the transaction that brings them back. Throws `forbidden`, and for a value that cannot be read now `vault_locked` and
 * `secret_unreadable`: what it refers to is not known.
 */
export function requireGivenBack(
  ctx: Context,
  projectId: number | null,
  sight: Sight,
  values: Iterable<Pick<Variable, 'key' | 'isSecret' | 'value' | 'secretId'>>,
): void {
  if (sight.seesShared) return;
  const requireGiven = createSharedGate(ctx, projectId, sight);
  for (const value of values) requireGiven(revealVariable(ctx, value).reveal(), maySee(sight, value));
}

/** What hidden variables hold, one at a time. */
export function* readHidden(ctx: Context, ids: readonly number[]) {
  const select = ctx.store.sqlite.prepare(
    'SELECT key, is_secret AS isSecret, value, secret_id AS secretId FROM env_vars WHERE id = ? AND hidden = 1',
  );
  for (const id of ids) {
    const row = select.get(id) as
      | (Pick<Variable, 'key' | 'value' | 'secretId'> & { isSecret: number })
      | undefined;
    if (row) yield { ...row, isSecret: row.isSecret === 1 };
  }
}

/** What the project refers to in values that can be read now, by this caller. */
function listGiven(ctx: Context, projectId: number | null, sight: Sight): Set<string> {
  const ids = ctx.store.sqlite
    .prepare('SELECT id FROM env_vars WHERE project_id = ? AND hidden = 0')
    .pluck()
    .all(projectId) as number[];
  const given = new Set<string>();
  for (const id of ids) {
    const variable = findVariable(ctx, projectId, id);
    for (const name of listShared((variable && readText(ctx, variable, sight)) ?? '')) given.add(name);
  }
  return given;
}
