import { z } from '@hono/zod-openapi';
import type { Naming } from '../../audit/actors.ts';
import { actorShape } from '../../audit/audit-shapes.ts';
import { errorCode } from '../../http/error-code.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { describeEnd, endFields } from '../ends/end-shapes.ts';
import { environmentChangeKinds } from '../environment-history.ts';
import { namedProjectShape } from '../project-shapes.ts';
import { listReferences } from './references.ts';
import { changeKinds } from './variable-history.ts';
import type { Sight } from './variable-notes.ts';
import type { Variable } from './variables.ts';

/** More names than anyone reads; a value of a megabyte can have a hundred thousand. */
const MAX_REFERENCES_TOLD = 1000;

/** Variables as the API gives them. SECURITY: `value` of a secret is null everywhere but in `resolved`, as is that of a plain one for callers without environments:read. */
const variableEnvironment = z
  .object({
    id: z.int(),
    name: z.string(),
    main_url: z.string(),
    current_deployment_id: z.int().nullable(),
  })
  .openapi('VariableEnvironment');

export const variableShape = z
  .object({
    id: z.int(),
    key: z.string(),
    value: z.string().nullable(),
    is_secret: z.boolean(),
    state: z.enum(['ok', 'locked', 'unreadable']),
    created_at: z.int(),
    /** Grows with every change: send it back as expected_updated_at to change what you saw, and nothing newer. */
    updated_at: z.int(),
    version: z.int(),
    changed_by: z.string(),
    changed_by_actor: actorShape,
    changed_at: z.int(),
    /** Of its secret: null for a plain variable, and for one never used. */
    last_used_at: z.int().nullable(),
    /** Names that a plain value refers to, the first thousand, `shared.` kept; empty for a secret. */
    references: z.array(z.string()),
    environments: z.array(variableEnvironment),
    include_in_preview: z.boolean(),
    /** What someone wrote about it; not encrypted. Null for none, and for callers without environments:read. */
    note: z.string().nullable(),
    ...endFields,
  })
  .openapi('Variable');

const MAX_NOTE_CHARACTERS = 1000;

/** As a request says it: an empty one is none. SECURITY: line breaks and tabs, and no other control characters. */
export const saidNote = z
  .string()
  .max(MAX_NOTE_CHARACTERS, `at most ${MAX_NOTE_CHARACTERS.toLocaleString('en')} characters`)
  .refine((text) => !/[^\P{Cc}\n\r\t]|[\p{Cs}\u202A-\u202E\u2066-\u2069]/u.test(text), {
    message: 'no control characters',
  })
  .overwrite((text) => text.replaceAll(/\r\n?/g, '\n').trim())
  .nullable();

export const variableValueShape = z.object({ value: z.string() }).openapi('VariableValue');

export const variableHistoryShape = z
  .object({
    versions: z.array(
      z
        .object({
          version: z.int(),
          is_secret: z.boolean(),
          value: z.string().nullable(),
          change: z.enum(changeKinds),
          changed_by: z.string(),
          changed_by_actor: actorShape,
          changed_at: z.int(),
          ...endFields,
        })
        .openapi('VariableVersion'),
    ),
  })
  .openapi('VariableHistory');

const variableUse = z
  .object({ id: z.int(), project_id: z.int().nullable(), key: z.string() })
  .openapi('VariableUse');

export const variableUsesShape = z
  .object({ used_by: z.array(variableUse), unread: z.int() })
  .openapi('VariableUses');

export const renameOutcomeShape = z
  .object({
    id: z.int(),
    key: z.string(),
    updated_at: z.int(),
    /** Whose references were changed. */
    changed: z.array(variableUse),
  })
  .openapi('RenameOutcome');

export const resolvedVariablesShape = z
  .object({
    variables: z.array(
      z.object({ key: z.string(), value: z.string(), is_secret: z.boolean() }).openapi('ResolvedVariable'),
    ),
    skipped: z.array(z.object({ key: z.string(), code: errorCode }).openapi('SkippedVariable')),
  })
  .openapi('ResolvedVariables');

const importItem = z
  .object({
    key: z.string(),
    /** In the file; null for what it does not have. */
    line: z.int().nullable(),
    is_secret: z.boolean(),
    because: z.string().nullable(),
    /** Of plain variables alone, the new one and the one before. */
    value: z.string().nullable(),
    old_value: z.string().nullable(),
  })
  .openapi('ImportItem');

const refusedLine = z
  .object({ line: z.int(), name: z.string().nullable(), reason: z.string() })
  .openapi('RefusedLine');

export const importWarning = z
  .object({ key: z.string(), code: z.enum(['reference_missing', 'reference_cycle']), name: z.string() })
  .openapi('ImportWarning');

export const importOutcomeShape = z
  .object({
    dry_run: z.boolean(),
    added: z.array(importItem),
    changed: z.array(importItem),
    removed: z.array(importItem),
    unchanged: z.array(importItem),
    refused: z.array(refusedLine),
    /** Names that the file has more than once, and the line that was taken. */
    repeated: z.array(z.object({ name: z.string(), lines: z.array(z.int()), taken: z.int() })),
    lines_without_variable: z.int(),
    warnings: z.array(importWarning),
    /** How many `${NAME}` of the file became references. */
    references: z.int(),
    said: z.array(z.string()),
    /** By which it can be undone; null for a dry run, and where nothing changed. */
    import_id: z.int().nullable(),
  })
  .openapi('ImportOutcome');

const importRecord = z
  .object({
    id: z.int(),
    imported_at: z.int(),
    imported_by: z.string(),
    imported_by_actor: actorShape,
    /** Name of the environment that it was copied from; null for a file. */
    copied_from: z.string().nullable(),
  })
  .openapi('ImportRecord');

/** Null where no import or copy can be undone. */
export const lastImportShape = z.object({ last: z.union([importRecord, z.null()]) }).openapi('LastImport');

export const undoOutcomeShape = importRecord
  .extend({
    dry_run: z.boolean(),
    /** Names that it had added, and that go again. */
    removed: z.array(z.string()),
    /** Names that have their former value again. */
    changed: z.array(z.string()),
    /** Names that are there again. */
    restored: z.array(z.string()),
    /** Names that stay as they are: their former value is not kept. */
    lost: z.array(z.string()),
  })
  .openapi('UndoOutcome');

export const bulkChangeShape = z.object({ changed: z.int() }).openapi('BulkChange');

export const environmentHistoryShape = z
  .object({
    changes: z.array(
      z
        .object({
          variable_id: z.int(),
          key: z.string(),
          version: z.int().nullable(),
          change: z.enum(environmentChangeKinds),
          changed_by: z.string(),
          changed_by_actor: actorShape,
          changed_at: z.int(),
          former_key: z.string().nullable().openapi({ description: 'Of one that was renamed' }),
          is_secret: z.boolean(),
        })
        .openapi('EnvironmentChange'),
    ),
    /** For `before`, to get the next page; null on the last one. */
    next: z.string().nullable(),
  })
  .openapi('EnvironmentHistory');

export const searchResultsShape = z
  .object({
    results: z.array(variableShape.extend({ project: namedProjectShape }).openapi('FoundVariable')),
  })
  .openapi('SearchResults');

/** SECURITY: who may change a variable may not therefore read it. */
export function toVariableJson(variable: Variable, { mayRead }: Sight, naming: Naming) {
  const value = mayRead ? variable.value : null;
  return toAnswer(variableShape, {
    ...variable,
    ...describeEnd(variable),
    changedByActor: naming.byLabel(variable.changedBy, variable.changedAt),
    value,
    note: mayRead ? variable.note : null,
    references: value === null ? [] : listReferences(value, MAX_REFERENCES_TOLD),
    environments: variable.environments.map((environment) => ({
      ...environment,
      mainUrl: '',
      currentDeploymentId: null,
    })),
  });
}
