import type { Schemas } from '../api-request.ts';
import { findText, formatCount, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { describePlainSecrets } from '../plain-secret-words.ts';
import { readGivenScope, readScope } from '../project-scope.ts';
import { findScope, listVariables } from './find-variable.ts';

/** Those that are named, or all that look like secrets. */
export async function encryptPlain(invocation: Invocation): Promise<number> {
  if (invocation.positionals.length > 0) return await encryptNamed(invocation);
  if (readGivenScope(invocation) !== null || findText(invocation, 'env') !== undefined)
    throw usageError(
      'Name the variables, or leave out -p and -e: without names all projects are looked through.',
    );
  return await withClient(invocation, async (client) => {
    const { variables, has_more } = await client.get('/plain-secrets');
    if (variables.length > 0)
      await confirmLoss(invocation, {
        said: `${describePlainSecrets(variables)}\nOnce encrypted, they cannot become plain again, and their earlier plain values are forgotten. env plain leave KEY leaves out what is no secret.`,
        act: 'encrypt them',
        done: 'changed',
      });
    const ids = variables.map(({ id }) => id);
    const { encrypted } =
      ids.length === 0 ? { encrypted: 0 } : await client.post('/plain-secrets/encrypt', { body: { ids } });
    const more = has_more ? ' There are more: repeat this.' : '';
    invocation.print({ encrypted, has_more }, () =>
      encrypted === 0
        ? 'No plain variable looks like a secret.'
        : `Encrypted ${formatCount(encrypted, 'variable')}.${more}`,
    );
    return exitCodes.done;
  });
}

async function encryptNamed(invocation: Invocation): Promise<number> {
  const { positionals } = invocation;
  const given = readScope(invocation);
  return await withClient(invocation, async (client) => {
    const scope = await findScope(given, client);
    const list = await listVariables(client, scope);
    const missing = positionals.filter((key) => !list.some((variable) => variable.key === key));
    if (missing.length > 0)
      throw new CommandError('not_found', `There is no variable ${missing.join(', ')}. Nothing was changed.`);
    // Of a name that several environments have, each: what is secret in one is so in the others.
    const plain = list.filter(({ key, is_secret }) => positionals.includes(key) && !is_secret);
    if (plain.length > 0)
      await confirmLoss(invocation, {
        said: `${describePlaces(plain)}\nOnce encrypted, they cannot become plain again, and their earlier plain values are forgotten.`,
        act: `encrypt ${formatCount(plain.length, 'variable')}`,
        done: 'changed',
      });
    const { changed } =
      plain.length === 0
        ? { changed: 0 }
        : await client.post('/projects/{project}/env-vars/bulk', {
            path: { project: scope.project },
            body: {
              action: 'make_secret',
              ids: plain.map(({ id }) => id),
              expected_updated_at: Object.fromEntries(plain.map(({ id, updated_at }) => [id, updated_at])),
            },
          });
    invocation.print({ encrypted: changed }, () =>
      changed === 0 ? 'They are encrypted already.' : `Encrypted ${formatCount(changed, 'variable')}.`,
    );
    return exitCodes.done;
  });
}

const describePlaces = (variables: readonly Schemas['Variable'][]): string =>
  formatTable(
    variables.map(({ key, environments }) => [key, environments.map(({ name }) => name).join(', ')]),
  );
