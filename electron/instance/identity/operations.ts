import { type Role, roles } from '../access/permissions.ts';
import { bareOperation, declareOperations, operation } from '../audit/operation.ts';
import { countOf, plain, say } from '../audit/sentence.ts';

interface PersonLine extends Record<string, unknown> {
  user_id: number;
}

const person = (title: string, verb: string) =>
  operation<PersonLine>(title, ({ user_id }, names) => say`${plain(verb)} ${names.user(user_id)}`);
const apiKey = (title: string, verb: string) =>
  operation<{ id: number; name: string }>(
    title,
    ({ id, name }) => say`${plain(verb)} the API key ${name ?? id}`,
  );
const deploymentToken = (title: string, verb: string) =>
  operation<{ id: number; name: string; project_id: number }>(
    title,
    ({ id, name }) => say`${plain(verb)} the deployment token ${name ?? id}`,
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
  SESSIONS_ENDED: operation<PersonLine & { count: number }>(
    'Sessions ended',
    ({ count }) => say`Ended ${countOf(count, 'session')} elsewhere`,
  ),
  USER_CREATED: operation<PersonLine & { roles: Role[] }>(
    'Person added',
    ({ user_id }, names) => say`Added ${names.user(user_id)}`,
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
  DEPLOYMENT_TOKEN_DELETED: deploymentToken('Deployment token deleted', 'Deleted'),
});

/** By error code. */
const refusedKeys = new Map([
  ['invalid_credentials', 'not valid'],
  ['key_revoked', 'turned off'],
  ['key_expired', 'expired'],
  ['clock_went_back', 'this machine’s clock is behind its creation'],
]);

function nameRole(role: unknown): string {
  const words: Record<Role, string> = { admin: 'administrator', user: 'user', reader: 'reader' };
  return roles.includes(role as Role) ? words[role as Role] : 'unknown';
}
