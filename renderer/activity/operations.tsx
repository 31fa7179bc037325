import type { ReactNode } from 'react';
import { roleLabel } from '../people/roles.ts';
import { formatCount } from '../ui/time.ts';

/** Ids and names a line holds; never a value. */
export type LineData = Readonly<Record<string, unknown>>;

interface Operation {
  /** For the filter. */
  name: string;
  /** One sentence of what was done, without who did it. `person` names an account by its id. */
  say: (data: LineData, person: (id: unknown) => string) => ReactNode;
}

const Name = ({ children }: { children: unknown }) => <b dir="auto">{text(children) || 'something'}</b>;

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

const count = (value: unknown, one: string) => formatCount(typeof value === 'number' ? value : 0, one);

/** Where a variable stands; a shared one is of no project. */
const variable =
  (verb: string): Operation['say'] =>
  (data) => (
    <>
      {verb} <Name>{data.key}</Name> of{' '}
      {data.project_id === null ? 'the shared variables' : <Name>{data.project}</Name>}
    </>
  );
const project =
  (verb: string): Operation['say'] =>
  (data) => (
    <>
      {verb} the project <Name>{data.name}</Name>
    </>
  );
const environment =
  (verb: string): Operation['say'] =>
  (data) => (
    <>
      {verb} the environment <Name>{data.name}</Name> of <Name>{data.project}</Name>
    </>
  );
const apiKey =
  (verb: string): Operation['say'] =>
  (data) => (
    <>
      {verb} the API key <Name>{data.name ?? data.id}</Name>
    </>
  );
const person =
  (verb: string): Operation['say'] =>
  (data, nameOf) => (
    <>
      {verb} <Name>{nameOf(data.user_id)}</Name>
    </>
  );
const placed =
  (verb: string): Operation['say'] =>
  (data) => (
    <>
      {verb} {count(data.count, 'variable')} of <Name>{data.project}</Name>, <Name>{data.environment}</Name>
    </>
  );

/** Every operation of the log in words. One that is not here is shown by its own name. */
export const operations: Readonly<Record<string, Operation>> = {
  PROJECT_CREATED: { name: 'Project created', say: project('Created') },
  PROJECT_UPDATED: { name: 'Project changed', say: project('Changed') },
  PROJECT_DELETED: { name: 'Project deleted', say: project('Deleted') },
  ENVIRONMENT_CREATED: { name: 'Environment created', say: environment('Added') },
  ENVIRONMENT_UPDATED: { name: 'Environment changed', say: environment('Changed') },
  ENVIRONMENT_DELETED: { name: 'Environment deleted', say: environment('Deleted') },
  ENV_VAR_CREATED: { name: 'Variable created', say: variable('Created') },
  ENV_VAR_UPDATED: { name: 'Variable changed', say: variable('Changed') },
  ENV_VAR_DELETED: { name: 'Variable deleted', say: variable('Deleted') },
  ENV_VAR_REVERTED: { name: 'Variable reverted', say: variable('Took an earlier value back for') },
  ENV_VAR_REVEALED: { name: 'Value revealed', say: variable('Revealed the value of') },
  ENV_VARS_EXPORTED: { name: 'Variables exported', say: placed('Exported') },
  ENV_VARS_RESOLVED: { name: 'Variables read to run', say: placed('Read to run') },
  ENV_VARS_IMPORTED: {
    name: 'Variables imported',
    say: (data) => (
      <>
        Imported a .env into <Name>{data.project}</Name>, <Name>{data.environment}</Name>:{' '}
        {text(data.added) || 0} new, {text(data.changed) || 0} changed, {text(data.removed) || 0} removed
      </>
    ),
  },
  DEPLOYMENT_TOKEN_CREATED: {
    name: 'Deployment token created',
    say: (data) => (
      <>
        Made the deployment token <Name>{data.name}</Name>
      </>
    ),
  },
  DEPLOYMENT_TOKEN_DELETED: {
    name: 'Deployment token deleted',
    say: (data) => (
      <>
        Deleted the deployment token <Name>{data.name ?? data.id}</Name>
      </>
    ),
  },
  API_KEY_CREATED: { name: 'API key created', say: apiKey('Made') },
  API_KEY_UPDATED: { name: 'API key changed', say: apiKey('Changed') },
  API_KEY_ACTIVATED: { name: 'API key switched on', say: apiKey('Switched on') },
  API_KEY_DEACTIVATED: { name: 'API key switched off', say: apiKey('Switched off') },
  API_KEY_DELETED: { name: 'API key deleted', say: apiKey('Deleted') },
  SIGNED_IN: {
    name: 'Signed in',
    say: (data) => `Signed in${typeof data.method === 'string' ? ` with ${data.method}` : ''}`,
  },
  SIGN_IN_FAILED: { name: 'Sign-in refused', say: () => 'Refused a sign-in: e-mail or password was wrong' },
  OWNER_SIGNED_IN: { name: 'Owner signed in', say: () => 'Came in with a one-time link' },
  SESSION_ENDED: { name: 'Session ended', say: () => 'Ended one of their sessions' },
  SESSIONS_ENDED: {
    name: 'Sessions ended',
    say: (data) => `Ended ${count(data.count, 'session')} of theirs elsewhere`,
  },
  USER_CREATED: { name: 'Person added', say: person('Added') },
  USER_UPDATED: {
    name: 'Person changed',
    say: (data, nameOf) =>
      person(data.password === true ? 'Changed the password of' : 'Changed the account of')(data, nameOf),
  },
  USER_DELETED: { name: 'Person deleted', say: person('Deleted') },
  USER_RESTORED: { name: 'Person restored', say: person('Restored') },
  PASSWORD_RESET: { name: 'Password set anew', say: person('Set a new password for') },
  ROLE_GIVEN: {
    name: 'Role given',
    say: (data, nameOf) => (
      <>
        Made <Name>{nameOf(data.user_id)}</Name> {roleLabel(text(data.role)).toLowerCase()}
      </>
    ),
  },
  ROLE_TAKEN: {
    name: 'Role taken',
    say: (data, nameOf) => (
      <>
        <Name>{nameOf(data.user_id)}</Name> is no longer {roleLabel(text(data.role)).toLowerCase()}
      </>
    ),
  },
  MFA_SET_UP: { name: 'Second factor begun', say: person('Began the second factor of') },
  MFA_ENABLED: { name: 'Second factor on', say: person('Switched on the second factor of') },
  MFA_DISABLED: { name: 'Second factor off', say: person('Switched off the second factor of') },
  AUDIT_EXPORTED: { name: 'Activity exported', say: () => 'Exported the activity' },
  SETTINGS_UPDATED: { name: 'Settings changed', say: () => 'Changed the settings' },
  INSTANCE_STARTED: {
    name: 'Instance started',
    say: (data) =>
      data.vault === 'running' || data.vault === 'first' ? 'Started' : 'Started, with the vault locked',
  },
  VAULT_LOCKED: { name: 'Locked', say: () => 'Locked the vault' },
  VAULT_UNLOCKED: { name: 'Unlocked', say: () => 'Unlocked the vault' },
  WARNING_SNOOZED: {
    name: 'Warning put off',
    say: (data) => `Put off a warning about the key for ${count(data.days, 'day')}`,
  },
  KEY_COPY_MADE: {
    name: 'Key copy made',
    say: (data) => (
      <>
        Made a copy of the key
        {typeof data.place === 'string' && (
          <>
            : <Name>{data.place}</Name>
          </>
        )}
      </>
    ),
  },
  KEY_COPY_VERIFIED: { name: 'Key copy read', say: () => 'Read a copy of the key back' },
  KEY_COPY_PROVEN: { name: 'Key copy proven', say: () => 'Proved a copy of the key' },
  KEY_COPY_FORGOTTEN: { name: 'Key copy forgotten', say: () => 'Took a copy of the key off the list' },
  KEY_MADE: {
    name: 'Key made',
    say: (data) => (
      <>
        Chose <Name>{data.custody}</Name> for the first key
      </>
    ),
  },
  KEY_CUSTODY_MOVED: {
    name: 'Key moved',
    say: (data) => (
      <>
        Moved the key from <Name>{data.from}</Name> to <Name>{data.to}</Name>
      </>
    ),
  },
  KEY_ROTATION_STAGED: { name: 'Rotation begun', say: () => 'Made a new key to rotate to' },
  KEY_ROTATION_WITHOUT_COPY: {
    name: 'Rotation without a copy',
    say: () => 'Went on rotating without a proven copy of the new key',
  },
  KEY_ROTATION_SEALING: {
    name: 'Rotation sealing',
    say: (data) => `Began to seal ${count(data.total, 'value')} with the new key`,
  },
  KEY_ROTATION_FINISHED: {
    name: 'Rotation finished',
    say: (data) => `Finished the rotation: ${count(data.total, 'value')} sealed with the new key`,
  },
  KEY_ROTATION_UNDONE: { name: 'Rotation undone', say: () => 'Gave the rotation up' },
  KEY_SHREDDED: {
    name: 'Key shredded',
    say: (data) => (
      <>
        Shredded the retired key <span className="font-mono text-12">{text(data.fingerprint)}</span>
      </>
    ),
  },
  KEY_STARTED_OVER: { name: 'Started over', say: () => 'Started over with a new key' },
  SECRETS_RESCUED: {
    name: 'Secrets rescued',
    say: (data) => `Rescued ${count(data.rescued, 'secret')} with an older key`,
  },
  SECRET_REENTERED: { name: 'Secret entered again', say: () => 'Entered a lost secret again' },
  SECRET_REGENERATED: { name: 'Secret made anew', say: () => 'Made a lost secret anew' },
};

export function operationName(operation: string): string {
  return operations[operation]?.name ?? operation;
}
