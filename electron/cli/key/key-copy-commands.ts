import type { Body, Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { askHidden, askLine, isShownToPerson, showUntilEnter } from '../prompt.ts';
import { withCopyProgress } from './copy-progress.ts';
import {
  passphraseOption,
  protectedFormats,
  readFormat,
  readPassphrase,
  readVerifiable,
  toTarget,
} from './key-input.ts';
import { describeWordProblems } from './word-problems.ts';

type Made = Schemas['MadeKeyCopy'];

/** Formats that can be shown on a terminal instead of written to a file. */
const shownFormats: readonly Schemas['CopyFormat'][] = ['words', 'text'];
export const copyOptions = {
  format: { type: 'string' },
  to: { type: 'string' },
  'keep-anyway': { type: 'boolean' },
  unprotected: { type: 'boolean' },
  ...passphraseOption,
} as const;

export const copyCommand: Command = {
  usage: 'key copy --format age|words|pdf|kdbx|bitwarden|csv|text|plain --to PATH',
  summary: 'Copies the key to a file in a separate place, and verifies it there.',
  notes:
    'age and kdbx are encrypted with a passphrase (typed, or --passphrase-stdin); anyone who finds a copy in another format has the key.\n' +
    'FAT and exFAT drives have no file permissions: anyone who has the drive can read a plain key file on it.\n' +
    'plain requires --unprotected as a confirmation; a place that is not separate requires --keep-anyway, and does not count.\n' +
    'words and text without --to are shown only on the terminal, and you verify them by typing them back.',
  options: copyOptions,
  run: copyKey,
};

export const verifyCommand: Command = {
  usage: 'key verify PATH',
  summary:
    'Checks what a copy can decrypt; - reads words or text from standard input. Exits with 0 only if it is a copy of the key in use.',
  options: passphraseOption,
  positionals: [1, 1],
  run: verifyCopy,
};

async function copyKey(invocation: Invocation): Promise<number> {
  const format = readFormat(invocation);
  const to = findText(invocation, 'to');
  if (to === undefined) requireShowable(format);
  const target = to === undefined ? undefined : toTarget(to);
  const isProtected = protectedFormats.includes(format);
  return await withClient(invocation, async (client) => {
    if (isProtected && target !== undefined) await requirePath(invocation, client, format, target);
    const passphrase = isProtected ? { passphrase: await readPassphrase(invocation, true) } : {};
    const made = await makeCopy(invocation, client, {
      format,
      ...(target === undefined ? {} : { path: target }),
      ...passphrase,
    });
    const copy = await verifyHandedOut(client, made);
    const { written_to, not_separate, proof } = made;
    // SECURITY: field by field, because the answer holds the key itself in several forms.
    invocation.print({ copy, written_to, not_separate, proof }, () => describeCopy({ ...made, copy }));
    return exitCodes.done;
  });
}

function requireShowable(format: Schemas['CopyFormat']): void {
  if (!shownFormats.includes(format)) throw usageError('This format is a file. Give its path: --to PATH.');
  // SECURITY: words are shown on a terminal if the owner asks for it, but never written to a pipe or a log.
  if (!isShownToPerson())
    throw usageError(`${format} without --to needs a terminal; otherwise give --to PATH.`);
}

/** Nobody types a passphrase twice for a file that cannot be written. */
async function requirePath(
  invocation: Invocation,
  client: Client,
  format: Schemas['CopyFormat'],
  path: string,
): Promise<void> {
  const { separate, message } = await client.post('/vault/key/copies/check-path', { body: { format, path } });
  if (!separate && invocation.values['keep-anyway'] !== true) throw notSeparateError(message);
}

const notSeparateError = (message: string) =>
  new CommandError(
    'place_not_separate',
    `${message}\nChoose another place, or add --keep-anyway to keep it there; it will not count as separate.`,
  );

/** Creates a copy; if refused, says which option to add. */
export async function makeCopy(
  invocation: Invocation,
  client: Client,
  request: Body<'/vault/key/copies', 'post'>,
): Promise<Made> {
  try {
    return await withCopyProgress(client, (named) =>
      client.post('/vault/key/copies', {
        body: {
          ...request,
          ...named,
          keep_anyway: invocation.values['keep-anyway'] === true,
          unprotected_confirmed: invocation.values.unprotected === true,
        },
      }),
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.code === 'place_not_separate') throw notSeparateError(error.message);
    if ('unprotected_confirmed' in error.fields)
      throw new CommandError(error.code, `${error.message}\nTo do it anyway, add --unprotected.`);
    throw error;
  }
}

/** The copy; one that was shown instead of written is verified first. */
async function verifyHandedOut(client: Client, { copy, content, proof }: Made): Promise<Schemas['KeyCopy']> {
  if (proof.needed === null) return copy;
  await showUntilEnter(
    `\n${content}\n`,
    proof.needed === 'words'
      ? 'Write the words down, then press Enter. You will be asked for some of them. '
      : 'Save the text in your password manager, then press Enter. You will be asked for it. ',
  );
  const path = { id: copy.id };
  await client.post('/vault/key/copies/{id}/finish', { path });
  const body = proof.needed === 'words' ? await askWords(proof.positions) : await askText();
  return (await client.post('/vault/key/copies/{id}/prove', { path, body })).copy;
}

async function askWords(positions: readonly number[]): Promise<{ words: string[] }> {
  const words: string[] = [];
  for (const position of positions) words.push(await askLine(`Word ${position}: `));
  return { words };
}

/** One line of the text holds the whole key; a terminal accepts only one line at once. */
async function askText(): Promise<{ text: string }> {
  return { text: await askHidden('Paste the line that begins with temps-key from your password manager: ') };
}

function describeCopy({ copy, written_to, not_separate }: Made): string {
  return [
    written_to === null ? `Copied as ${copy.format}.` : `Copied to ${written_to}.`,
    copy.verified_at === null ? 'Not verified yet.' : 'Verified: it holds the key.',
    not_separate === null ? copy.worth_words : `It does not count: ${not_separate}`,
  ].join('\n');
}

async function verifyCopy(invocation: Invocation): Promise<number> {
  const [path = ''] = invocation.positionals;
  const body = await readVerifiable(path);
  return await withClient(invocation, async (client) => {
    let found = await client.post('/vault/key/copies/verify', { body });
    if (found.verdict === 'passphrase_required') {
      const passphrase = await readPassphrase(invocation, false);
      found = await withCopyProgress(client, (named) =>
        client.post('/vault/key/copies/verify', { body: { ...body, ...named, passphrase } }),
      );
    }
    const problems = found.problems.map(({ position, nearest }) => ({ position, nearest }));
    invocation.print({ ...found, problems }, () =>
      [
        found.detail,
        ...(found.worth_words === null ? [] : [found.worth_words]),
        ...(found.fingerprint === null
          ? []
          : [`Fingerprint ${found.fingerprint}${found.epoch === null ? '' : `, version ${found.epoch}`}`]),
        ...describeWordProblems(problems),
      ].join('\n'),
    );
    return found.verdict === 'opens_this_instance' ? exitCodes.done : exitCodes.failed;
  });
}
