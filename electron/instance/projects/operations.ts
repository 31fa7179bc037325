import { declareOperations, operation } from '../audit/operation.ts';
import { countOf, plain, type Sentence, say } from '../audit/sentence.ts';

interface EnvironmentLine extends Record<string, unknown> {
  project: string;
  name: string;
}
/** Also used by the history of an environment, which reads these field names by SQL. */
export interface VariableLine extends Record<string, unknown> {
  project: string;
  /** Null for a shared variable. */
  project_id: number | null;
  key: string;
  variable_id: number;
  is_secret: boolean;
  environment_ids: number[];
}
export interface ManyLine extends Record<string, unknown> {
  project: string;
  /** Null for shared variables. */
  project_id: number | null;
  count: number;
}
interface TrashLine extends Record<string, unknown> {
  /** `the environment staging of shop` */
  what: string;
  /** Null for shared variables. */
  project_id: number | null;
  variables: number;
}
interface PlaceLine extends Record<string, unknown> {
  project: string;
  environment: string;
}

const project = (verb: string) =>
  operation<{ id: number; name: string }>(
    `Project ${verb}`,
    ({ name }) => say`${plain(capitalise(verb))} the project ${name}`,
  );
const environment = (title: string, verb: string) =>
  operation<EnvironmentLine>(
    title,
    (line) => say`${plain(verb)} the environment ${line.name} of ${line.project}`,
  );
const variable = (title: string, verb: string) =>
  operation<VariableLine>(title, (line) => sayOfVariable(verb, line));
const many = (title: string, verb: string) =>
  operation<ManyLine>(title, (line) =>
    line.project_id === null
      ? say`${plain(verb)} ${countOf(line.count, 'shared variable')}`
      : say`${plain(verb)} ${countOf(line.count, 'variable')} of ${line.project}`,
  );
const trashed = (title: string, verb: string) =>
  operation<TrashLine>(
    title,
    ({ what, variables }) => say`${plain(verb)} ${what} (${countOf(variables ?? 0, 'variable')})`,
  );
const place = (title: string, verb: string) =>
  operation<PlaceLine & { count: number }>(
    title,
    (line) => say`${plain(verb)} ${countOf(line.count, 'variable')} of ${line.project}, ${line.environment}`,
  );

export const projectOperations = declareOperations({
  PROJECT_CREATED: project('created'),
  PROJECT_UPDATED: project('changed'),
  PROJECT_DELETED: project('deleted'),
  ENVIRONMENT_CREATED: environment('Environment created', 'Added'),
  ENVIRONMENT_UPDATED: environment('Environment changed', 'Changed'),
  ENVIRONMENT_DELETED: environment('Environment deleted', 'Deleted'),
  ENV_VAR_CREATED: variable('Variable created', 'Created'),
  ENV_VAR_UPDATED: variable('Variable changed', 'Changed'),
  ENV_VAR_DELETED: variable('Variable deleted', 'Deleted'),
  ENV_VAR_REVERTED: variable('Variable reverted', 'Restored an earlier value of'),
  ENV_VAR_LEFT_PLAIN: variable('Variable left plain', 'Left plain on purpose:'),
  ENV_VAR_NOT_LEFT_PLAIN: variable('Variable no longer left plain', 'No longer left plain on purpose:'),
  ENV_VAR_REVEALED: variable('Value revealed', 'Revealed the value of'),
  ENV_VAR_DAMAGED_VERSIONS_REMOVED: operation<{
    project_id: number | null;
    key: string;
    variable_id: number;
    versions: number[];
  }>('Damaged versions removed', ({ key, versions }) => {
    const count = Array.isArray(versions) ? versions.length : 0;
    return say`Removed ${countOf(count, 'damaged version')} of ${key}, which no key can decrypt`;
  }),
  ENV_VARS_DELETED: many('Variables deleted', 'Deleted'),
  ENV_VARS_MOVED: many('Variables moved', 'Changed the environments of'),
  TRASH_RESTORED: trashed('Restored from the trash', 'Restored from the trash:'),
  TRASH_DELETED: trashed('Deleted for good', 'Deleted for good:'),
  TRASH_EXPIRED: trashed('Trash expired', 'Deleted for good after 30 days in the trash:'),
  ENV_VARS_EXPORTED: place('Variables exported', 'Exported'),
  ENV_VARS_RESOLVED: place('Variables read for a program', 'Read for a program:'),
  READS_LEFT_OUT: operation<{ count: number }>(
    'Readings left out',
    ({ count }) => say`Left out ${countOf(count, 'reading')} of variables, not written in time`,
  ),
  UNUSUAL_READ_DISMISSED: operation<{ id: number; reader: string; user_id?: number }>(
    'Unusual reading dismissed',
    ({ reader, user_id }, names) =>
      say`Dismissed an unusual reading of secrets by ${typeof user_id === 'number' ? names.user(user_id) : reader}`,
  ),
  ENV_VARS_IMPORTED: operation<PlaceLine & { added: number; changed: number; removed: number }>(
    'Variables imported',
    (line) =>
      say`Imported a .env file into ${line.project}, ${line.environment}: ${plain(line.added ?? 0)} new, ${plain(line.changed ?? 0)} changed, ${plain(line.removed ?? 0)} removed`,
  ),
  ENV_VARS_IMPORT_UNDONE: operation<PlaceLine & { restored: number; changed: number; removed: number }>(
    'Import undone',
    (line) =>
      say`Undid the last import into ${line.project}, ${line.environment}: ${plain(line.restored ?? 0)} brought back, ${plain(line.changed ?? 0)} changed back, ${plain(line.removed ?? 0)} removed again`,
  ),
});

function sayOfVariable(
  verb: string,
  line: { project_id?: unknown; project?: unknown; key?: unknown },
): Sentence {
  return line.project_id === null
    ? say`${plain(verb)} the shared variable ${line.key}`
    : say`${plain(verb)} ${line.key} of ${line.project}`;
}

function capitalise(verb: string): string {
  return verb.charAt(0).toUpperCase() + verb.slice(1);
}
