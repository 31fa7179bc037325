import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Client } from './client.ts';
import { type Command, formatDay, formatTable, type Invocation, withClient } from './command.ts';
import { CommandError, usageError } from './command-error.ts';
import { exitCodes } from './exit-code.ts';
import {
  askHidden,
  askLine,
  askNew,
  hasTerminal,
  isShownToPerson,
  readStdin,
  readStdinLine,
} from './prompt.ts';
import { readValue } from './value-input.ts';
import { describeWordProblems, explainWords, type WordProblem } from './word-problems.ts';

interface Health {
  level: string;
  reasons: { message: string }[];
}
interface Key {
  fingerprint: string | null;
  epoch: number | null;
  custody: { name: string; place: string };
  created_at: number | null;
  seal_count: number;
  rotation_advised: boolean;
  health: Health;
  note?: string | null;
}
interface Copy {
  id: number;
  fingerprint: string;
  epoch: number | null;
  format: string;
  place: string;
  separate: boolean;
  verified_at: number | null;
}
interface MadeCopy {
  copy: Copy;
  written_to: string | null;
  not_separate: string | null;
  proof: { needed: null | 'words' | 'paste'; positions?: number[] };
  content: string | null;
}
interface Rotation {
  state: string;
  old_fingerprint: string;
  new_fingerprint: string;
  total: number;
  moved: number;
}
interface RotationAnswer {
  rotation: Rotation;
}
interface Status {
  state: string;
  case: string;
  detail: string | null;
  custody: { name: string };
  note?: string | null;
}

const ROTATE_USAGE =
  'key rotate [--resume] (--copy-to PATH --format F | --without-copy [--yes]) | --resume | --undo';
const protectedFormats = ['age', 'kdbx'];
/** What a terminal can show instead of writing a file. */
const shownFormats = ['words', 'text'];
const custodies = ['file', 'keychain', 'passphrase', 'external'];
const formats = ['age', 'words', 'pdf', 'kdbx', 'bitwarden', 'csv', 'text', 'plain'];
const passphraseOption = { 'passphrase-stdin': { type: 'boolean' } } as const;
const copyOptions = {
  format: { type: 'string' },
  to: { type: 'string' },
  'keep-anyway': { type: 'boolean' },
  unprotected: { type: 'boolean' },
  ...passphraseOption,
} as const;

export const commands: Record<string, Command> = {
  'key status': { usage: 'key status', summary: 'The key, its copies, and how safe it is.', run: showKey },
  'key copy': {
    usage: 'key copy --format age|words|pdf|kdbx|bitwarden|csv|text|plain --to PATH',
    summary: 'Copies the key to a file in a separate place, and reads it back from there.',
    notes:
      'age and kdbx are protected by a passphrase (typed, or --passphrase-stdin); whoever finds one of the others has the key.\n' +
      'plain needs --unprotected as a second yes; a place that is not separate needs --keep-anyway, and does not count.\n' +
      'words and text without --to are shown on the terminal alone and asked back.',
    options: copyOptions,
    run: copyKey,
  },
  'key verify': {
    usage: 'key verify PATH',
    summary:
      'Says what a copy is good for; - reads it (words, text) from standard input. Exit code 0 only when it opens this instance.',
    options: passphraseOption,
    positionals: [1, 1],
    run: verifyCopy,
  },
  'key unlock': {
    usage: 'key unlock [PATH]',
    summary:
      'Unlocks: from custody, with a copy in a file, or with words or a key from standard input (PATH -).',
    options: { ...passphraseOption },
    positionals: [0, 1],
    run: unlock,
  },
  'key lock': {
    usage: 'key lock',
    summary: 'Drops the key from memory of the running instance.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        requireRunning(client);
        await client.call('POST', '/vault/lock');
        invocation.print({ state: 'locked' }, () => 'Locked.');
        return exitCodes.done;
      });
    },
  },
  'key move': {
    usage: 'key move --to file|keychain|passphrase|external',
    summary: 'Moves the key to another custody.',
    options: { to: { type: 'string' }, ...passphraseOption },
    async run(invocation) {
      const to = invocation.values.to;
      if (typeof to !== 'string' || !custodies.includes(to))
        throw usageError('Say where to: --to file|keychain|passphrase|external.');
      const passphrase = to === 'passphrase' ? { passphrase: await readPassphrase(invocation, true) } : {};
      return await withClient(invocation, async (client) => {
        const key = await client.call<Key>('POST', '/vault/custody', { custody: to, ...passphrase });
        invocation.print(key, () =>
          [`The key is kept in ${key.custody.name} custody (${key.custody.place}).`, key.note]
            .filter(Boolean)
            .join('\n'),
        );
        return exitCodes.done;
      });
    },
  },
  'key rotate': {
    usage: ROTATE_USAGE,
    summary: 'Makes a new key and seals every secret under it.',
    notes:
      'The new key is copied and proven first; --without-copy asks for its fingerprint instead, --yes takes it as typed.\nInterrupted, --resume goes on (with --copy-to or --without-copy where the new key was not proven yet); before sealing began, --undo takes it back.',
    options: {
      ...copyOptions,
      'copy-to': { type: 'string' },
      'without-copy': { type: 'boolean' },
      yes: { type: 'boolean' },
      resume: { type: 'boolean' },
      undo: { type: 'boolean' },
    },
    run: rotate,
  },
  'key shred': {
    usage: 'key shred FINGERPRINT',
    summary:
      'Removes a retired key from custody for good. Backups made under it can then be opened with a copy of it alone.',
    positionals: [1, 1],
    async run(invocation) {
      const [fingerprint = ''] = invocation.positionals;
      if (!/^[0-9A-F]{16}$/i.test(fingerprint.replaceAll('-', '')))
        throw usageError('A fingerprint is four groups of four hex digits; key status lists them.');
      return await withClient(invocation, async (client) => {
        await client.call('POST', `/vault/key/epochs/${encodeURIComponent(fingerprint)}/shred`, {
          confirm: fingerprint,
        });
        invocation.print({ shredded: fingerprint }, () => `${fingerprint} is gone from custody.`);
        return exitCodes.done;
      });
    },
  },
  'key start-over': {
    usage: 'key start-over',
    summary:
      'The last resort: gives the lost key up and makes a new one. Lost values stay listed, to be re-entered or rescued.',
    notes: "Asks for the instance's name, typed or on standard input.",
    options: { custody: { type: 'string' }, ...passphraseOption },
    run: startOver,
  },
  'key recovery': {
    usage: 'key recovery [reenter ID | regenerate ID]',
    summary:
      'Values lost with a key, what breaks first on top. reenter takes the value from standard input or a prompt.',
    positionals: [0, 2],
    run: recover,
  },
  'key rescue': {
    usage: 'key rescue PATH',
    summary:
      'A lost key turned up: brings back what was not re-entered. - reads words or a key from standard input.',
    options: passphraseOption,
    positionals: [1, 1],
    async run(invocation) {
      const handed = await readHanded(invocation, invocation.positionals[0] ?? '');
      return await withClient(invocation, async (client) => {
        const outcome = await sendCopy<{ rescued: number; unreadable: string[] }>(
          client,
          '/vault/recovery/rescue',
          handed,
        );
        invocation.print(
          outcome,
          () =>
            `${outcome.rescued} values came back${outcome.unreadable.length > 0 ? `; ${outcome.unreadable.length} do not open` : ''}.`,
        );
        return outcome.unreadable.length === 0 ? exitCodes.done : exitCodes.failed;
      });
    },
  },
};

async function showKey(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    const key = await client.call<Key>('GET', '/vault/key');
    const { copies } = await client.call<{ copies: Copy[] }>('GET', '/vault/key/copies');
    const { epochs } = await client.call<{ epochs: { fingerprint: string; epoch: number; state: string }[] }>(
      'GET',
      '/vault/key/epochs',
    );
    const { rotation } = await client.call<{ rotation: Rotation | null }>('GET', '/vault/key/rotation');
    const status = await client.call<Status>('GET', '/vault/status');
    invocation.print({ ...key, state: status.state, case: status.case, copies, epochs, rotation }, () =>
      [
        `Key      ${key.fingerprint ?? 'none yet'}, epoch ${key.epoch ?? '–'}, made ${formatDay(key.created_at)}, ${key.seal_count} seals`,
        `Custody  ${key.custody.name} (${key.custody.place})`,
        `State    ${status.state}${status.detail ? `: ${status.detail}` : ''}`,
        `Health   ${key.health.level.replace('_', ' ')}`,
        ...key.health.reasons.map((reason) => `         ${reason.message}`),
        ...(key.rotation_advised
          ? ['         So many values were sealed under this key that a new one is advised: key rotate.']
          : []),
        ...(rotation && rotation.state !== 'done' && rotation.state !== 'undone'
          ? [`Rotation ${rotation.state}, ${rotation.moved} of ${rotation.total}`]
          : []),
        copies.length === 0 ? 'Copies   none' : 'Copies',
        formatTable(
          copies.map((copy) => [
            '  ',
            copy.format,
            copy.place,
            copy.fingerprint,
            copy.verified_at === null ? 'not proven' : `verified ${formatDay(copy.verified_at)}`,
            copy.separate ? '' : 'not separate',
          ]),
        ),
      ]
        .filter((line) => line !== '')
        .join('\n'),
    );
    return status.state === 'locked' ? exitCodes.locked : exitCodes.done;
  });
}

async function copyKey(invocation: Invocation): Promise<number> {
  const format = readFormat(invocation);
  const to = invocation.values.to as string | undefined;
  if (to === undefined) requireShowable(format);
  const passphrase = protectedFormats.includes(format)
    ? { passphrase: await readPassphrase(invocation, true) }
    : {};
  return await withClient(invocation, async (client) => {
    const made = await makeCopy(invocation, client, {
      format,
      ...(to === undefined ? {} : { path: resolve(to) }),
      ...passphrase,
    });
    const proven = made.proof.needed === null ? made.copy : await proveHandedOut(client, made);
    invocation.print({ ...made, copy: proven, content: null }, () => describeCopy({ ...made, copy: proven }));
    return exitCodes.done;
  });
}

function requireShowable(format: string): void {
  if (!shownFormats.includes(format))
    throw usageError('This format is a file. Say where to write it: --to PATH.');
  // SECURITY: words shown on a terminal are the owner's choice; into a pipe or a log they never go.
  if (!isShownToPerson())
    throw usageError(
      `${format} without --to is shown on a terminal and asked back there; say --to PATH elsewhere.`,
    );
}

async function makeCopy(invocation: Invocation, client: Client, request: object): Promise<MadeCopy> {
  try {
    return await client.call<MadeCopy>('POST', '/vault/key/copies', {
      ...request,
      keep_anyway: invocation.values['keep-anyway'] === true,
      unprotected_confirmed: invocation.values.unprotected === true,
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.code === 'place_not_separate')
      throw new CommandError(
        error.code,
        `${error.message}\nChoose another place, or keep it there anyway with --keep-anyway; it will not count as separate.`,
      );
    if ('unprotected_confirmed' in error.fields)
      throw new CommandError(error.code, `${error.message}\nThe second time: add --unprotected.`);
    throw error;
  }
}

async function proveHandedOut(client: Client, made: MadeCopy): Promise<Copy> {
  process.stderr.write(`\n${made.content}\n`);
  const proof = made.proof.needed === 'words' ? await askWords(made.proof.positions ?? []) : await askText();
  const { copy } = await client.call<{ copy: Copy }>(
    'POST',
    `/vault/key/copies/${made.copy.id}/prove`,
    proof,
  );
  return copy;
}

async function askWords(positions: readonly number[]): Promise<{ words: string[] }> {
  await askLine('Write the words down, then press Enter. They are asked back. ');
  const words: string[] = [];
  for (const position of positions) words.push(await askLine(`Word ${position}: `));
  return { words };
}

/** One line of the text holds all of the key; a terminal takes no more at once. */
async function askText(): Promise<{ text: string }> {
  await askLine('Keep the text in your password manager, then press Enter. It is asked back. ');
  return { text: await askHidden('Paste the line that begins with temps-key from where you keep it: ') };
}

function describeCopy({ copy, written_to, not_separate }: MadeCopy): string {
  return [
    written_to === null ? `Copied as ${copy.format}.` : `Copied to ${written_to}.`,
    copy.verified_at === null ? 'Not proven yet.' : 'Read back: it holds the key.',
    ...(not_separate === null ? [] : [`It does not count as separate: ${not_separate}`]),
  ].join('\n');
}

interface Verification {
  verdict: string;
  detail: string;
  fingerprint: string | null;
  epoch: number | null;
  problems: WordProblem[];
}

async function verifyCopy(invocation: Invocation): Promise<number> {
  const [path = ''] = invocation.positionals;
  const body = await readVerifiable(path);
  return await withClient(invocation, async (client) => {
    let found = await client.call<Verification>('POST', '/vault/key/copies/verify', body);
    if (found.verdict === 'passphrase_required') {
      const passphrase = await readPassphrase(invocation, false);
      found = await client.call<Verification>('POST', '/vault/key/copies/verify', { ...body, passphrase });
    }
    const problems = found.problems.map(({ position, nearest }) => ({ position, nearest }));
    invocation.print({ ...found, problems }, () =>
      [
        found.detail,
        ...(found.fingerprint === null
          ? []
          : [`Fingerprint ${found.fingerprint}${found.epoch === null ? '' : `, epoch ${found.epoch}`}`]),
        ...describeWordProblems(problems),
      ].join('\n'),
    );
    return found.verdict === 'opens_this_instance' ? exitCodes.done : exitCodes.failed;
  });
}

async function readVerifiable(path: string): Promise<{ path: string } | { text: string }> {
  if (path === '-')
    return { text: hasTerminal() ? await askHidden('Words or key: ') : (await readStdin()).toString('utf8') };
  if (!existsSync(path)) throw new CommandError('not_found', `There is no file ${path}.`);
  return { path: resolve(path) };
}

/** A copy for unlocking or rescuing: a file, or words and keys from standard input. */
async function readHanded(invocation: Invocation, path: string): Promise<object> {
  const given = await readVerifiable(path);
  if ('text' in given) return { method: 'words', words: given.text };
  return {
    method: 'path',
    path: given.path,
    ...(invocation.values['passphrase-stdin'] ? { passphrase: await readStdinLine() } : {}),
  };
}

async function unlock(invocation: Invocation): Promise<number> {
  const [path] = invocation.positionals;
  return await withClient(invocation, async (client) => {
    const body =
      path === undefined ? await chooseCustodyUnlock(invocation, client) : await readHanded(invocation, path);
    const status = await sendCopy<Status>(client, '/vault/unlock', body);
    invocation.print(status, () => ['Unlocked.', status.note].filter(Boolean).join('\n'));
    return exitCodes.done;
  });
}

/** Sends a copy; asks for its passphrase where one is needed and there is someone to ask. */
async function sendCopy<T>(client: Client, path: string, body: object): Promise<T> {
  try {
    return await client.call<T>('POST', path, body);
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'passphrase_required' || !hasTerminal())
      throw explainWords(error);
    return await client.call<T>('POST', path, { ...body, passphrase: await askHidden('Passphrase: ') });
  }
}

async function chooseCustodyUnlock(invocation: Invocation, client: Client): Promise<object> {
  const { custody } = await client.call<Status>('GET', '/vault/status');
  if (custody.name !== 'passphrase') return { method: 'custody' };
  return { method: 'passphrase', passphrase: await readPassphrase(invocation, false) };
}

async function rotate(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  const chosen = ['copy-to', 'without-copy', 'resume', 'undo'].filter((name) => values[name] !== undefined);
  const proofs = chosen.filter((name) => name === 'copy-to' || name === 'without-copy');
  if (proofs.length > 1 || chosen.length - proofs.length > 1 || chosen.length === 0)
    throw usageError(`usage: temps-desktop ${ROTATE_USAGE}`);
  if (values.undo && proofs.length > 0) throw usageError(`usage: temps-desktop ${ROTATE_USAGE}`);
  return await withClient(invocation, async (client) => {
    if (values.undo) {
      await client.call('POST', '/vault/key/rotation/undo');
      invocation.print({ state: 'undone' }, () => 'The rotation is undone; the key is as it was.');
      return exitCodes.done;
    }
    const rotation = values.resume
      ? await resumeRotation(invocation, client)
      : await beginRotation(invocation, client);
    invocation.print(
      rotation,
      () =>
        `Done: ${rotation.total} values are sealed under ${rotation.new_fingerprint}. The old key ${rotation.old_fingerprint} stays in custody until it is shredded.`,
    );
    return exitCodes.done;
  });
}

async function beginRotation(invocation: Invocation, client: Client): Promise<Rotation> {
  const { custody } = await client.call<Status>('GET', '/vault/status');
  const format = invocation.values['copy-to'] === undefined ? null : readFormat(invocation);
  const needsPassphrase =
    custody.name === 'passphrase' || (format !== null && protectedFormats.includes(format));
  const passphrase = needsPassphrase ? await readPassphrase(invocation, true) : null;
  await client.call('POST', '/vault/key/rotation', custody.name === 'passphrase' ? { passphrase } : {});
  try {
    await proveNewKey(invocation, client, format, passphrase);
  } catch (error) {
    // Nothing is sealed under the new key yet: leave no half rotation behind a copy that failed.
    await client.call('POST', '/vault/key/rotation/undo');
    throw error;
  }
  return (await client.call<RotationAnswer>('POST', '/vault/key/rotation/seal?wait=true')).rotation;
}

/** A copy of the new key that is read back, or its fingerprint in the place of one. */
async function proveNewKey(
  invocation: Invocation,
  client: Client,
  format: string | null,
  passphrase: string | null,
): Promise<void> {
  if (format === null) return await overrideProof(invocation, client);
  await makeCopy(invocation, client, {
    format,
    path: resolve(invocation.values['copy-to'] as string),
    for: 'rotation',
    ...(protectedFormats.includes(format) ? { passphrase } : {}),
  });
}

async function overrideProof(invocation: Invocation, client: Client): Promise<void> {
  const { rotation } = await client.call<{ rotation: Rotation }>('GET', '/vault/key/rotation');
  const typed = invocation.values.yes
    ? rotation.new_fingerprint
    : await askLine(
        `Without a copy, losing this machine loses every secret.\nThe new key is ${rotation.new_fingerprint}. Type its fingerprint to go on: `,
      );
  await client.call('POST', '/vault/key/rotation/prove', { override_fingerprint: typed });
}

/** Goes on from whatever step it stands at; one that came to its end meanwhile is a rotation that is done. */
async function resumeRotation(invocation: Invocation, client: Client): Promise<Rotation> {
  const { rotation } = await client.call<{ rotation: Rotation | null }>('GET', '/vault/key/rotation');
  if (rotation?.state === 'done') return rotation;
  if (rotation?.state === 'staged') await proveStaged(invocation, client);
  const step = rotation?.state === 'staged' || rotation?.state === 'proven' ? 'seal' : 'resume';
  try {
    return (await client.call<RotationAnswer>('POST', `/vault/key/rotation/${step}?wait=true`)).rotation;
  } catch (error) {
    const now = await client.call<{ rotation: Rotation | null }>('GET', '/vault/key/rotation');
    if (rotation?.state === 'sealing' && now.rotation?.state === 'done') return now.rotation;
    throw error;
  }
}

async function proveStaged(invocation: Invocation, client: Client): Promise<void> {
  const { values } = invocation;
  if (values['copy-to'] === undefined && !values['without-copy'] && !hasTerminal()) {
    throw new CommandError(
      'copy_not_proven',
      'The new key has no proven copy yet. Go on with --resume --copy-to PATH --format F, or --resume --without-copy; --undo takes it back.',
    );
  }
  const format = values['copy-to'] === undefined ? null : readFormat(invocation);
  const isProtected = format !== null && protectedFormats.includes(format);
  await proveNewKey(invocation, client, format, isProtected ? await readPassphrase(invocation, true) : null);
}

async function startOver(invocation: Invocation): Promise<number> {
  const { custody } = invocation.values;
  if (custody !== undefined && !custodies.includes(String(custody)))
    throw usageError(`--custody is one of ${custodies.join(', ')}.`);
  const name = hasTerminal()
    ? await askLine(
        'Every secret of this instance becomes unreadable unless its key turns up. Type the name of the instance to start over: ',
      )
    : await readStdinLine();
  return await withClient(invocation, async (client) => {
    const status = await client.call<{ fingerprint: string }>('POST', '/vault/start-over', {
      instance_name: name,
      ...(typeof custody === 'string' ? { custody } : {}),
      ...(custody === 'passphrase' ? { passphrase: await readPassphrase(invocation, true) } : {}),
    });
    invocation.print(
      status,
      () => `The new key is ${status.fingerprint}. Copy it now: key copy. What was lost: key recovery`,
    );
    return exitCodes.done;
  });
}

interface RecoveryList {
  total: number;
  remaining: number;
  groups: {
    group: string;
    values: {
      id: string;
      kind: string;
      owner: { title: string } | null;
      since: number;
      can_regenerate: boolean;
      can_reenter: boolean;
    }[];
  }[];
}

async function recover(invocation: Invocation): Promise<number> {
  const [action, id] = invocation.positionals;
  if (action !== undefined && (id === undefined || !['reenter', 'regenerate'].includes(action))) {
    throw usageError('usage: temps-desktop key recovery [reenter ID | regenerate ID]');
  }
  const value = action === 'reenter' ? await readValue('Value: ') : null;
  return await withClient(invocation, async (client) => {
    if (action === 'reenter') {
      await client.call('POST', `/vault/recovery/${id}/reenter`, { value });
      invocation.print({ id }, () => 'Sealed.');
    } else if (action === 'regenerate') {
      const made = await client.call<{ value: string | null }>('POST', `/vault/recovery/${id}/regenerate`);
      invocation.print(made, () => made.value ?? 'Made anew.');
    } else {
      const list = await client.call<RecoveryList>('GET', '/vault/recovery');
      invocation.print(list, () => describeRecovery(list));
    }
    return exitCodes.done;
  });
}

function describeRecovery(list: RecoveryList): string {
  if (list.remaining === 0) return 'Nothing is lost.';
  const titles: Record<string, string> = {
    tls: 'Certificates',
    sign_in: 'Sign-in',
    deploys: 'Deployments',
    mail: 'Mail',
    backups: 'Backups',
  };
  return [
    `${list.total - list.remaining} of ${list.total} lost values are back.`,
    ...list.groups.flatMap(({ group, values }) => [
      `\n${titles[group] ?? group}`,
      formatTable(
        values.map((value) => [
          '  ',
          value.id,
          value.owner?.title ?? value.kind,
          `since ${formatDay(value.since)}`,
          [value.can_reenter ? 'reenter' : '', value.can_regenerate ? 'regenerate' : '']
            .filter(Boolean)
            .join(' or '),
        ]),
      ),
    ]),
  ].join('\n');
}

function readFormat({ values }: Invocation): string {
  if (typeof values.format !== 'string' || !formats.includes(values.format))
    throw usageError(`--format is one of ${formats.join(', ')}.`);
  return values.format;
}

async function readPassphrase(invocation: Invocation, isNew: boolean): Promise<string> {
  if (invocation.values['passphrase-stdin'] || !hasTerminal()) return await readStdinLine();
  return isNew ? await askNew('Passphrase') : await askHidden('Passphrase: ');
}

function requireRunning(client: Client): void {
  if (!client.isRemote)
    throw new CommandError('conflict', 'The instance is not running: there is nothing to lock.');
}
