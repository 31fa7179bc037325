import { z } from '@hono/zod-openapi';
import { errorCode } from '../../http/error-code.ts';
import { type EnvironmentHistory, environmentChangeKinds } from '../environment-history.ts';
import type { ImportItem, ImportOutcome } from './env-import.ts';
import { listReferences } from './references.ts';
import { changeKinds, type VariableVersion } from './variable-history.ts';
import type { Variable } from './variables.ts';

/** Variables as the API gives them. SECURITY: `value` of a secret is null everywhere but in `resolved`. */
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
    changed_at: z.int(),
    /** Of its secret: null for a plain variable, and for one never used. */
    last_used_at: z.int().nullable(),
    /** Names that a plain value refers to, `shared.` kept; empty for a secret. */
    references: z.array(z.string()),
    environments: z.array(variableEnvironment),
    include_in_preview: z.boolean(),
  })
  .openapi('Variable');

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
          changed_at: z.int(),
        })
        .openapi('VariableVersion'),
    ),
  })
  .openapi('VariableHistory');

export const variableUsesShape = z
  .object({
    used_by: z.array(
      z.object({ id: z.int(), project_id: z.int().nullable(), key: z.string() }).openapi('VariableUse'),
    ),
    unread: z.int(),
  })
  .openapi('VariableUses');

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

const importWarning = z
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
    lines_without_variable: z.int(),
    warnings: z.array(importWarning),
    said: z.array(z.string()),
  })
  .openapi('ImportOutcome');

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
          changed_at: z.int(),
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
    results: z.array(
      variableShape
        .extend({ project: z.object({ id: z.int(), name: z.string(), slug: z.string() }) })
        .openapi('FoundVariable'),
    ),
  })
  .openapi('SearchResults');

export function toVariableJson(variable: Variable): z.infer<typeof variableShape> {
  return {
    id: variable.id,
    key: variable.key,
    value: variable.value,
    is_secret: variable.isSecret,
    state: variable.state,
    created_at: variable.createdAt,
    updated_at: variable.updatedAt,
    version: variable.version,
    changed_by: variable.changedBy,
    changed_at: variable.changedAt,
    last_used_at: variable.lastUsedAt,
    references: variable.value === null ? [] : listReferences(variable.value),
    environments: variable.environments.map(({ id, name }) => ({
      id,
      name,
      main_url: '',
      current_deployment_id: null,
    })),
    include_in_preview: variable.includeInPreview,
  };
}

export function toHistoryJson(versions: readonly VariableVersion[]): z.infer<typeof variableHistoryShape> {
  return {
    versions: versions.map(({ version, isSecret, value, change, changedBy, changedAt }) => ({
      version,
      is_secret: isSecret,
      value,
      change,
      changed_by: changedBy,
      changed_at: changedAt,
    })),
  };
}

export function toEnvironmentHistoryJson({
  changes,
  next,
}: EnvironmentHistory): z.infer<typeof environmentHistoryShape> {
  return {
    changes: changes.map((change) => ({
      variable_id: change.variableId,
      key: change.key,
      version: change.version,
      change: change.change,
      changed_by: change.changedBy,
      changed_at: change.changedAt,
      is_secret: change.isSecret,
    })),
    next,
  };
}

export function toImportJson(dryRun: boolean, outcome: ImportOutcome): z.infer<typeof importOutcomeShape> {
  return {
    dry_run: dryRun,
    added: outcome.added.map(toItemJson),
    changed: outcome.changed.map(toItemJson),
    removed: outcome.removed.map(toItemJson),
    unchanged: outcome.unchanged.map(toItemJson),
    refused: outcome.refused.map(({ line, name, reason }) => ({ line, name, reason })),
    lines_without_variable: outcome.linesWithoutVariable,
    warnings: outcome.warnings.map(({ key, code, name }) => ({ key, code, name })),
    said: outcome.said,
  };
}

function toItemJson(item: ImportItem): z.infer<typeof importItem> {
  return {
    key: item.key,
    line: item.line,
    is_secret: item.isSecret,
    because: item.because,
    value: item.value,
    old_value: item.oldValue,
  };
}
