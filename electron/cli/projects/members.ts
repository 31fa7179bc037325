import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { normalizeEmail } from '../people/email.ts';
import { readScope } from '../project-scope.ts';

export const MEMBERS_USAGE =
  'projects members [list|add WHO ROLE|role WHO ROLE|remove WHO] -p PROJECT' as const;
export const MEMBERS_NOTES = `WHO   the e-mail address of an account, or its id.
ROLE  reader   sees names and plain values; no secret values, no changes.
      editor   changes variables, and reads secret values.
      manager  also environments, deployment tokens, settings and members.
A role here adds to the role someone has in the instance: with the role member there, they have only the projects in
which they have one here. remove also ends the deployment tokens that they made for the project.`;

/** How many words each action takes. */
const actions: ReadonlyMap<string, number> = new Map([
  ['list', 0],
  ['add', 2],
  ['role', 2],
  ['remove', 1],
]);

/** `projects members`. */
export async function manageMembers(invocation: Invocation): Promise<number> {
  const [action = 'list', who = '', role = ''] = invocation.positionals;
  if (Math.max(0, invocation.positionals.length - 1) !== actions.get(action))
    throw usageError(`usage: temps-desktop ${MEMBERS_USAGE}`);
  const { project } = readScope(invocation);
  return await withClient(invocation, async (client) => {
    const path = { project };
    const { members } = await client.get('/projects/{project}/members', { path });
    if (action === 'list') {
      invocation.print(members, () =>
        members.length === 0
          ? 'Nobody has a role in this project besides their role in the instance.'
          : formatTable(members.map(({ user_id, email, name, role: has }) => [user_id, email, name, has])),
      );
      return exitCodes.done;
    }
    const known = findMember(members, who);
    if (action === 'add' && known)
      throw new CommandError('conflict', `${known.email} is ${known.role} of ${project} already: use role.`);
    if (action !== 'add' && !known) throw new CommandError('not_found', `${who} has no role in ${project}.`);
    if (action === 'remove') await remove(invocation, client, { project, user: who });
    else {
      const member = await client
        .put('/projects/{project}/members/{user}', { path: { project, user: who }, body: { role } })
        .catch(async (error: unknown) => {
          throw isNotFound(error) ? await describeStranger(client, who) : error;
        });
      invocation.print(member, () => `${member.email} is ${member.role} of ${project}.`);
    }
    return exitCodes.done;
  });
}

async function remove(
  invocation: Invocation,
  client: Client,
  path: { project: string; user: string },
): Promise<void> {
  await client.delete('/projects/{project}/members/{user}', { path });
  invocation.print({ removed: path.user }, () => `${path.user} has no role in ${path.project} any more.`);
}

const isNotFound = (error: unknown) => error instanceof CommandError && error.code === 'not_found';

/** Someone without an account, and what comes first. */
async function describeStranger(client: Client, who: string): Promise<CommandError> {
  const wanted = normalizeEmail(who);
  const { invitations } = await client.get('/users/invitations');
  const invited = invitations.find(({ email, is_void }) => email === wanted && !is_void);
  return new CommandError(
    'not_found',
    invited
      ? `${invited.email} was invited and has not made an account yet: the invitation's link does that. Repeat this afterwards.`
      : `${who} has no account. Invite them first: temps-desktop users invite --email ${wanted.includes('@') ? wanted : 'EMAIL'}`,
  );
}

function findMember(members: readonly Schemas['ProjectMember'][], who: string) {
  const wanted = normalizeEmail(who);
  return members.find(({ user_id, email }) => String(user_id) === wanted || email === wanted);
}
