import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Client } from '../client.ts';
import type { Invocation } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { askHidden, askNew, hasTerminal, readStdinLine, readStdinText } from '../prompt.ts';
import { explainWords } from './word-problems.ts';

export const custodies = ['file', 'keychain', 'passphrase', 'external'];
const formats = ['age', 'words', 'pdf', 'kdbx', 'bitwarden', 'csv', 'text', 'plain'];
export const passphraseOption = { 'passphrase-stdin': { type: 'boolean' } } as const;

export function readFormat({ values }: Invocation): string {
  if (typeof values.format !== 'string' || !formats.includes(values.format))
    throw usageError(`--format is one of ${formats.join(', ')}.`);
  return values.format;
}

/** Formats that a passphrase protects. */
export const protectedFormats = ['age', 'kdbx'];

export async function readPassphrase(invocation: Invocation, isNew: boolean): Promise<string> {
  if (invocation.values['passphrase-stdin'] || !hasTerminal()) return await readStdinLine();
  return isNew ? await askNew('Passphrase') : await askHidden('Passphrase: ');
}

/** A copy to look at: the path of a file, or (path -) words or a key from standard input. */
export async function readVerifiable(path: string): Promise<{ path: string } | { text: string }> {
  if (path === '-')
    return { text: hasTerminal() ? await askHidden('Words or key: ') : await readStdinText() };
  if (!existsSync(path))
    throw new CommandError('not_found', `There is no file ${path}. If it is on a drive, plug that in.`);
  return { path: resolve(path) };
}

/** A copy for unlocking or rescuing: a file, or words and keys from standard input. */
export async function readHanded(invocation: Invocation, path: string): Promise<object> {
  const given = await readVerifiable(path);
  if ('text' in given) return { method: 'words', words: given.text };
  return {
    method: 'path',
    path: given.path,
    ...(invocation.values['passphrase-stdin'] ? { passphrase: await readStdinLine() } : {}),
  };
}

/** Sends a copy; asks for its passphrase where one is needed and there is someone to ask. */
export async function sendCopy<T>(client: Client, path: string, body: object): Promise<T> {
  try {
    return await client.call<T>('POST', path, body);
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'passphrase_required' || !hasTerminal())
      throw explainWords(error);
    return await client.call<T>('POST', path, { ...body, passphrase: await askHidden('Passphrase: ') });
  }
}
