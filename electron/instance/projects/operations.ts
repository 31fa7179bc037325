import { declareOperations, ofProject, operation } from '../audit/operation.ts';
import { countOf, plain, type Sentence, say } from '../audit/sentence.ts';

interface EnvironmentLine extends Record<string, unknown> {
  project: string;
  project_id: number;
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
  project_id: number;
  environment: string;
}

const project = (verb: string) =>
  ofProject(
    operation<{ id: number; name: string }>(
      `Project ${verb}`,
      ({ name }) => say`${plain(capitalise(verb))} the project ${name}`,
    ),
    'id',
  );
const environment = (title: string, verb: string) =>
  ofProject(
    operation<EnvironmentLine>(
      title,
      (line) => say`${plain(verb)} the environment ${line.name} of ${line.project}`,
    ),
    'project_id',
  );
const variable = (title: string, verb: string) =>
  ofProject(
    operation<VariableLine>(title, (line) => sayOfVariable(verb, line)),
    'project_id',
  );
const many = (title: string, verb: string) =>
  ofProject(
    operation<ManyLine>(title, (line) =>
      line.project_id === null
        ? say`${plain(verb)} ${countOf(line.count, 'shared variable')}`
        : say`${plain(verb)} ${countOf(line.count, 'variable')} of ${line.project}`,
    ),
    'project_id',
  );
const trashed = (title: string, verb: string) =>
  ofProject(
    operation<TrashLine>(
      title,
      ({ what, variables }) => say`${plain(verb)} ${what} (${countOf(variables ?? 0, 'variable')})`,
    ),
    'project_id',
  );
const place = (title: string, verb: string) =>
  ofProject(
    operation<PlaceLine & { count: number }>(
      title,
      (line) =>
        say`${plain(verb)} ${countOf(line.count, 'variable')} of ${line.project}, ${line.environment}`,
    ),
    'project_id',
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
  ENV_VAR_DAMAGED_VERSIONS_REMOVED: ofProject(
    operation<{
      project_id: number | null;
      key: string;
      variable_id: number;
      versions: number[];
    }>('Damaged versions removed', ({ key, versions }) => {
      const count = Array.isArray(versions) ? versions.length : 0;
      return say`Removed ${countOf(count, 'damaged version')} of ${key}, which no key can decrypt`;
    }),
    'project_id',
  ),
  ENV_VARS_DELETED: many('Variables deleted', 'Deleted'),
  ENV_VARS_ENCRYPTED: many('Variables made secret', 'Made secret:'),
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
  ENV_VARS_IMPORTED: ofProject(
    operation<PlaceLine & { added: number; changed: number; removed: number }>(
      'Variables imported',
      (line) =>
        say`Imported a .env file into ${line.project}, ${line.environment}: ${plain(line.added ?? 0)} new, ${plain(line.changed ?? 0)} changed, ${plain(line.removed ?? 0)} removed`,
    ),
    'project_id',
  ),
  ENV_VARS_COPIED: ofProject(
    operation<PlaceLine & { from: string; added: number; changed: number }>(
      'Variables copied',
      (line) =>
        say`Copied variables of ${line.project} from ${line.from} to ${line.environment}: ${plain(line.added ?? 0)} new, ${plain(line.changed ?? 0)} changed`,
    ),
    'project_id',
  ),
  ENV_VARS_COMPARED: ofProject(
    operation<{ project: string; project_id: number; environments: string[]; count: number }>(
      'Secrets compared',
      (line) =>
        say`Compared ${countOf(line.count ?? 0, 'secret value')} of ${line.project} between ${(Array.isArray(line.environments) ? line.environments : []).join(', ')}`,
    ),
    'project_id',
  ),
  /** `from` is said of a copy. */
  ENV_VARS_IMPORT_UNDONE: ofProject(
    operation<PlaceLine & { from?: string; restored: number; changed: number; removed: number }>(
      'Import undone',
      (line) =>
        say`Undid the last ${plain(line.from === undefined ? 'import' : 'copy')} into ${line.project}, ${line.environment}: ${plain(line.restored ?? 0)} brought back, ${plain(line.changed ?? 0)} changed back, ${plain(line.removed ?? 0)} removed again`,
    ),
    'project_id',
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
