import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { SecretText } from '../../vault/secret-text.ts';
import { projectOperations } from '../operations.ts';
import type { Place } from './env-export.ts';
import { type EnvDocument, type EnvEntry, parseEnvFile, type RefusedLine, readEnvFile } from './env-file.ts';
import {
  type BrokenReference,
  createReader,
  findBrokenReferences,
  readText,
  remember,
} from './reference-check.ts';
import { guessSecret } from './secret-guess.ts';
import { noteVariable } from './variable-notes.ts';
import { changeVariable, findNextPosition, insertVariable, removeVariables } from './variable-rows.ts';
import { listVariables, markVariables, requireValue, revealVariable, type Variable } from './variables.ts';

export interface ImportRequest {
  content: Uint8Array;
  /** `replace` also removes variables that are not in the file. */
  mode: 'merge' | 'replace';
  dryRun: boolean;
  secret: 'guess' | 'all' | 'none';
  /** Choices for single names, which override the guess. */
  overrides: Record<string, boolean>;
  /** `collect` reports invalid lines and continues without them. */
  onError: 'fail' | 'collect';
  /** Names to import or remove; null for all. Others stay unchanged. */
  only: ReadonlySet<string> | null;
  /**
   * Whether the caller may see plain values, and whether a secret equals the one in the file. SECURITY: otherwise
   * repeated dry runs would confirm guesses to someone who may not read the value.
   */
  mayRead: boolean;
  mayReveal: boolean;
}

/** SECURITY: values of plain variables alone. */
export interface ImportItem {
  variableId: number | null;
  key: string;
  /** In the file; null for what it does not have. */
  line: number | null;
  isSecret: boolean;
  /** Why it counts as secret or plain; null when that was known before. */
  because: string | null;
  value: string | null;
  oldValue: string | null;
}

/** What an import does or, dry, would do. */
export interface ImportOutcome {
  added: ImportItem[];
  changed: ImportItem[];
  removed: ImportItem[];
  unchanged: ImportItem[];
  refused: RefusedLine[];
  /** Comments and blank lines. */
  linesWithoutVariable: number;
  /** References that do not resolve, with what was there and with what the file brings. */
  warnings: BrokenReference[];
  /** Notes on parts of the file that are not saved. */
  said: string[];
}

const MAX_CUT_NAMED = 10;

interface Import {
  ctx: Context;
  actor: Caller;
  projectId: number;
  environmentId: number;
  request: ImportRequest;
  /** Variables of the environment before the import, by name. */
  existing: ReadonlyMap<string, Variable>;
  outcome: ImportOutcome;
  nextPosition: number;
}

/**
 * Imports a `.env` file into one environment, in one transaction: all of it or nothing. A secret stays secret,
 * whatever the request says. Throws `env_file_invalid`, `vault_locked`, and what creating throws.
 */
export async function importEnvFile(
  ctx: Context,
  actor: Caller,
  place: Place,
  request: ImportRequest,
): Promise<ImportOutcome> {
  const document =
    request.onError === 'collect' ? readEnvFile(request.content) : parseEnvFile(request.content);
  const entries = document.entries.filter(({ name }) => request.only?.has(name) ?? true);
  for (const entry of entries) requireValue(new SecretText(entry.value));
  const projectId = place.project.id;
  const environmentId = place.environment.id;
  const before = markVariables(ctx, environmentId);
  const existing = await listVariables(ctx, projectId, { environmentId });
  return ctx.store.transaction(() => {
    if (markVariables(ctx, environmentId) !== before)
      throw new AppError(
        'changed_meanwhile',
        'These variables were changed meanwhile. Nothing was imported.',
      );
    const work: Import = {
      ctx,
      actor,
      projectId,
      environmentId,
      request,
      existing: new Map(existing.map((variable) => [variable.key, variable])),
      outcome: {
        added: [],
        changed: [],
        removed: [],
        unchanged: [],
        refused: document.refused,
        linesWithoutVariable: document.pieces.filter(({ entry, refused }) => !entry && !refused).length,
        warnings: [],
        said: [...describeForm(document), ...describeCut(entries)],
      },
      nextPosition: findNextPosition(ctx, projectId),
    };
    for (const entry of entries) importEntry(work, entry);
    if (request.mode === 'replace') removeOthers(work, document);
    work.outcome.warnings = findWarnings(work, entries);
    if (!request.dryRun) noteImport(work, place);
    return work.outcome;
  });
}

function noteImport({ ctx, actor, outcome }: Import, { project, environment }: Place): void {
  const scope = { projectId: project.id, name: project.name };
  for (const { variableId, key, isSecret } of outcome.removed) {
    const variable = { id: variableId ?? 0, key, isSecret, environments: [environment] };
    noteVariable(ctx, projectOperations.ENV_VAR_DELETED, actor, scope, variable);
  }
  ctx.audit.append(projectOperations.ENV_VARS_IMPORTED, actor, {
    project: project.name,
    environment: environment.name,
    added: outcome.added.length,
    changed: outcome.changed.length,
    removed: outcome.removed.length,
  });
}

function importEntry(work: Import, entry: EnvEntry): void {
  const { ctx, projectId, request, outcome } = work;
  const known = work.existing.get(entry.name);
  const { isSecret, because } = judge(request, entry, known);
  const item: ImportItem = {
    variableId: known?.id ?? null,
    key: entry.name,
    line: entry.line,
    isSecret,
    because,
    value: isSecret ? null : entry.value,
    oldValue: request.mayRead ? (known?.value ?? null) : null,
  };
  const value = new SecretText(entry.value);
  if (!known) {
    outcome.added.push(item);
    if (request.dryRun) return;
    const environmentIds = [work.environmentId];
    const fields = { key: entry.name, value, isSecret, environmentIds, includeInPreview: false };
    insertVariable(ctx, projectId, fields, work.actor.label, work.nextPosition++);
    return;
  }
  const isSame = holds(ctx, known, entry.value);
  if (isSame && known.isSecret === isSecret) {
    const mayTell = isSecret ? request.mayReveal : request.mayRead;
    outcome[mayTell ? 'unchanged' : 'changed'].push({ ...item, because: null });
    return;
  }
  outcome.changed.push(item);
  if (request.dryRun) return;
  if (known.environments.length === 1) {
    changeVariable(ctx, projectId, known.id, { isSecret, ...(isSame ? {} : { value }) }, work.actor.label);
  } else {
    splitOff(work, known, { isSecret, value });
  }
}

/** An unreadable value counts as empty: the file restores it. */
function holds(ctx: Context, variable: Variable, text: string): boolean {
  try {
    return variable.state !== 'unreadable' && revealVariable(ctx, variable).reveal() === text;
  } catch (error) {
    if (!hasCode(error, 'secret_unreadable')) throw error;
    return false;
  }
}

/** The variable is shared with other environments, which keep their value: this one gets its own. */
function splitOff(work: Import, known: Variable, next: { isSecret: boolean; value: SecretText }): void {
  const { ctx, actor, projectId } = work;
  leaveEnvironment(work, known);
  const environmentIds = [work.environmentId];
  const fields = { key: known.key, ...next, environmentIds, includeInPreview: known.includeInPreview };
  insertVariable(ctx, projectId, fields, actor.label, work.nextPosition++);
}

/** False when the variable was in no other environment, so that nothing would be left of it. */
function leaveEnvironment({ ctx, actor, projectId, environmentId }: Import, variable: Variable): boolean {
  const environmentIds = variable.environments
    .map((environment) => environment.id)
    .filter((id) => id !== environmentId);
  if (environmentIds.length === 0) return false;
  changeVariable(ctx, projectId, variable.id, { environmentIds }, actor.label);
  return true;
}

/** A name on a refused line still counts as in the file: its variable stays unchanged. */
function removeOthers(work: Import, document: EnvDocument): void {
  const { ctx, request, outcome } = work;
  const kept = new Set([
    ...document.entries.map(({ name }) => name),
    ...document.refused.flatMap(({ name }) => (name === null ? [] : [name])),
  ]);
  for (const [key, variable] of work.existing) {
    if (kept.has(key) || !(request.only?.has(key) ?? true)) continue;
    outcome.removed.push({
      variableId: variable.id,
      key,
      line: null,
      isSecret: variable.isSecret,
      because: null,
      value: null,
      oldValue: request.mayRead ? variable.value : null,
    });
    if (request.dryRun) continue;
    if (!leaveEnvironment(work, variable)) removeVariables(ctx, [variable.id]);
  }
}

/** Judged over what the environment has afterwards, whether or not anything was written. */
function findWarnings(work: Import, entries: readonly EnvEntry[]): BrokenReference[] {
  const { ctx, existing, outcome } = work;
  const brought = new Map(entries.map(({ name, value }) => [name, value]));
  const removed = new Set(outcome.removed.map(({ key }) => key));
  const readShared = createReader(ctx, null, undefined);
  const read = remember((name) => {
    if (name.startsWith('shared.')) return readShared(name);
    const known = existing.get(name);
    return brought.get(name) ?? (known && !removed.has(name) ? readText(ctx, known) : null);
  });
  return findBrokenReferences([...brought.keys()], read);
}

function judge(
  request: ImportRequest,
  entry: EnvEntry,
  known: Variable | undefined,
): { isSecret: boolean; because: string | null } {
  const override = Object.hasOwn(request.overrides, entry.name) ? request.overrides[entry.name] : undefined;
  if (known?.isSecret && (override === false || request.secret === 'none')) {
    throw new AppError('invalid_request', `${entry.name} is a secret and stays a secret.`, {
      fields: { [entry.name]: 'a secret stays secret' },
    });
  }
  if (override !== undefined) return { isSecret: override, because: 'you chose it' };
  // SECURITY: a variable that was empty or harmless may get a real secret for its new value.
  if (known && !known.isSecret && request.secret === 'guess' && known.value !== entry.value) {
    const guess = guessSecret(entry.name, entry.value);
    if (guess.isSecret) return guess;
  }
  if (known) return { isSecret: known.isSecret || request.secret === 'all', because: null };
  if (request.secret !== 'guess') return { isSecret: request.secret === 'all', because: 'you chose it' };
  return guessSecret(entry.name, entry.value);
}

/** SECURITY: by name and line alone: what was cut off may be the end of a password. */
function describeCut(entries: readonly EnvEntry[]): string[] {
  const cut = entries.filter(({ isCut }) => isCut);
  if (cut.length === 0) return [];
  const named = cut.slice(0, MAX_CUT_NAMED).map(({ name, line }) => `${name} (line ${line})`);
  const more = cut.length > named.length ? ` and ${cut.length - named.length} more` : '';
  return [
    `Text after a # was treated as a comment for ${named.join(', ')}${more}: quote the value if it belongs to it.`,
  ];
}

/**
 * Comments, blank lines and quoting belong to the file, not to the variables: reported, so that nobody misses them
 * later.
 */
function describeForm(document: EnvDocument): string[] {
  const said: string[] = [];
  const comments = document.pieces.filter(
    ({ text, entry, refused }) => !entry && !refused && text.trim() !== '',
  ).length;
  if (comments > 0)
    said.push(
      `${comments} comment line${comments === 1 ? ' is' : 's are'} not saved; keep the file if you need them.`,
    );
  if (document.lineEnd === '\r\n')
    said.push('The file has Windows line breaks (CRLF): they are not part of the values.');
  if (document.hasBom) said.push('The file starts with a byte order mark: it is not part of the first name.');
  return said;
}
