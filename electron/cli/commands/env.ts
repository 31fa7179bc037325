import { createReadStream, statSync } from 'node:fs';
import type { Schemas } from '../api-request.ts';
import { sayActor } from '../audit/actor-words.ts';
import type { Client } from '../client.ts';
import {
  type Command,
  findText,
  formatCount,
  formatMinute,
  formatTable,
  type Invocation,
  withClient,
} from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { encryptPlain } from '../env/encrypt.ts';
import {
  describeEnd,
  describeEnding,
  describeSetEnd,
  endOptions,
  parseEnd,
  readEndOption,
} from '../env/ends.ts';
import {
  findScope,
  findVariable,
  getNamedVariable,
  getVariable,
  listVariables,
  readNamedScope,
  type Scope,
} from '../env/find-variable.ts';
import { type ExportFormat, exportFormats } from '../env/formats.ts';
import { HISTORY_USAGE, showHistory } from '../env/history.ts';
import { manageNote } from '../env/note.ts';
import { managePlain, PLAIN_USAGE } from '../env/plain-variables.ts';
import {
  COMPARE_USAGE,
  COPY_USAGE,
  compareEnvironments,
  copyVariables,
  MOST_NAMES,
  PROMOTE_USAGE,
  promoteVariables,
} from '../env/side-by-side.ts';
import { exitCodes } from '../exit-code.ts';
import { isThere } from '../given-file.ts';
import { type GivenScope, projectOptions, readScope } from '../project-scope.ts';
import { describeDeleted, findInTrash, toDeletedJson } from '../projects/trash-words.ts';
import { askLine, hasTerminal, readBounded } from '../prompt.ts';
import { describeRead, describeUnusual } from '../read-words.ts';
import { writeForPeople, writeOut } from '../terminal-text.ts';
import { readValue } from '../value-input.ts';

const sortOptions = { secret: { type: 'boolean' }, plain: { type: 'boolean' } } as const;
const MAX_FILE_BYTES = 1024 * 1024;

export const commands: Record<string, Command> = {
  'env list': {
    usage: 'env list -p PROJECT [-e ENV]',
    summary: 'Lists the variables of a project; secrets without their values.',
    options: projectOptions,
    async run(invocation) {
      const given = readScope(invocation);
      return await withClient(invocation, async (client) => {
        const variables = await listVariables(client, await findScope(given, client));
        invocation.print(variables, () =>
          formatTable(
            variables.map((variable) => [
              variable.key,
              show(variable),
              variable.environments.map(({ name }) => name).join(', '),
              describeEnd(variable),
              variable.note === null ? '' : cutLine(variable.note),
            ]),
          ),
        );
        return exitCodes.done;
      });
    },
  },
  'env get': {
    usage: 'env get KEY -p PROJECT [-e ENV]',
    summary: 'Prints one value, byte for byte; on a terminal, control characters are escaped.',
    notes:
      'Without -e, commands of one variable mean the only environment that has it, and production where several have it.',
    options: projectOptions,
    positionals: [1, 1],
    async run(invocation) {
      const [key = ''] = invocation.positionals;
      const given = readScope(invocation);
      return await withClient(invocation, async (client) => {
        const value = await getValue(client, await findScope(given, client), key);
        if (invocation.json) invocation.print({ value }, () => value);
        else writeOut(process.stdout, process.stdout.isTTY ? `${value}\n` : value);
        return exitCodes.done;
      });
    },
  },
  'env set': {
    usage:
      'env set KEY -p PROJECT [-e ENV] [--secret|--plain] [--empty | --generate KIND[:LENGTH]] [--expires WHEN|--no-expires] [--note TEXT]',
    summary: 'Sets a variable to a value from standard input or a prompt.',
    notes:
      'The final line break of a single line is removed, since echo adds one; text with several lines is kept byte for byte. Where nothing comes, nothing is set: --empty sets an empty value, and asks for none.\nWithout --secret or --plain Temps guesses, also for a new value of what was plain; in doubt it is a secret. A secret stays one.\nA reference to a missing variable is saved with a warning, so that you can set variables in any order; a circular reference is refused.\n--generate makes a value that nobody can guess, and does not show it: characters, symbols (of so many characters, 32 unless you say), hex, base64, base64url (of so many bytes), words (of so many words), uuid, ed25519_key. It is a secret unless you say --plain.\n--expires says when the value ends: a day (2027-03-01), a time, or days from now (90d). You are warned 30 and 7 days before. Of certificates, JSON Web Tokens, OpenSSH certificates and OpenPGP keys it is known without it; --no-expires says that this one needs no warning.\n--note says what it is and where it is from, in up to 1,000 characters; an empty one takes it away. Notes are not encrypted. env note changes one alone.',
    options: {
      ...projectOptions,
      ...sortOptions,
      ...endOptions,
      empty: { type: 'boolean' },
      generate: { type: 'string' },
      note: { type: 'string' },
    },
    positionals: [1, 1],
    findMisuse: (positionals) => findValueGiven(positionals) ?? findBadName(positionals),
    run: setVariable,
  },
  'env note': {
    usage: 'env note KEY [TEXT] -p PROJECT [-e ENV]',
    summary: 'Shows what someone wrote about a variable, or writes it; its value stays as it is.',
    notes: 'Up to 1,000 characters, which are not encrypted. An empty TEXT takes it away.',
    options: projectOptions,
    positionals: [1, 2],
    run: manageNote,
  },
  'env expires': {
    usage: 'env expires KEY WHEN -p PROJECT [-e ENV]',
    summary:
      'Says when a value ends, which stays as it is: a day (2027-03-01), a time, days from now (90d), never, or found.',
    notes:
      'What is said here is believed more than what the value says of itself; found takes it back. never holds until the variable gets a new value. env ends lists what ends.',
    options: projectOptions,
    positionals: [2, 2],
    run: setEnd,
  },
  'env ends': {
    usage: 'env ends [--within DAYS]',
    summary: 'Lists variables of all projects that end within 30 days, or ended, the first to end first.',
    options: { within: { type: 'string' } },
    run: listEnding,
  },
  'env rename': {
    usage: 'env rename KEY NEW -p PROJECT [-e ENV] [--references change|keep]',
    summary: 'Renames a variable, with its history, and the references to it.',
    notes:
      'Says which variables refer to it, and asks. --references change renames it in them too; keep leaves them, and they would not resolve any more.',
    options: { ...projectOptions, references: { type: 'string' } },
    positionals: [2, 2],
    run: renameVariable,
  },
  'env rm': {
    usage: 'env rm KEY -p PROJECT [-e ENV] [--yes]',
    summary: 'Deletes a variable with its history; for 30 days the trash has both.',
    notes: 'One that others refer to is deleted only with --yes: they would not resolve any more.',
    options: { ...projectOptions, yes: { type: 'boolean' } },
    positionals: [1, 1],
    run: removeVariable,
  },
  'env history': {
    usage: HISTORY_USAGE,
    summary: 'Lists what happened in an environment, or to one variable: what, when and who. No values.',
    options: { ...projectOptions, limit: { type: 'string' } },
    positionals: [0, 1],
    run: showHistory,
  },
  'env import': {
    usage:
      'env import FILE -p PROJECT [-e ENV] [--secret|--plain] [--merge|--replace [--allow-empty]] [--repeated last|first|refuse] [--skip-invalid] [--literal] [--dry-run]',
    summary: 'Imports the variables of a .env file; - reads standard input.',
    notes: `--merge (the default) keeps variables that are not in the file; --replace removes them; with a file without any variable only if you add --allow-empty. env undo undoes it. --dry-run only shows the difference.\nA file with lines that are no variables is refused as a whole, with each of them named; --skip-invalid takes the others. Of a name that is there more than once the last counts, as for most readers of such files, and that is said; --repeated chooses otherwise.\n\${NAME} becomes a reference where such a variable is in the file or the environment; --literal keeps it as text. Single quotes do too.\nWithout --secret or --plain Temps guesses from name and value; in doubt it is a secret.`,
    options: {
      ...projectOptions,
      ...sortOptions,
      merge: { type: 'boolean' },
      replace: { type: 'boolean' },
      'allow-empty': { type: 'boolean' },
      repeated: { type: 'string' },
      'skip-invalid': { type: 'boolean' },
      literal: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
    },
    positionals: [1, 1],
    run: importFile,
  },
  'env compare': {
    usage: COMPARE_USAGE,
    summary: 'Compares environments of a project, all unless you name some. No values.',
    notes:
      'Letters stand for values: the same letter is the same value. Ends with 0 where every variable is everywhere and the same, and with 1 where it is not, or could not be compared.\nThat secrets are compared is recorded as a reading of each; --no-secrets leaves them out. References are compared as they are written.',
    options: {
      project: projectOptions.project,
      only: { type: 'string' },
      'no-secrets': { type: 'boolean' },
    },
    positionals: [0, MOST_NAMES],
    run: compareEnvironments,
  },
  'env copy': {
    usage: COPY_USAGE,
    summary: 'Copies variables from one environment to another, all unless you name some.',
    notes:
      'Their values, kinds and ends as they are now, and of new ones the notes; all or nothing. What is there already is left and said; --replace gives it the value too. A secret stays secret, also where only one of both is. env undo undoes it.',
    options: {
      project: projectOptions.project,
      replace: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
    },
    positionals: [2, MOST_NAMES],
    run: copyVariables,
  },
  'env promote': {
    usage: PROMOTE_USAGE,
    summary:
      'Copies variables to the next environment and replaces them there, once you have seen what changes.',
    notes:
      'Shows what changes and asks; --yes skips the question, --dry-run changes nothing. What only the next environment has stays there. env undo undoes it.',
    options: {
      project: projectOptions.project,
      'dry-run': { type: 'boolean' },
      yes: { type: 'boolean' },
    },
    positionals: [2, MOST_NAMES],
    run: promoteVariables,
  },
  'env undo': {
    usage: 'env undo -p PROJECT [-e ENV] [--dry-run]',
    summary:
      'Undoes the last import or copy into an environment: what it removed, changed and added is as it was.',
    notes:
      'For seven days, or until the next import or copy. Refused, with the names, where any of it was changed since. --dry-run only shows what it would do.',
    options: { ...projectOptions, 'dry-run': { type: 'boolean' } },
    run: undoImport,
  },
  'env export': {
    usage: `env export -p PROJECT [-e ENV] [--format ${Object.keys(exportFormats).join('|')}]`,
    summary: 'Prints the variables as a .env file, including secrets.',
    notes:
      'With --format, as other programs read them: json, yaml, shell (to be sourced), compose (environment of a service), systemd (EnvironmentFile) or docker (--env-file). References are resolved then; in a .env file they stay references.',
    options: { ...projectOptions, format: { type: 'string' } },
    run: exportVariables,
  },
  'env reads': {
    usage: 'env reads KEY -p PROJECT [-e ENV] [--limit N]',
    summary: 'Shows who read a secret, when and how, newest first; KEY may be shared.NAME, without -p.',
    options: { ...projectOptions, limit: { type: 'string' } },
    positionals: [1, 1],
    run: listReads,
  },
  'env encrypt': {
    usage: 'env encrypt [KEY…] [-p PROJECT [-e ENV]] [--yes]',
    summary:
      'Encrypts plain variables: those you name, or all that look like secrets, once you have seen which.',
    notes:
      'Without KEY, those of all projects that look like secrets. Their earlier plain values are forgotten. --yes skips the question. One that is no secret is left out after env plain leave KEY.',
    options: { ...projectOptions, yes: { type: 'boolean' } },
    positionals: [0, MOST_NAMES],
    run: encryptPlain,
  },
  'env plain': {
    usage: PLAIN_USAGE,
    summary: 'Lists plain variables that look like secrets, and those left plain on purpose.',
    notes:
      'leave says that a variable is no secret: it is not listed any more, until its value or name changes. ask-again takes that back. KEY may be shared.NAME, without -p; without both, all projects are listed.',
    options: projectOptions,
    positionals: [0, 2],
    run: managePlain,
  },
  'env unusual': {
    usage: 'env unusual [dismiss ID]',
    summary: 'Lists unusual readings of secrets, and programs that managed people. dismiss says it was you.',
    positionals: [0, 2],
    run: listUnusual,
  },
};

/** As `findVariable` chooses. */
async function getValue(client: Client, { project, environmentId, filter }: Scope, key: string) {
  const get = async (query: Scope['filter']) =>
    (await client.get('/projects/{project}/env-vars/{key}/value', { path: { project, key }, query })).value;
  try {
    return await get(filter);
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'ambiguous_request') throw error;
    return await get({ environment_id: environmentId });
  }
}

async function exportVariables(invocation: Invocation): Promise<number> {
  const { project, env } = readScope(invocation);
  const wanted = findText(invocation, 'format');
  const names = Object.keys(exportFormats) as ExportFormat[];
  const format = names.find((name) => name === wanted);
  if (wanted !== undefined && format === undefined)
    throw usageError(`--format must be one of ${names.join(', ')}.`);
  return await withClient(invocation, async (client) => {
    const where = { path: { project }, query: { environment: env } };
    const resolved = { ...where, query: { ...where.query, purpose: 'export' as const } };
    const text = format
      ? exportFormats[format](
          (await client.get('/projects/{project}/variables/resolved', resolved)).variables,
        )
      : await client.get('/projects/{project}/variables/export', where);
    writeOut(process.stdout, text);
    return exitCodes.done;
  });
}

/** SECURITY: said without the value. */
function findValueGiven([given = '', value]: readonly string[]): string | undefined {
  const isAssignment = given.includes('=');
  if (!isAssignment && value === undefined) return undefined;
  const key = given.replace(/=.*/s, '') || 'KEY';
  return `A value is never an argument, where others on this computer could see it. Type it when env set ${key} asks for it, or pipe it: printf %s … | temps-desktop env set ${key}`;
}

/** As the instance says it, once the value was typed. */
function findBadName([key = 'x']: readonly string[]): string | undefined {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key)
    ? undefined
    : `${key} is no name of a variable: it has letters, digits and underscores alone, and does not start with a digit.`;
}

/** What would be refused once the value was typed. Released before that: other commands need the data directory. */
async function requireSettable(
  invocation: Invocation,
  given: GivenScope,
  key: string,
  isSecret: boolean | undefined,
): Promise<void> {
  await withClient(invocation, async (client) => {
    const scope = await findScope(given, client);
    const known = await findVariable(
      client,
      { ...scope, filter: { environment_id: scope.environmentId } },
      key,
    );
    if (known?.is_secret && isSecret === false)
      throw new CommandError(
        'invalid_request',
        `${key} is a secret, and cannot become plain: delete it (env rm ${key}) and set a plain variable instead.`,
      );
  });
}

async function setVariable(invocation: Invocation): Promise<number> {
  const [key = ''] = invocation.positionals;
  const isSecret = readSort(invocation);
  const end = readEndOption(invocation);
  const note = findText(invocation, 'note');
  // Before the value is asked for: nobody types it for nothing.
  const given = readScope(invocation);
  const generated = readGenerated(invocation);
  const isEmpty = invocation.values.empty === true;
  if (isEmpty && generated) throw usageError('--empty and --generate contradict each other.');
  const isGiven = generated !== null || isEmpty;
  if (!isGiven && hasTerminal()) await requireSettable(invocation, given, key, isSecret);
  const typed = isGiven
    ? ''
    : await readValue(`${key}: `, `${key} is as it was`, 'For an empty value, add --empty.');
  return await withClient(invocation, async (client) => {
    // What is generated is a secret, unless it is said to be plain.
    const secrecy = isSecret ?? (generated ? true : undefined);
    const value = generated ? (await client.post('/generated-values', { body: generated })).value : typed;
    const scope = await findScope(given, client);
    const { project, environmentId } = scope;
    const known = await findVariable(client, { ...scope, filter: { environment_id: environmentId } }, key);
    const saved = await saveInAnyOrder((allowed) => {
      const change = {
        value,
        ...allowed,
        ...(end === undefined ? {} : { expires_at: end }),
        ...(note === undefined ? {} : { note }),
      };
      return known
        ? client.put('/projects/{project}/env-vars/{id}', {
            path: { project, id: known.id },
            body: { ...change, is_secret: secrecy ?? 'guess', keep_value: false },
          })
        : client.post('/projects/{project}/env-vars', {
            path: { project },
            body: {
              key,
              environment_ids: [environmentId],
              ...change,
              is_secret: secrecy ?? 'guess',
            },
          });
    });
    const kind = saved.is_secret ? 'secret' : 'plain';
    const became =
      known && !known.is_secret && saved.is_secret && isSecret === undefined
        ? ' It looks like a secret, so it is encrypted now, and its earlier plain values are gone from its history.'
        : '';
    invocation.print(
      saved,
      () =>
        `Set ${saved.key} (${kind}${value === '' ? ', empty' : ''}).${became}${describeSetEnd(saved, end !== undefined)}`,
    );
    return exitCodes.done;
  });
}

/** `hex:32`, `words`. Throws a usage error; whether there is such a kind and length is said by the instance. */
function readGenerated(invocation: Invocation): Schemas['GenerateValue'] | null {
  const said = findText(invocation, 'generate');
  if (said === undefined) return null;
  const [, kind, length] = /^([a-z0-9_]+)(?::(\d{1,4}))?$/.exec(said) ?? [];
  if (kind === undefined) throw usageError(`--generate takes a kind and a length, as hex:32, not ${said}.`);
  return {
    kind: kind as Schemas['GenerateValue']['kind'],
    ...(length === undefined ? {} : { length: Number(length) }),
  };
}

async function setEnd(invocation: Invocation): Promise<number> {
  const [key = '', when = ''] = invocation.positionals;
  const given = readScope(invocation);
  const end = parseEnd(when);
  return await withClient(invocation, async (client) => {
    const scope = await findScope(given, client);
    const known = await getVariable(client, scope, key);
    const saved = await client.put('/projects/{project}/env-vars/{id}', {
      path: { project: scope.project, id: known.id },
      body: { keep_value: true, expires_at: end, expected_updated_at: known.updated_at },
    });
    invocation.print(saved, () => `${key}: ${describeEnd(saved) || 'no end is known'}.`);
    return exitCodes.done;
  });
}

async function listEnding(invocation: Invocation): Promise<number> {
  const within = findText(invocation, 'within');
  if (within !== undefined && !/^\d{1,4}$/.test(within))
    throw usageError('--within must be a number of days, up to 3650.');
  return await withClient(invocation, async (client) => {
    const query = within === undefined ? {} : { within_days: Number(within) };
    const list = await client.get('/ending-variables', { query });
    invocation.print(list, () =>
      list.variables.length === 0
        ? `No variable ends within ${within ?? 30} days.`
        : `${describeEnding(list.variables)}${list.has_more ? '\nThere are more.' : ''}`,
    );
    return exitCodes.done;
  });
}

/** A referenced variable may be set later: saves anyway, with a warning. */
async function saveInAnyOrder(
  save: (allowed: { allow_unresolved?: boolean }) => Promise<Schemas['Variable']>,
): Promise<Schemas['Variable']> {
  try {
    return await save({});
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'reference_missing') throw error;
    const saved = await save({ allow_unresolved: true });
    writeForPeople(process.stderr, `temps-desktop: warning: ${error.message}\n`);
    return saved;
  }
}

async function importFile(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  if (values.merge && values.replace) throw usageError('Use either --merge or --replace, not both.');
  const isSecret = readSort(invocation);
  const repeated = readRepeated(invocation);
  const { project, env } = readScope(invocation);
  const content = await readEnvFile(invocation.positionals[0] ?? '');
  return await withClient(invocation, async (client) => {
    const outcome = await namingLines(
      client.post('/projects/{project}/variables/import', {
        path: { project },
        body: {
          content_base64: content.toString('base64'),
          environment: env,
          mode: values.replace ? 'replace' : 'merge',
          allow_empty: values['allow-empty'] === true,
          dry_run: values['dry-run'] === true,
          repeated,
          on_error: values['skip-invalid'] ? 'collect' : 'fail',
          references: values.literal ? 'literal' : 'resolve',
          secret: isSecret === undefined ? 'guess' : isSecret ? 'all' : 'none',
        },
      }),
    );
    invocation.print(outcome, () => describeImport(outcome));
    return exitCodes.done;
  });
}

const repeatedChoices = ['last', 'first', 'refuse'] as const;

function readRepeated(invocation: Invocation): (typeof repeatedChoices)[number] {
  const said = findText(invocation, 'repeated') ?? 'last';
  const choice = repeatedChoices.find((each) => each === said);
  if (choice === undefined) throw usageError(`--repeated takes last, first or refuse, not ${said}.`);
  return choice;
}

async function undoImport(invocation: Invocation): Promise<number> {
  const { project, env } = readScope(invocation);
  return await withClient(invocation, async (client) => {
    const outcome = await client.post('/projects/{project}/variables/import/undo', {
      path: { project },
      body: { environment: env, dry_run: invocation.values['dry-run'] === true },
    });
    invocation.print(outcome, () => describeUndo(outcome));
    return exitCodes.done;
  });
}

function describeUndo(outcome: Schemas['UndoOutcome']): string {
  const { restored, changed, removed, lost } = outcome;
  const rows = [
    ...restored.map((key) => ['+', key]),
    ...changed.map((key) => ['~', key]),
    ...removed.map((key) => ['-', key]),
  ];
  const what = outcome.copied_from === null ? 'import' : `copy from ${outcome.copied_from}`;
  const counts = `${restored.length} brought back, ${changed.length} changed back, ${removed.length} removed again.`;
  return [
    ...(rows.length > 0 ? [formatTable(rows)] : []),
    `${outcome.dry_run ? 'Dry run: the' : 'The'} ${what} of ${formatMinute(outcome.imported_at)} by ${sayActor(outcome.imported_by_actor)}: ${counts}`,
    ...(lost.length > 0 ? [`As it is, since its former value is not kept: ${lost.join(', ')}`] : []),
  ].join('\n');
}

async function removeVariable(invocation: Invocation): Promise<number> {
  const [key = ''] = invocation.positionals;
  const given = readScope(invocation);
  return await withClient(invocation, async (client) => {
    const scope = await findScope(given, client);
    const variable = await getVariable(client, scope, key);
    const path = { project: scope.project, id: variable.id };
    if (invocation.values.yes !== true) await requireUnused(client, path, key);
    await client.delete('/projects/{project}/env-vars/{id}', { path });
    const entry = await findInTrash(client, { variable_id: variable.id });
    const from = variable.environments.map(({ name }) => name);
    invocation.print(toDeletedJson(variable.key, entry), () => describeDeleted(entry, from));
    return exitCodes.done;
  });
}

async function renameVariable(invocation: Invocation): Promise<number> {
  const [key = '', wanted = ''] = invocation.positionals;
  const references = findText(invocation, 'references');
  if (references !== undefined && references !== 'change' && references !== 'keep')
    throw usageError('--references must be change or keep.');
  const given = readScope(invocation);
  return await withClient(invocation, async (client) => {
    const scope = await findScope(given, client);
    const variable = await getVariable(client, scope, key);
    const rename = (chosen: typeof references) =>
      client.post('/projects/{project}/env-vars/{id}/rename', {
        path: { project: scope.project, id: variable.id },
        body: { key: wanted, references: chosen, expected_updated_at: variable.updated_at },
      });
    const renamed = await rename(references).catch(async (error: unknown) => {
      if (!(error instanceof CommandError) || error.code !== 'conflict' || references) throw error;
      if (!hasTerminal())
        throw new CommandError(
          error.code,
          `${error.message} --references change renames it in them too, keep leaves them as they are.`,
          error.fields,
          error.details,
        );
      writeForPeople(process.stderr, `${error.message}\n`);
      const typed = (
        await askLine(`Type change to rename ${key} in them too, or keep to leave them: `)
      ).trim();
      if (typed !== 'change' && typed !== 'keep')
        throw new CommandError('confirmation_required', 'Nothing was renamed.');
      return await rename(typed);
    });
    invocation.print(renamed, () =>
      renamed.changed.length === 0
        ? `Renamed ${key} to ${renamed.key}.`
        : `Renamed ${key} to ${renamed.key}, also in ${renamed.changed.map((use) => use.key).join(', ')}.`,
    );
    return exitCodes.done;
  });
}

/** Throws `conflict` for one that others refer to. Secrets that nobody can read now may, too. */
async function requireUnused(
  client: Client,
  path: { project: string; id: number },
  key: string,
): Promise<void> {
  const { used_by, unread } = await client.get('/projects/{project}/env-vars/{id}/used-by', { path });
  if (used_by.length === 0) return;
  const named = [...new Set(used_by.map((use) => use.key))].slice(0, MAX_NAMED).join(', ');
  const more = used_by.length > MAX_NAMED ? ` and ${used_by.length - MAX_NAMED} more` : '';
  const hidden = unread > 0 ? ` So may ${formatCount(unread, 'secret')} that cannot be read now.` : '';
  throw new CommandError(
    'conflict',
    `${named}${more} ${used_by.length === 1 ? 'refers' : 'refer'} to ${key} and would not resolve any more, so that nothing of their project runs.${hidden} Change them first, or delete ${key} all the same with --yes.`,
  );
}
const MAX_NAMED = 10;

type RefusedLine = Schemas['ImportOutcome']['refused'][number];

/** A file that is refused is refused for each of its lines at once, not for one a run. */
async function namingLines<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { refused, refused_total: total } = error.details as {
      refused?: Pick<RefusedLine, 'line' | 'name' | 'reason'>[];
      refused_total?: number;
    };
    if (refused === undefined || refused.length < 2) throw error;
    const more = (total ?? 0) - refused.length;
    const lines = [...refused.map(describeRefused), ...(more > 0 ? [`and ${more} more`] : [])];
    throw new CommandError(
      error.code,
      `${formatCount(total ?? refused.length, 'line')} of the file cannot be read. Nothing was imported; --skip-invalid imports the others.\n  ${lines.join('\n  ')}`,
      error.fields,
      error.details,
    );
  }
}

/** SECURITY: never the text of the line, which may be a piece of a value. */
function describeRefused({ line, name, reason }: Pick<RefusedLine, 'line' | 'name' | 'reason'>): string {
  return `Line ${line}${name === null ? '' : ` (${name})`}: ${reason}`;
}

/** Also of a pipe, as `<(…)` gives one. */
async function readEnvFile(path: string): Promise<Buffer> {
  const isInput = path === '-';
  const name = isInput ? 'Standard input' : path;
  if (!isInput && !isThere(path)) throw new CommandError('not_found', `There is no file ${path}.`);
  if (!isInput && statSync(path).isDirectory())
    throw new CommandError('env_file_invalid', `${path} is a folder.`);
  try {
    const stream = isInput ? process.stdin : createReadStream(path);
    return await readBounded(
      stream,
      MAX_FILE_BYTES,
      () => new CommandError('env_file_invalid', `${name} is over 1 MiB. Nothing was imported.`),
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof CommandError || code === undefined) throw error;
    throw new CommandError('env_file_invalid', `${name} cannot be read (${code}). Nothing was imported.`);
  }
}

function describeImport(outcome: Schemas['ImportOutcome']): string {
  const line = (mark: string) => (item: Schemas['ImportItem']) => [
    mark,
    item.key,
    item.is_secret ? 'secret' : 'plain',
    item.because ?? '',
  ];
  const rows = [
    ...outcome.added.map(line('+')),
    ...outcome.changed.map(line('~')),
    ...outcome.removed.map(line('-')),
  ];
  const counts = `${outcome.added.length} added, ${outcome.changed.length} changed, ${outcome.removed.length} removed, ${outcome.unchanged.length} unchanged.`;
  return [
    ...(rows.length > 0 ? [formatTable(rows)] : []),
    outcome.dry_run ? `Dry run: ${counts}` : counts,
    ...(outcome.import_id !== null && outcome.removed.length > 0
      ? ['env undo brings back what was there, for seven days or until the next import or copy.']
      : []),
    ...outcome.warnings.map(({ key, code, name }) =>
      code === 'reference_missing'
        ? `${key} refers to ${name}, which does not exist.`
        : `${key} has a circular reference through ${name}.`,
    ),
    ...outcome.refused.map((refused) => `Not imported: ${describeRefused(refused)}`),
    ...outcome.said,
  ].join('\n');
}

function readSort({ values }: Invocation): boolean | undefined {
  if (values.secret && values.plain) throw usageError('Use either --secret or --plain, not both.');
  return values.secret ? true : values.plain ? false : undefined;
}

function show(variable: Schemas['Variable']): string {
  if (variable.state !== 'ok') return `[${variable.state}]`;
  if (variable.is_secret) return '[secret]';
  return cutLine(variable.value ?? '');
}

function cutLine(text: string): string {
  const line = text.replaceAll('\n', '\\n');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

async function listReads(invocation: Invocation): Promise<number> {
  const [key = ''] = invocation.positionals;
  const limit = Number(findText(invocation, 'limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw usageError('--limit must be a number from 1 to 200.');
  const given = readNamedScope(invocation, key);
  return await withClient(invocation, async (client) => {
    const variable = await getNamedVariable(given, client, key);
    const list = await client.get('/secret-reads/variables/{id}', {
      path: { id: variable.id },
      query: { limit },
    });
    invocation.print(list, () =>
      list.reads.length > 0
        ? formatTable(list.reads.map(describeRead))
        : variable.is_secret
          ? 'Nobody read it yet.'
          : 'It is plain: readings are kept of secrets.',
    );
    return exitCodes.done;
  });
}

async function listUnusual(invocation: Invocation): Promise<number> {
  const [action, id] = invocation.positionals;
  if (action !== undefined && (action !== 'dismiss' || !/^\d{1,15}$/.test(id ?? '')))
    throw usageError('usage: temps-desktop env unusual [dismiss ID]');
  return await withClient(invocation, async (client) => {
    if (action === 'dismiss') {
      await client.post('/secret-reads/unusual/{id}/dismiss', { path: { id: Number(id) } });
      invocation.print({ dismissed: Number(id) }, () => 'Dismissed.');
      return exitCodes.done;
    }
    const list = await client.get('/secret-reads/unusual');
    invocation.print(list, () =>
      list.unusual.length === 0
        ? 'No unusual readings.'
        : list.unusual.map((read) => `${read.id}  ${describeUnusual(read)}`).join('\n'),
    );
    return exitCodes.done;
  });
}
