import { type Invocation, withClient } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { readScope } from '../project-scope.ts';
import { findScope, getVariable } from './find-variable.ts';

/** `env note KEY [TEXT]`. */
export async function manageNote(invocation: Invocation): Promise<number> {
  const [key = '', note] = invocation.positionals;
  const given = readScope(invocation);
  return await withClient(invocation, async (client) => {
    const scope = await findScope(given, client);
    const known = await getVariable(client, scope, key);
    const saved =
      note === undefined
        ? known
        : await client.put('/projects/{project}/env-vars/{id}', {
            path: { project: scope.project, id: known.id },
            body: { keep_value: true, note, expected_updated_at: known.updated_at },
          });
    invocation.print({ key, note: saved.note }, () => saved.note ?? `${key} has no note.`);
    return exitCodes.done;
  });
}
