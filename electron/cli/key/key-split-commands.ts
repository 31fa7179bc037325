import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, formatCount, formatDay, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import {
  askHidden,
  askLine,
  hasTerminal,
  isShownToPerson,
  readStdinText,
  showUntilEnter,
} from '../prompt.ts';
import { describeShareProblems } from './word-problems.ts';

type Split = Schemas['KeySplit'];
type Page = Schemas['KeySharePage'];

export const splitCommand: Command = {
  usage: 'key split create|list|check|drop …',
  summary: 'Splits the key into shares, some of which open it together (SLIP-39), and checks them later.',
  notes:
    'key split create --shares N --threshold K   shows N shares one after another; any K of them open the key\n' +
    'key split list                              the splits, where their shares are, and whether they count\n' +
    'key split check [PATH]                      checks one share alone: a page or text file, or typed\n' +
    'key split drop ID                           removes a split from the list; its shares still open the key\n' +
    'Shares are shown only on a terminal. As the place of a share, a path writes its page (PDF) there; a place that is not separate requires --keep-anyway.\n' +
    'To open the key with shares: key unlock --shares',
  options: {
    shares: { type: 'string' },
    threshold: { type: 'string' },
    'keep-anyway': { type: 'boolean' },
  },
  positionals: [1, 2],
  run: split,
};

async function split(invocation: Invocation): Promise<number> {
  const [action = '', argument] = invocation.positionals;
  if (action === 'create' && argument === undefined) return await createSplit(invocation);
  if (action === 'list' && argument === undefined) return await listSplits(invocation);
  if (action === 'check') return await checkOneShare(invocation, argument);
  if (action === 'drop' && argument !== undefined) return await dropSplit(invocation, argument);
  throw usageError(`usage: temps-desktop ${splitCommand.usage}`);
}

async function createSplit(invocation: Invocation): Promise<number> {
  const body = { shares: readCount(invocation, 'shares'), threshold: readCount(invocation, 'threshold') };
  // SECURITY: shares are shown on a terminal, but never written to a pipe or a log.
  if (!isShownToPerson()) throw usageError('Splitting the key needs a terminal: it shows the shares there.');
  return await withClient(invocation, async (client) => {
    const made = await client.post('/vault/key/splits', { body });
    for (const page of made.pages) await handOutShare(invocation, client, made.split, page);
    const verified = await verifyShares(client, made);
    invocation.print({ split: verified }, () => describeSplit(verified));
    return verified.state === 'counts' ? exitCodes.done : exitCodes.failed;
  });
}

function readCount(invocation: Invocation, name: 'shares' | 'threshold'): number {
  const text = findText(invocation, name) ?? '';
  if (!/^\d{1,2}$/.test(text))
    throw usageError('Give both numbers: --shares N --threshold K, for example --shares 3 --threshold 2.');
  return Number(text);
}

/**
 * Shows one share and asks where it will be. SECURITY: on a screen of its own: the keeper of the next share must not
 * read it, also not by scrolling up.
 */
async function handOutShare(
  invocation: Invocation,
  client: Client,
  { id }: Split,
  page: Page,
): Promise<void> {
  const { number, share_count: count, threshold } = page;
  await askLine(`Share ${number} of ${count} comes next: let only its keeper see it. Press Enter. `);
  await showUntilEnter(
    `\nShare ${number} of ${count}; any ${threshold} open the key ${page.fingerprint}\n\n${formatShareWords(page.words)}\n\n`,
    'Write the words down, then press Enter. You will be asked for them. ',
  );
  for (;;) {
    const place = await askLine(
      'Where will this share be kept? (a name; a path writes a page there; Enter: on paper) ',
    );
    try {
      const path = findPath(place);
      const { written_to: writtenTo } = await client.put('/vault/key/splits/{id}/shares/{number}', {
        path: { id, number },
        body:
          path !== null
            ? {
                path,
                share: page.words.join(' '),
                keep_anyway: invocation.values['keep-anyway'] === true,
              }
            : { ...(place.trim() === '' ? {} : { place }) },
      });
      process.stderr.write(
        writtenTo === null ? `Share ${number} is noted.\n` : `Share ${number} was written to ${writtenTo}.\n`,
      );
      return;
    } catch (error) {
      // The share is shown once: a wrong place is asked for again.
      if (!(error instanceof CommandError)) throw error;
      const more =
        error.code === 'place_not_separate'
          ? ' Choose another place, or begin again with --keep-anyway; it will not count there.'
          : '';
      process.stderr.write(`${error.message}${more}\n`);
    }
  }
}

/** Eleven lines of three words, each with its number. */
function formatShareWords(words: readonly string[]): string {
  const lines = Math.ceil(words.length / 3);
  return Array.from({ length: lines }, (_, line) =>
    words
      .slice(line * 3, line * 3 + 3)
      .map((word, at) => `${String(line * 3 + at + 1).padStart(2)} ${word.padEnd(10)}`)
      .join(' ')
      .trimEnd(),
  ).join('\n');
}

/** First as many as open the key, together; then the others, each alone. */
async function verifyShares(client: Client, { split, asked }: Schemas['MadeKeySplit']): Promise<Split> {
  process.stderr.write(
    `\nNow type ${formatCount(asked.length, 'share')} again, from where they are kept. The words are not shown.\n`,
  );
  const shares: string[] = [];
  for (const number of asked) shares.push(await askWhole(client, `Share ${number}: `, shares, number));
  await client.post('/vault/key/splits/{id}/verify', { path: { id: split.id }, body: { shares } });
  process.stderr.write('These shares give the key.\n');
  const others = split.shares.filter(({ number }) => !asked.includes(number));
  for (const { number } of others) await askOther(client, number);
  const { splits } = await client.get('/vault/key/splits');
  const found = splits.find(({ id }) => id === split.id);
  if (!found) throw new CommandError('not_found', 'This split was dropped meanwhile.');
  return found;
}

async function askOther(client: Client, number: number): Promise<void> {
  for (;;) {
    const share = await askHidden(`Share ${number} (Enter: check it later, with key split check): `);
    if (share.trim() === '') return;
    const checked = await client.post('/vault/shares/verify', { body: { share } });
    process.stderr.write(`${describeChecked(checked)}\n`);
    if (checked.verdict === 'verified' && checked.number === number) return;
  }
}

/** Asks for one more share until it is one that fits those before. */
async function askWhole(
  client: Client,
  question: string,
  before: readonly string[],
  wanted?: number,
): Promise<string> {
  for (;;) {
    const share = await askHidden(question);
    const typed = await client.post('/vault/shares/check', { body: { shares: [...before, share] } });
    const last = typed.shares.at(-1);
    if (last?.state === 'ok' && (wanted === undefined || last.number === wanted)) {
      process.stderr.write(`${sayTyped(typed)}\n`);
      return share;
    }
    process.stderr.write(`${sayRefused(last, wanted)}\n`);
  }
}

function sayRefused(share: Schemas['TypedShare'] | undefined, wanted: number | undefined): string {
  if (!share || share.state === 'empty') return 'Type the words of the share.';
  if (share.state === 'ok') return `This is share ${share.number}; share ${wanted} is asked for.`;
  const said = share.message ?? `A share has 33 words; these are ${share.words}.`;
  return [said, ...describeShareProblems(share.problems)].join('\n');
}

function sayTyped({ numbers, threshold, share_count: count, missing }: Schemas['TypedShares']): string {
  const inNow = `In: ${numbers.length === 1 ? 'share' : 'shares'} ${numbers.join(', ')}${count === null ? '' : ` of ${count}`}.`;
  if (missing === null || threshold === null) return inNow;
  return missing === 0 ? `${inNow} That is enough.` : `${inNow} ${missing} more needed.`;
}

/**
 * Asks for shares until they give a key; each is checked at once. From standard input, one share on each line.
 */
export async function readShares(client: Client): Promise<{ method: 'shares'; shares: string[] }> {
  if (!hasTerminal()) {
    const shares = (await readStdinText()).split(/\r?\n/).filter((line) => line.trim() !== '');
    return { method: 'shares', shares };
  }
  process.stderr.write('Type the words of each share; they are not shown.\n');
  const shares: string[] = [];
  for (;;) {
    shares.push(await askWhole(client, `Share (${shares.length + 1}): `, shares));
    const typed = await client.post('/vault/shares/check', { body: { shares } });
    if (typed.complete) return { method: 'shares', shares };
    if (typed.message !== null) throw new CommandError('shares_refused', typed.message);
  }
}

async function listSplits(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const list = await client.get('/vault/key/splits');
    invocation.print(list, () =>
      list.splits.length === 0 ? 'The key was not split.' : list.splits.map(describeSplit).join('\n\n'),
    );
    return exitCodes.done;
  });
}

export function describeSplit(split: Split): string {
  const { id, share_count: count, threshold, fingerprint, shares } = split;
  return [
    `Split ${id}: ${count} shares, any ${threshold} open the key ${fingerprint}, made ${formatDay(split.made_at)}`,
    `  ${split.message}`,
    ...shares.map(
      ({ number, place, separate, verified_at: verifiedAt }) =>
        `  ${String(number).padStart(2)}  ${place ?? 'not kept yet'}${separate ? '' : ' (with the database)'}, ${verifiedAt === null ? 'not verified' : `verified ${formatDay(verifiedAt)}`}`,
    ),
  ].join('\n');
}

async function checkOneShare(invocation: Invocation, path: string | undefined): Promise<number> {
  const body = await readShare(path);
  return await withClient(invocation, async (client) => {
    const checked = await client.post('/vault/shares/verify', { body });
    invocation.print(checked, () => describeChecked(checked));
    return checked.verdict === 'verified' ? exitCodes.done : exitCodes.failed;
  });
}

async function readShare(path: string | undefined): Promise<{ share: string } | { path: string }> {
  if (path === undefined || path === '-')
    return { share: hasTerminal() ? await askHidden('Share: ') : await readStdinText() };
  if (!existsSync(path))
    throw new CommandError('not_found', `There is no file ${path}. If it is on a drive, plug the drive in.`);
  return { path: resolve(path) };
}

function describeChecked({ detail, problems }: Schemas['KeyShareCheck']): string {
  return [detail, ...describeShareProblems(problems)].join('\n');
}

async function dropSplit(invocation: Invocation, argument: string): Promise<number> {
  if (!/^\d{1,9}$/.test(argument)) throw usageError('Give the number of the split; key split list shows it.');
  const id = Number(argument);
  return await withClient(invocation, async (client) => {
    await client.delete('/vault/key/splits/{id}', { path: { id } });
    invocation.print(
      { dropped: id },
      () =>
        `Split ${id} is off the list. Its shares still open the key: destroy them if you do not want that.`,
    );
    return exitCodes.done;
  });
}

/** From the root, of Windows, of a home folder or from the current folder: as looks-like-path.ts of the instance decides. */
const PATH = /^(?:[/\\]|[a-z]:(?:[/\\]|$)|\.{1,2}(?:[/\\]|$)|~[^/\\\s]*(?:[/\\]|$)|file:)/i;

/**
 * The path that was typed as the place of a share; null for a name. Throws for a path that leads nowhere on this system: noted as a
 * name, it would say that a page lies where none was written.
 */
export function findPath(typed: string, home = homedir()): string | null {
  const place = typed.trim();
  if (!PATH.test(place)) return null;
  if (isAbsolute(place)) return place;
  if (/^\.{1,2}([/\\]|$)/.test(place) && (process.platform === 'win32' || !place.includes('\\')))
    return resolve(place);
  if (/^~([/\\]|$)/.test(place) && (process.platform === 'win32' || !place.includes('\\')))
    return join(home, place.slice(1));
  throw new CommandError(
    'invalid_request',
    `${place} is not a path of this computer: give another one, or a name.`,
  );
}
