import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { runInSlices, type Steps } from '../../kernel/slices.ts';
import { SecretText } from '../../vault/secret-text.ts';
import { nextEndByHand, type SaidEnd } from '../ends/variable-end.ts';
import { guessSecret } from '../guessing/secret-guess.ts';
import { projectOperations } from '../operations.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import {
  type BrokenReference,
  createReader,
  findingBrokenReferences,
  readText,
  remember,
} from '../variables/reference-check.ts';
import { createSharedGate } from '../variables/shared-gate.ts';
import { maySee, type Sight } from '../variables/variable-notes.ts';
import { findNextPosition } from '../variables/variable-rows.ts';
import {
  listVariables,
  markEnvironment,
  readUnchanged,
  requireValue,
  revealVariable,
  type Variable,
} from '../variables/variables.ts';
import type { Place } from './env-export.ts';
import {
  type EnvDocument,
  type EnvEntry,
  type EnvPiece,
  type RefusedLine,
  type RepeatedChoice,
  type RepeatedName,
  readingEnvFile,
  requireValid,
} from './env-file.ts';
import { type PlannedDraft, putInForce } from './put-in-force.ts';
import { type Converted, convertReferences, nameEntries } from './shell-references.ts';

export interface ImportRequest {
  content: Uint8Array;
  /** `replace` also removes variables that are not in the file. */
  mode: 'merge' | 'replace';
  /** Whether a file without variables may replace those that are there. */
  allowEmpty: boolean;
  /** Whether `${NAME}` becomes a reference where such a variable is there; else it stays text. */
  references: 'resolve' | 'literal';
  dryRun: boolean;
  secret: 'guess' | 'all' | 'none';
  /** Choices for single names, which override the guess. */
  overrides: Record<string, boolean>;
  /** When single names end, which a file cannot say. */
  ends: Readonly<Record<string, SaidEnd>>;
  /** Which line of a name counts that the file has more than once. */
  repeated: RepeatedChoice;
  /** `collect` reports invalid lines and continues without them. */
  onError: 'fail' | 'collect';
  /** Names to import or remove; null for all. Others stay unchanged. */
  only: ReadonlySet<string> | null;
  /**
   * SECURITY: what the caller may not see is never compared: a version is made either way, so that neither dry runs
   * nor imports confirm guesses.
   */
  sight: Sight;
}

/** SECURITY: values of plain variables alone. */
export interface ImportItem {
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
  /** Names that the file has more than once, of which one line was taken. */
  repeated: RepeatedName[];
  /** Comments and blank lines. */
  linesWithoutVariable: number;
  /** References that do not resolve, with what was there and with what the file brings. */
  warnings: BrokenReference[];
  /** How many `${NAME}` of the file became references. */
  references: number;
  /** Notes on what was made of the file. */
  said: string[];
  /** By which it can be undone; null for a dry run, and where nothing changed. */
  importId: number | null;
}

/** What an import will do, before anything of it is done. */
interface Plan {
  ctx: Context;
  actor: Caller;
  place: Place;
  request: ImportRequest;
  /** Of the environment when its variables were read. */
  mark: string;
  /** Variables of the environment before the import, by name. */
  existing: ReadonlyMap<string, Variable>;
  outcome: ImportOutcome;
  drafts: PlannedDraft[];
  /** Variables that others share: those environments keep them. */
  leaving: Variable[];
  deleted: Variable[];
  /** Ids of secrets whose values were compared with those of the file. */
  compared: number[];
  nextPosition: number;
  /** Throws for what the actor may not refer to. */
  requireGiven: (text: string) => void;
}

/**
 * Imports a `.env` file into one environment: all of it or nothing, in slices. A secret stays secret, whatever the
 * request says. Throws `env_file_invalid`, `too_many_variables`, `vault_locked`, `changed_meanwhile`, and what creating
 * throws.
 */
export async function importEnvFile(
  ctx: Context,
  reads: ReadRecorder,
  actor: Caller,
  place: Place,
  request: ImportRequest,
): Promise<ImportOutcome> {
  const read = await runInSlices(readingEnvFile(request.content, request.repeated));
  const document = request.onError === 'collect' ? read : requireValid(read);
  const plan = await readUnchanged(ctx, [place.environment.id], () =>
    planImport(ctx, actor, place, request, document),
  );
  // SECURITY: what is the same is told: who has the file knows then that it is.
  await reads.record(actor, 'compared', plan.compared);
  if (!request.dryRun) await carryOut(plan);
  return plan.outcome;
}

async function planImport(
  ctx: Context,
  actor: Caller,
  place: Place,
  request: ImportRequest,
  document: EnvDocument,
): Promise<Plan> {
  const environmentId = place.environment.id;
  const mark = markEnvironment(ctx, environmentId);
  const known = await listVariables(ctx, place.project.id, { environmentId });
  const existing = new Map(known.map((variable) => [variable.key, variable]));
  const { entries, ...converted } = convert(document, existing, request);
  const plan: Plan = {
    ctx,
    actor,
    place,
    request,
    mark,
    existing,
    outcome: {
      added: [],
      changed: [],
      removed: [],
      unchanged: [],
      refused: document.refused,
      repeated: document.repeated,
      linesWithoutVariable: document.pieces.filter(hasNoVariable).length,
      warnings: [],
      references: converted.count,
      said: [
        ...describeForm(document),
        ...describeRepeated(document),
        ...describeCut(entries),
        ...describeHashes(entries),
        ...converted.said,
      ],
      importId: null,
    },
    drafts: [],
    leaving: [],
    deleted: [],
    compared: [],
    nextPosition: findNextPosition(ctx, place.project.id),
    requireGiven: createSharedGate(ctx, place.project.id, request.sight),
  };
  await runInSlices(planningEntries(plan, entries));
  if (request.mode === 'replace') {
    removeOthers(plan, document);
    requireMeant(plan, entries);
  }
  plan.outcome.warnings = await findWarnings(plan, entries);
  return plan;
}

/** The entries that are wanted, with what they refer to: in the file, or in the environment and not removed from it. */
function convert(
  document: EnvDocument,
  existing: ReadonlyMap<string, Variable>,
  request: ImportRequest,
): Converted<EnvEntry> {
  const wanted = document.entries.filter(({ name }) => request.only?.has(name) ?? true);
  if (request.references === 'literal') return { entries: wanted, count: 0, said: [] };
  const inFile = new Map(document.entries.map(({ name, value }) => [name, value]));
  return convertReferences(wanted, (name) => {
    const value = inFile.get(name);
    if (value !== undefined) return { value };
    return existing.has(name) && request.mode === 'merge' ? { value: null } : null;
  });
}

async function carryOut({ ctx, actor, place, drafts, leaving, deleted, mark, outcome }: Plan): Promise<void> {
  const { project, environment } = place;
  outcome.importId = await putInForce(ctx, actor, {
    ...{ place, drafts, leaving, deleted, mark },
    findMark: () => markEnvironment(ctx, environment.id),
    copiedFrom: null,
    note: () =>
      ctx.audit.append(projectOperations.ENV_VARS_IMPORTED, actor, {
        project: project.name,
        project_id: project.id,
        environment: environment.name,
        added: outcome.added.length,
        changed: outcome.changed.length,
        removed: outcome.removed.length,
      }),
  });
}

function* planningEntries(plan: Plan, entries: readonly EnvEntry[]): Steps<void> {
  for (const entry of entries) {
    planEntry(plan, entry);
    yield;
  }
}

function planEntry(plan: Plan, entry: EnvEntry): void {
  const { request, outcome } = plan;
  const known = plan.existing.get(entry.name);
  const value = new SecretText(entry.value);
  requireValue(value);
  const { isSecret, because } = judge(request, entry, known);
  const item: ImportItem = {
    key: entry.name,
    line: entry.line,
    isSecret,
    because,
    value: isSecret ? null : entry.value,
    oldValue: request.sight.mayRead ? (known?.value ?? null) : null,
  };
  const end = Object.hasOwn(request.ends, entry.name) ? request.ends[entry.name] : undefined;
  const endByHand = nextEndByHand(end, known ?? { endByHand: null }, true);
  const draft = { key: entry.name, readValue: () => value, isSecret, endByHand, note: known?.note ?? null };
  if (!known) {
    plan.requireGiven(entry.value);
    outcome.added.push(item);
    const position = plan.nextPosition++;
    plan.drafts.push({ ...draft, includeInPreview: false, position, next: null, known: null });
    return;
  }
  if (known.isSecret === isSecret && maySee(request.sight, known) && holds(plan, known, entry.value)) {
    outcome.unchanged.push({ ...item, because: null });
    return;
  }
  plan.requireGiven(entry.value);
  outcome.changed.push(item);
  // What other environments share keeps its value there: this one gets its own.
  const isShared = known.environments.length > 1;
  plan.drafts.push({
    ...draft,
    includeInPreview: known.includeInPreview,
    position: isShared ? plan.nextPosition++ : known.position,
    next: isShared ? null : { id: known.id, version: known.version + 1 },
    known,
  });
}

/** An unreadable value counts as empty: the file restores it. */
function holds({ ctx, compared }: Plan, variable: Variable, text: string): boolean {
  if (variable.state === 'unreadable') return false;
  if (variable.isSecret) compared.push(variable.id);
  try {
    return revealVariable(ctx, variable).reveal() === text;
  } catch (error) {
    if (!hasCode(error, 'secret_unreadable')) throw error;
    return false;
  }
}

/** A name on a refused line still counts as in the file: its variable stays unchanged. */
function removeOthers(plan: Plan, document: EnvDocument): void {
  const { request, outcome } = plan;
  const kept = new Set([
    ...document.entries.map(({ name }) => name),
    ...document.refused.flatMap(({ name }) => (name === null ? [] : [name])),
  ]);
  for (const [key, variable] of plan.existing) {
    if (kept.has(key) || !(request.only?.has(key) ?? true)) continue;
    outcome.removed.push({
      key,
      line: null,
      isSecret: variable.isSecret,
      because: null,
      value: null,
      oldValue: request.sight.mayRead ? variable.value : null,
    });
    (variable.environments.length > 1 ? plan.leaving : plan.deleted).push(variable);
  }
}

/** An empty file is more often what a command that failed left. */
function requireMeant({ request, outcome }: Plan, entries: readonly EnvEntry[]): void {
  const count = outcome.removed.length;
  if (entries.length > 0 || count === 0 || request.allowEmpty || request.dryRun) return;
  throw new AppError(
    'env_file_invalid',
    `The file has no variable, and replacing with it would delete every variable that is there (${count}). Nothing was changed: check the file, or say that it is meant (allow_empty, --allow-empty).`,
  );
}

/** Judged over what the environment has afterwards, whether or not anything was written. */
async function findWarnings(plan: Plan, entries: readonly EnvEntry[]): Promise<BrokenReference[]> {
  const { ctx, existing, outcome } = plan;
  const brought = new Map(entries.map(({ name, value }) => [name, value]));
  const removed = new Set(outcome.removed.map(({ key }) => key));
  const { sight } = plan.request;
  const readShared = createReader(ctx, null, undefined, sight);
  const read = remember((name) => {
    if (name.startsWith('shared.')) return readShared(name);
    const known = existing.get(name);
    return brought.get(name) ?? (known && !removed.has(name) ? readText(ctx, known, sight) : null);
  });
  return await runInSlices(findingBrokenReferences([...brought.keys()], read));
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
  if (known && !known.isSecret && request.secret === 'guess' && !isSeenSame(request, entry, known)) {
    const guess = guessSecret(entry.name, entry.value);
    if (guess.isSecret) return guess;
  }
  if (known) return { isSecret: known.isSecret || request.secret === 'all', because: null };
  if (request.secret !== 'guess') return { isSecret: request.secret === 'all', because: 'you chose it' };
  return guessSecret(entry.name, entry.value);
}

/** Of a plain variable. */
function isSeenSame({ sight }: ImportRequest, entry: EnvEntry, known: Variable): boolean {
  return sight.mayRead && known.value === entry.value;
}

/** SECURITY: by name and line alone: what was cut off may be the end of a password. */
function describeCut(entries: readonly EnvEntry[]): string[] {
  const cut = entries.filter(({ isCut }) => isCut);
  if (cut.length === 0) return [];
  return [
    `Text after a # was treated as a comment for ${nameEntries(cut)}: quote the value if it belongs to it.`,
  ];
}

function describeHashes(entries: readonly EnvEntry[]): string[] {
  const found = entries.filter(({ beginsWithHash }) => beginsWithHash);
  if (found.length === 0) return [];
  return [`The # right after = was read as part of the value of ${nameEntries(found)}.`];
}

/** So many names are told each in a sentence. */
const MAX_REPEATED = 5;

function describeRepeated({ repeated }: EnvDocument): string[] {
  const more = repeated.length - MAX_REPEATED;
  return [
    ...repeated
      .slice(0, MAX_REPEATED)
      .map(({ name, lines, taken }) => `${name} is there ${sayTimes(lines)}: line ${taken} counts.`),
    ...(more > 0 ? [`So ${more === 1 ? 'is 1 more name' : `are ${more} more names`}.`] : []),
  ];
}

const sayTimes = (lines: readonly number[]): string =>
  lines.length === 2 ? `twice, on lines ${lines.join(' and ')}` : `${lines.length} times`;

/** A comment or a blank line. */
const hasNoVariable = ({ entry, refused, isPassedOver }: EnvPiece): boolean =>
  !entry && !refused && !isPassedOver;

/**
 * Comments, blank lines and quoting belong to the file, not to the variables: reported, so that nobody misses them
 * later.
 */
function describeForm(document: EnvDocument): string[] {
  const said: string[] = [];
  const comments = document.pieces.filter((piece) => hasNoVariable(piece) && piece.text.trim() !== '').length;
  if (comments > 0)
    said.push(
      `${comments} comment line${comments === 1 ? ' is' : 's are'} not saved; keep the file if you need them.`,
    );
  const breaks = { '\n': null, '\r\n': 'Windows line breaks (CRLF)', '\r': 'line breaks of an old Mac (CR)' };
  const foreign = breaks[document.lineEnd];
  const kept = document.entries.filter(({ value }) => value.includes('\r'));
  if (foreign !== null)
    said.push(
      `The file has ${foreign}: ${kept.length === 0 ? 'they are not part of the values.' : 'they end its lines.'}`,
    );
  if (kept.length > 0)
    said.push(`Carriage returns inside quotes were kept as part of the value of ${nameEntries(kept)}.`);
  if (document.hasBom) said.push('The file starts with a byte order mark: it is not part of the first name.');
  return said;
}
