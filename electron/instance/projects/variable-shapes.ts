import { z } from '@hono/zod-openapi';
import { errorCode } from '../http/error-code.ts';
import type { ImportItem, ImportOutcome } from './env-import.ts';
import type { Variable, VariableVersion } from './variables.ts';

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
    updated_at: z.int(),
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
          change: z.enum(['created', 'updated', 'reverted']),
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
  .object({ key: z.string(), is_secret: z.boolean(), because: z.string().nullable() })
  .openapi('ImportItem');

export const importOutcomeShape = z
  .object({
    dry_run: z.boolean(),
    added: z.array(importItem),
    changed: z.array(importItem),
    removed: z.array(importItem),
    unchanged: z.array(importItem),
    said: z.array(z.string()),
  })
  .openapi('ImportOutcome');

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

export function toImportJson(dryRun: boolean, outcome: ImportOutcome): z.infer<typeof importOutcomeShape> {
  const show = (items: readonly ImportItem[]) =>
    items.map(({ key, isSecret, because }) => ({ key, is_secret: isSecret, because }));
  return {
    dry_run: dryRun,
    added: show(outcome.added),
    changed: show(outcome.changed),
    removed: show(outcome.removed),
    unchanged: show(outcome.unchanged),
    said: outcome.said,
  };
}
