import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { findText, formatCount, formatTable, type Invocation, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { readScope } from '../project-scope.ts';
import { writeForPeople } from '../terminal-text.ts';

/** Environments of a project side by side: `env compare`, `env copy`, `env promote`. */

export const COMPARE_USAGE = 'env compare [ENV ENV…] -p PROJECT [--only missing|differs|same] [--no-secrets]';
export const COPY_USAGE = 'env copy FROM TO [KEY…] -p PROJECT [--replace] [--dry-run]';
export const PROMOTE_USAGE = 'env promote FROM TO [KEY…] -p PROJECT [--dry-run] [--yes]';

/** Environments, or names of variables, that one command names. */
export const MOST_NAMES = 1000;

type Comparison = Schemas['EnvironmentComparison'];
type Compared = Schemas['ComparedVariable'];
type Outcome = Schemas['CopyOutcome'];

const verdicts = ['missing', 'differs', 'same'] as const;
type Verdict = (typeof verdicts)[number];

/** Both can hold: some environments do not have it, and those that do have different values. */
function isOf({ is_missing, values }: Compared, verdict: Verdict): boolean {
  if (verdict === 'missing') return is_missing;
  return values === verdict && (verdict === 'differs' || !is_missing);
}

/** Ends with 0 where all is the same, and with 1 where it is not or was not compared: as diff does. */
export async function compareEnvironments(invocation: Invocation): Promise<number> {
  const { values, positionals } = invocation;
  const only = findText(invocation, 'only');
  const verdict = verdicts.find((each) => each === only);
  if (only !== undefined && verdict === undefined)
    throw usageError(`--only takes ${verdicts.join(', ')}, not ${only}.`);
  if (positionals.length === 1) throw usageError('Name two environments or more, or none for all of them.');
  const { project } = readScope(invocation);
  return await withClient(invocation, async (client) => {
    const environments = await findIds(client, project, positionals);
    const comparison = await client.get('/projects/{project}/variables/comparison', {
      path: { project },
      query: {
        secrets: values['no-secrets'] ? 'leave' : 'compare',
        ...(environments.length === 0 ? {} : { environments: environments.join(',') }),
      },
    });
    const shown = comparison.variables.filter((each) => verdict === undefined || isOf(each, verdict));
    invocation.print({ ...comparison, variables: shown }, () => describeComparison(comparison, shown));
    const isSame = comparison.variables.every(
      ({ is_missing, values: said }) => !is_missing && said === 'same',
    );
    return isSame ? exitCodes.done : exitCodes.failed;
  });
}

/** A name may have a comma. */
async function findIds(client: Client, project: string, names: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const environment of names)
    ids.push(
      (await client.get('/projects/{project}/environments/{environment}', { path: { project, environment } }))
        .id,
    );
  return ids;
}

function describeComparison({ environments, variables }: Comparison, shown: readonly Compared[]): string {
  const rows = shown.map((variable) => [
    variable.key,
    ...environments.map(({ id }) => describeCell(variable, id)),
    describeVerdict(variable),
  ]);
  const count = (verdict: Verdict) => variables.filter((each) => isOf(each, verdict)).length;
  const left = variables.filter(({ values }) => values === 'not_compared').length;
  const counts = [
    `${count('missing')} missing somewhere, ${count('differs')} differing, ${count('same')} the same`,
    ...(left > 0 ? [`${left} not compared`] : []),
  ].join(', ');
  return [
    ...(rows.length > 0 ? [formatTable([['', ...environments.map(({ name }) => name), ''], ...rows])] : []),
    `${counts}.`,
  ].join('\n');
}

/** Letters stand for values: what has the same letter has the same value. */
function describeCell({ found }: Compared, environmentId: number): string {
  const cell = found.find(({ environment_id }) => environment_id === environmentId);
  if (!cell) return '–';
  const kind = cell.is_secret ? 'secret' : 'plain';
  if (cell.state !== 'ok') return `${kind}, ${cell.state}`;
  return cell.group === null ? kind : `${kind} ${toLetter(cell.group)}`;
}

/** A to Z, then A1. */
const toLetter = (group: number): string =>
  `${String.fromCharCode(65 + (group % 26))}${group < 26 ? '' : Math.floor(group / 26)}`;

function describeVerdict({ is_missing, values }: Compared): string {
  const said = { same: is_missing ? '' : 'same', differs: 'differs', not_compared: 'not compared' }[values];
  return [is_missing ? 'missing' : '', said].filter(Boolean).join(', ');
}

/** Adds what is missing; what is there is left, or with --replace gets the value. */
export async function copyVariables(invocation: Invocation): Promise<number> {
  const request = readCopy(invocation);
  const conflicts = invocation.values.replace ? 'replace' : 'skip';
  return await withClient(invocation, async (client) => {
    const outcome = await copy(client, request, conflicts, invocation.values['dry-run'] === true);
    invocation.print(outcome, () => describeCopy(request, outcome));
    return exitCodes.done;
  });
}

/** As a copy that replaces, once someone has seen what it changes. */
export async function promoteVariables(invocation: Invocation): Promise<number> {
  const request = readCopy(invocation);
  return await withClient(invocation, async (client) => {
    const preview = await copy(client, request, 'replace', true);
    const changes = preview.added.length + preview.changed.length;
    const isDryRun = invocation.values['dry-run'] === true;
    if (isDryRun || changes === 0) {
      invocation.print(preview, () => describeCopy(request, { ...preview, dry_run: isDryRun }));
      return exitCodes.done;
    }
    await confirmLoss(invocation, {
      said: describeCopy(request, { ...preview, dry_run: false }),
      act: `promote ${formatCount(changes, 'variable')} from ${request.from} to ${request.to}`,
      done: 'promoted',
    });
    // What was seen, and nothing that came since.
    const only = [...preview.added, ...preview.changed].map(({ key }) => key);
    const outcome = await copy(client, { ...request, only }, 'replace', false);
    if (invocation.json) invocation.print(outcome, () => '');
    else writeForPeople(process.stdout, `${describeCounts(request, outcome)}\n${describeUndo(request)}\n`);
    return exitCodes.done;
  });
}

interface CopyRequest {
  project: string;
  from: string;
  to: string;
  only: string[];
}

function readCopy(invocation: Invocation): CopyRequest {
  const [from = '', to = '', ...only] = invocation.positionals;
  return { project: readScope(invocation).project, from, to, only };
}

async function copy(
  client: Client,
  { project, from, to, only }: CopyRequest,
  conflicts: 'skip' | 'replace',
  dryRun: boolean,
): Promise<Outcome> {
  return await client.post('/projects/{project}/variables/copy', {
    path: { project },
    body: { from, to, conflicts, dry_run: dryRun, ...(only.length === 0 ? {} : { only }) },
  });
}

function describeCopy(request: CopyRequest, outcome: Outcome): string {
  const row = (mark: string) => (item: Schemas['CopyItem']) => [
    mark,
    item.key,
    item.becomes_secret ? 'becomes secret; its plain values are erased' : item.is_secret ? 'secret' : 'plain',
  ];
  const rows = [...outcome.added.map(row('+')), ...outcome.changed.map(row('~'))];
  const { skipped } = outcome;
  return [
    ...(rows.length > 0 ? [formatTable(rows)] : []),
    `${outcome.dry_run ? 'Dry run: ' : ''}${describeCounts(request, outcome)}`,
    ...(skipped.length > 0
      ? [
          `Left as they are in ${request.to}: ${skipped.map(({ key }) => key).join(', ')}. --replace copies them too.`,
        ]
      : []),
    ...outcome.warnings.map(({ key, code, name }) =>
      code === 'reference_missing'
        ? `${key} refers to ${name}, which does not exist in ${request.to}.`
        : `${key} has a circular reference through ${name}.`,
    ),
    ...(outcome.import_id === null ? [] : [describeUndo(request)]),
  ].join('\n');
}

function describeCounts({ from, to }: CopyRequest, { added, changed, unchanged, skipped }: Outcome): string {
  const left = skipped.length > 0 ? `, ${skipped.length} left` : '';
  return `From ${from} to ${to}: ${added.length} added, ${changed.length} changed, ${unchanged.length} the same${left}.`;
}

const describeUndo = ({ to }: CopyRequest): string =>
  `env undo -e ${to} brings back what was there, for seven days or until the next import or copy.`;
