import { type ProjectRole, projectRoles, type Role, roles } from '../access/permissions.ts';
import { bareOperation, declareOperations, ofProject, operation } from '../audit/operation.ts';
import { countOf, plain, say } from '../audit/sentence.ts';

interface PersonLine extends Record<string, unknown> {
  user_id: number;
}

interface ProjectRoleLine extends PersonLine {
  project_id: number;
  project: string;
  role: ProjectRole;
}

const person = (title: string, verb: string) =>
  operation<PersonLine>(title, ({ user_id }, names) => say`${plain(verb)} ${names.user(user_id)}`);
const apiKey = (title: string, verb: string) =>
  operation<{ id: number; name: string }>(
    title,
    ({ id, name }) => say`${plain(verb)} the API key ${name ?? id}`,
  );
const deploymentToken = (title: string, verb: string) =>
  ofProject(
    operation<{ id: number; name: string; project_id: number }>(
      title,
      ({ id, name }) => say`${plain(verb)} the deployment token ${name ?? id}`,
    ),
    'project_id',
  );

export const identityOperations = declareOperations({
  SIGNED_IN: operation<PersonLine & { ip: string | null; method: string }>(
    'Signed in',
    ({ method }) => (typeof method === 'string' ? say`Signed in with ${plain(method)}` : say`Signed in`),
    'user_id',
  ),
  SIGN_IN_FAILED: operation<{ ip: string | null; user_id: number | null }>(
    'Sign-in refused',
    ({ user_id }, names) =>
      typeof user_id === 'number'
        ? say`Refused a sign-in as ${names.user(user_id)}: wrong password, or too many attempts`
        : say`Refused a sign-in: no such account`,
  ),
  SECOND_FACTOR_AWAITED: operation<PersonLine & { ip: string | null }>(
    'Second factor asked for',
    ({ user_id }, names) => say`Took the password of ${names.user(user_id)}, and asked for the second factor`,
  ),
  SECOND_FACTOR_FAILED: operation<PersonLine & { ip: string | null }>(
    'Second factor refused',
    ({ user_id }, names) => say`Refused a code of ${names.user(user_id)}: wrong, used, or too many attempts`,
  ),
  // With a person: one who was not signed in yet.
  UNLOCK_REFUSED: operation<{ user_id: number | null; ip: string | null; method: string; reason: string }>(
    'Unlock refused',
    ({ user_id }, names) =>
      typeof user_id === 'number'
        ? say`Refused to unlock the vault for ${names.user(user_id)}, whose second factor was awaited`
        : say`Refused to unlock the vault: wrong, or too many attempts`,
  ),
  CONFIRMATION_FAILED: operation<PersonLine>(
    'Confirmation refused',
    ({ user_id }, names) =>
      say`Refused a confirmation of ${names.user(user_id)}: wrong password, or too many attempts`,
  ),
  SESSION_OPENED: bareOperation('Session unlocked', () => say`Came back, and unlocked the session`),
  KEY_REFUSED: operation<{ ip: string | null; name: string | null; reason: string }>(
    'Key refused',
    ({ name, reason }) => {
      const why = plain(typeof reason === 'string' ? (refusedKeys.get(reason) ?? 'not valid') : 'not valid');
      return typeof name === 'string' ? say`Refused ${name}: ${why}` : say`Refused an unknown key: ${why}`;
    },
  ),
  LINK_REFUSED: operation<{ ip: string | null }>(
    'Link refused',
    () => say`Refused a one-time link: unknown, used or too old`,
  ),
  SIGNED_OUT: operation<{ kind: string }>('Signed out', () => say`Signed out`),
  OWNER_SIGNED_IN: operation<{ ip: string | null }>(
    'Owner signed in',
    () => say`Signed in with a one-time link`,
    'owner',
  ),
  SESSION_ENDED: operation<PersonLine & { kind: string }>(
    'Session ended',
    () => say`Ended one of their sessions`,
  ),
  SESSION_OF_PERSON_ENDED: operation<{ user_id: number | null; kind: string }>(
    'Session of someone ended',
    ({ user_id }, names) =>
      typeof user_id === 'number'
        ? say`Ended a session of ${names.user(user_id)}`
        : say`Ended a session of the owner`,
  ),
  SESSIONS_ENDED: operation<PersonLine & { count: number }>(
    'Sessions ended',
    ({ count }) => say`Ended ${countOf(count, 'session')} elsewhere`,
  ),
  USER_CREATED: operation<PersonLine & { roles: Role[] }>(
    'Person added',
    ({ user_id }, names) => say`Added ${names.user(user_id)}`,
  ),
  INVITATION_CREATED: operation<{ id: number; email: string; role: Role }>(
    'Person invited',
    ({ email, role }) => say`Invited ${email} as ${plain(nameRole(role))}`,
  ),
  INVITATION_REVOKED: operation<{ id: number; email: string }>(
    'Invitation revoked',
    ({ email }) => say`Revoked the invitation of ${email}`,
  ),
  INVITATION_ACCEPTED: operation<PersonLine & { roles: Role[]; ip: string | null }>(
    'Invitation accepted',
    () => say`Accepted an invitation, and chose a password`,
    'user_id',
  ),
  INVITATION_REFUSED: operation<{ id: number; email: string; reason: string; ip: string | null }>(
    'Invitation refused',
    ({ email, reason }) =>
      say`Refused the invitation of ${email}: ${plain((typeof reason === 'string' && refusedInvitations.get(reason)) || 'over')}`,
  ),
  USER_UPDATED: operation<PersonLine & { password: boolean }>(
    'Person changed',
    ({ user_id, password }, names) =>
      password === true
        ? say`Changed the password of ${names.user(user_id)}`
        : say`Changed the account of ${names.user(user_id)}`,
  ),
  USER_DELETED: person('Person deleted', 'Deleted'),
  USER_RESTORED: person('Person restored', 'Restored'),
  PASSWORD_RESET: person('Password reset', 'Set a new password for'),
  ROLE_GIVEN: operation<PersonLine & { role: Role }>(
    'Role given',
    ({ user_id, role }, names) => say`Gave ${names.user(user_id)} the role ${plain(nameRole(role))}`,
  ),
  ROLE_TAKEN: operation<PersonLine & { role: Role }>(
    'Role removed',
    ({ user_id, role }, names) => say`Removed the role ${plain(nameRole(role))} from ${names.user(user_id)}`,
  ),
  PROJECT_ROLE_GIVEN: ofProject(
    operation<ProjectRoleLine & { former_role: ProjectRole | null }>(
      'Role in a project given',
      ({ user_id, project, role, former_role }, names) =>
        typeof former_role === 'string'
          ? say`Made ${names.user(user_id)} ${plain(nameProjectRole(role))} of ${project} instead of ${plain(nameProjectRole(former_role))}`
          : say`Made ${names.user(user_id)} ${plain(nameProjectRole(role))} of ${project}`,
    ),
    'project_id',
  ),
  PROJECT_ROLE_TAKEN: ofProject(
    operation<ProjectRoleLine>(
      'Role in a project removed',
      ({ user_id, project, role }, names) =>
        say`Removed ${names.user(user_id)}, ${plain(nameProjectRole(role))}, from ${project}`,
    ),
    'project_id',
  ),
  MFA_SET_UP: person('Second factor set-up started', 'Started to set up the second factor of'),
  MFA_ENABLED: person('Second factor turned on', 'Turned on the second factor of'),
  MFA_DISABLED: person('Second factor turned off', 'Turned off the second factor of'),
  API_KEY_CREATED: operation<{ id: number; name: string; role: string }>(
    'API key created',
    ({ id, name }) => say`Created the API key ${name ?? id}`,
  ),
  API_KEY_UPDATED: apiKey('API key changed', 'Changed'),
  API_KEY_ROTATED: apiKey('API key rotated', 'Created a new text for'),
  API_KEY_ACTIVATED: apiKey('API key turned on', 'Turned on'),
  API_KEY_DEACTIVATED: apiKey('API key turned off', 'Turned off'),
  API_KEY_LIMITED: operation<{ id: number; name: string; allowed_from: string[] | null }>(
    'API key limited to addresses',
    ({ id, name, allowed_from }) =>
      say`Let the API key ${name ?? id} be used from ${plain(sayFrom(allowed_from))}`,
  ),
  API_KEY_DELETED: apiKey('API key deleted', 'Deleted'),
  CLI_SIGN_IN_APPROVED: operation<{ id: number; client: string; ip: string | null }>(
    'Command line approved',
    ({ client, ip }) => say`Approved the command line on ${client}, which asked from ${ip ?? 'this machine'}`,
  ),
  CLI_SIGN_IN_DENIED: operation<{ client: string; ip: string | null }>(
    'Command line denied',
    ({ client, ip }) => say`Denied the command line on ${client}, which asked from ${ip ?? 'this machine'}`,
  ),
  CLI_SIGNED_IN: operation<{ id: number; client: string; ip: string | null }>(
    'Command line signed in',
    ({ client, ip }) => say`Gave its key to the command line on ${client}, at ${ip ?? 'this machine'}`,
  ),
  CLI_CODE_REFUSED: operation<{ ip: string | null }>(
    'Code of a command line refused',
    () => say`Refused a code to sign in a command line: wrong, used, too old, or too many attempts`,
  ),
  DEPLOYMENT_TOKEN_CREATED: deploymentToken('Deployment token created', 'Created'),
  DEPLOYMENT_TOKEN_DEACTIVATED: deploymentToken('Deployment token turned off', 'Turned off'),
  DEPLOYMENT_TOKEN_LIMITED: ofProject(
    operation<{
      id: number;
      name: string;
      project_id: number;
      allowed_from: string[] | null;
    }>(
      'Deployment token limited to addresses',
      ({ id, name, allowed_from }) =>
        say`Let the deployment token ${name ?? id} be used from ${plain(sayFrom(allowed_from))}`,
    ),
    'project_id',
  ),
  DEPLOYMENT_TOKEN_DELETED: deploymentToken('Deployment token deleted', 'Deleted'),
});

/** By why it was over. */
const refusedInvitations = new Map([
  ['used', 'used already'],
  ['revoked', 'revoked'],
  ['expired', 'expired'],
  ['inviter', 'whoever made it may no longer add people'],
]);

/** By error code. */
const refusedKeys = new Map([
  ['invalid_credentials', 'not valid'],
  ['key_revoked', 'turned off'],
  ['key_expired', 'expired'],
  ['address_not_allowed', 'from an address that it may not be used from'],
  ['clock_went_back', 'this machine’s clock is behind its creation'],
]);

function sayFrom(allowed: unknown): string {
  return Array.isArray(allowed) ? `${allowed.join(', ')} alone` : 'anywhere';
}

function nameRole(role: unknown): string {
  const words: Record<Role, string> = {
    admin: 'administrator',
    user: 'user',
    reader: 'reader',
    member: 'member',
  };
  return roles.includes(role as Role) ? words[role as Role] : 'unknown';
}

const nameProjectRole = (role: unknown): string =>
  projectRoles.includes(role as ProjectRole) ? `${role}` : 'member';
