import { AppError } from '../app-error.ts';
import type { Context } from '../context.ts';
import { SecretText } from '../vault/secret-text.ts';
import { type EnvEntry, parseEnvFile } from './env-file.ts';
import { guessSecret } from './secret-guess.ts';
import {
  createVariable,
  deleteVariable,
  listVariables,
  requireValue,
  revealVariable,
  updateVariable,
  type Variable,
} from './variables.ts';

export interface ImportRequest {
  content: Uint8Array;
  environmentId: number;
  /** `replace` also removes what the file does not have. */
  mode: 'merge' | 'replace';
  dryRun: boolean;
  secret: 'guess' | 'all' | 'none';
  /** A person's word on single names, over the guess. */
  overrides: Record<string, boolean>;
  changedBy: string;
}

export interface ImportItem {
  key: string;
  isSecret: boolean;
  /** Why it is taken for a secret or not; null when that was known before. */
  because: string | null;
}

/** What an import does or, dry, would do. Holds no value. */
export interface ImportOutcome {
  added: ImportItem[];
  changed: ImportItem[];
  removed: ImportItem[];
  unchanged: ImportItem[];
  /** What the file had that is not kept, in words. */
  said: string[];
}

/**
 * Imports a `.env` file into one environment, in one transaction: all of it or nothing. A secret stays secret,
 * whatever the file's turn says. Throws `env_file_invalid`, `vault_locked`, and what creating throws.
 */
export function importEnvFile(ctx: Context, projectId: number, request: ImportRequest): ImportOutcome {
  const document = parseEnvFile(request.content);
  for (const entry of document.entries) requireValue(new SecretText(entry.value));
  const outcome: ImportOutcome = {
    added: [],
    changed: [],
    removed: [],
    unchanged: [],
    said: describeForm(document),
  };
  return ctx.store.transaction(() => {
    const existing = new Map(
      listVariables(ctx, projectId, { environmentId: request.environmentId }).map((variable) => [
        variable.key,
        variable,
      ]),
    );
    for (const entry of document.entries)
      importEntry(ctx, projectId, request, entry, existing.get(entry.name), outcome);
    if (request.mode === 'replace')
      removeOthers(ctx, projectId, request, document.entries, existing, outcome);
    return outcome;
  });
}

function importEntry(
  ctx: Context,
  projectId: number,
  request: ImportRequest,
  entry: EnvEntry,
  known: Variable | undefined,
  outcome: ImportOutcome,
): void {
  const { isSecret, because } = judge(request, entry, known);
  const item = { key: entry.name, isSecret, because };
  const value = new SecretText(entry.value);
  if (!known) {
    outcome.added.push(item);
    if (request.dryRun) return;
    const environmentIds = [request.environmentId];
    createVariable(
      ctx,
      projectId,
      { key: entry.name, value, isSecret, environmentIds, includeInPreview: false },
      request.changedBy,
    );
    return;
  }
  const isSame = known.state !== 'unreadable' && revealVariable(ctx, known).reveal() === entry.value;
  if (isSame && known.isSecret === isSecret) {
    outcome.unchanged.push({ ...item, because: null });
    return;
  }
  outcome.changed.push(item);
  if (request.dryRun) return;
  if (known.environments.length === 1) {
    updateVariable(ctx, projectId, known.id, { isSecret, ...(isSame ? {} : { value }) }, request.changedBy);
  } else {
    splitOff(ctx, projectId, request, known, { isSecret, value });
  }
}

/** The variable is shared with other environments, which keep their value: this one gets its own. */
function splitOff(
  ctx: Context,
  projectId: number,
  request: ImportRequest,
  known: Variable,
  next: { isSecret: boolean; value: SecretText },
): void {
  const others = known.environments
    .map((environment) => environment.id)
    .filter((id) => id !== request.environmentId);
  updateVariable(ctx, projectId, known.id, { environmentIds: others }, request.changedBy);
  createVariable(
    ctx,
    projectId,
    {
      key: known.key,
      ...next,
      environmentIds: [request.environmentId],
      includeInPreview: known.includeInPreview,
    },
    request.changedBy,
  );
}

function removeOthers(
  ctx: Context,
  projectId: number,
  request: ImportRequest,
  entries: readonly EnvEntry[],
  existing: Map<string, Variable>,
  outcome: ImportOutcome,
): void {
  const kept = new Set(entries.map((entry) => entry.name));
  for (const [key, variable] of existing) {
    if (kept.has(key)) continue;
    outcome.removed.push({ key, isSecret: variable.isSecret, because: null });
    if (request.dryRun) continue;
    const others = variable.environments
      .map((environment) => environment.id)
      .filter((id) => id !== request.environmentId);
    if (others.length === 0) deleteVariable(ctx, projectId, variable.id);
    else updateVariable(ctx, projectId, variable.id, { environmentIds: others }, request.changedBy);
  }
}

function judge(
  request: ImportRequest,
  entry: EnvEntry,
  known: Variable | undefined,
): { isSecret: boolean; because: string | null } {
  const override = Object.hasOwn(request.overrides, entry.name) ? request.overrides[entry.name] : undefined;
  if (known?.isSecret && (override === false || request.secret === 'none')) {
    throw new AppError('invalid_request', `${entry.name} is a secret and stays one.`, {
      fields: { [entry.name]: 'a secret stays secret' },
    });
  }
  if (override !== undefined) return { isSecret: override, because: 'you said so' };
  // SECURITY: a variable that was empty or harmless may get a real secret for its new value.
  if (known && !known.isSecret && request.secret === 'guess' && known.value !== entry.value) {
    const guess = guessSecret(entry.name, entry.value);
    if (guess.isSecret) return guess;
  }
  if (known) return { isSecret: known.isSecret || request.secret === 'all', because: null };
  if (request.secret !== 'guess') return { isSecret: request.secret === 'all', because: 'you said so' };
  return guessSecret(entry.name, entry.value);
}

/** Comments, blank lines and quoting belong to the file, not to the variables: said, so that nobody misses them later. */
function describeForm(document: ReturnType<typeof parseEnvFile>): string[] {
  const said: string[] = [];
  const comments = document.pieces.filter(({ text, entry }) => entry === null && text.trim() !== '').length;
  if (comments > 0)
    said.push(
      `${comments} comment line${comments === 1 ? ' is' : 's are'} not kept; keep the file if you want them.`,
    );
  if (document.lineEnd === '\r\n')
    said.push('The file has Windows line ends (CRLF): they are not part of the values.');
  if (document.hasBom) said.push('The file begins with a byte order mark: it is not part of the first name.');
  return said;
}
